"""`edino import stock`: what lay where, as an ERP exports it."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from edino.channels import api as channels
from edino.inventory import api
from edino.inventory.api.files import FIELDS
from edino.inventory.types import SnapshotReport, SnapshotRow
from edino.kernel.imports.types import Context, Field, Rejection, Row, Written

_MOST: Final = 1_000_000_000


class StockFiles:
    """A stock file: each row says how many of an SKU lay at a location at a moment."""

    help = "What lay where: one row is one SKU at one location. What moved since is counted on top."
    fields = (
        *FIELDS,
        Field(
            "as_of",
            "datetime",
            help="when they lay there; by default when the import began",
            aliases=("date", "moment", "дата", "на_дату"),
        ),
        Field("force", "boolean", help="yes: it is true that so many places are empty now"),
    )
    group = None
    batch = 20_000
    version = 1

    def prepare(self, context: Context) -> None:
        """Refuse a source that is not there."""
        if context.source:
            channels.source_of_files(name=context.source)

    def write(self, rows: Sequence[Row], *, context: Context) -> Written:
        """Apply a batch, moment by moment. A batch that would empty too many places is rejected as a whole."""
        source = channels.source_of_files(name=context.source)
        rejections: list[Rejection] = []
        remarks: Counter[str] = Counter()
        unchanged = 0
        moments: dict[tuple[object, bool], list[Row]] = {}
        for row in rows:
            quantity = row.values["quantity"]
            if quantity != int(quantity) or abs(quantity) > _MOST:
                rejections.append(Rejection(row.number, "quantity", "whole", "stock is counted in whole units"))
            else:
                key = (row.values.get("as_of") or context.started_at, bool(row.values.get("force")))
                moments.setdefault(key, []).append(row)
        for (as_of, force), told in sorted(moments.items(), key=lambda item: str(item[0])):
            report = api.snapshot(
                source=source,
                as_of=as_of,  # type: ignore[arg-type]  # a moment, whatever row it came from
                rows=[SnapshotRow(r.values["location"], r.values["sku"], int(r.values["quantity"])) for r in told],
                force=force,
                examples=len(told),
                origin=context.file[:200],
            )
            rejections += _rejected(report, told)
            if not report.stopped:
                unchanged += report.unchanged
                remarks["older than what is known"] += report.stale
                remarks["older than the book of its place: what came first may be counted twice"] += report.unheard
                remarks["below zero, taken for none"] += report.unknown.get("negative", 0)
        return Written(unchanged, rejections, Counter({word: count for word, count in remarks.items() if count}))


def _rejected(report: SnapshotReport, told: Sequence[Row]) -> list[Rejection]:
    if report.stopped:
        reason = f"{report.zeroed} of {report.stocked} places with stock would become empty"
        return [Rejection(row.number, "quantity", "too_many_zeros", reason) for row in told]
    return [Rejection(told[one.index].number, one.field, one.code, one.message) for one in report.rejected]
