"""Stock files that wait for a person: looked at before they are applied, or stopped by the brake."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from edino.inventory.api import snapshots
from edino.inventory.api.snapshots import Known
from edino.inventory.errors import NoSuchFile, WrongState
from edino.inventory.queries import snapshots as queries
from edino.inventory.types import SnapshotReport, SnapshotRow, StockFile
from edino.kernel import clock
from edino.kernel.errors import Invalid
from edino.kernel.imports.mapping import FieldMap
from edino.kernel.imports.rows import Mapper
from edino.kernel.imports.tables import Options, open_table
from edino.kernel.imports.types import Field
from edino.kernel.imports.types import Rejection as Unread
from edino.staff import api as staff
from edino.staff.types import Actor, Person

SHOWN: Final = 200
"""The greatest changes that are shown of a file before it is applied."""
FIELDS: Final = (
    Field(
        "location",
        required=True,
        help="code of the location",
        aliases=("warehouse", "store", "склад", "магазин", "код_склада"),
        length=60,
    ),
    Field(
        "sku",
        required=True,
        help="code of the goods",
        aliases=("article", "item", "артикул", "код_товара"),
        length=200,
    ),
    Field(
        "quantity",
        "decimal",
        required=True,
        help="how many lay there, whole; below zero is taken for none",
        aliases=("qty", "stock", "остаток", "количество", "кол_во"),
        decimals=3,
    ),
)
"""The columns of a stock file."""
WAITS: Final = timedelta(days=30)
"""A file that nobody decided on for so long is dismissed: what it says is true no more."""


def stock_files(*, state: str = "", origin: str = "") -> list[StockFile]:
    """The journal of stock files, the newest first: in a state, or of one origin."""
    return queries.files(state=state, origin=origin)


def stock_file(*, uid: UUID) -> StockFile:
    """One stock file; `NoSuchFile`."""
    found = queries.files(uid=uid)
    if not found:
        raise NoSuchFile
    return found[0]


def stage(
    *,
    as_of: datetime,
    rows: Iterable[SnapshotRow],
    by: Person | Actor,
    full: bool = False,
    locations: Sequence[str] | None = None,
    origin: str = "",
) -> SnapshotReport:
    """Compare a stock file and keep it, so that a person may look at what it would change; nothing changes yet."""
    known = Known(as_of, None, by.name, origin, locations, full=full)
    with transaction.atomic(), snapshots.staged(known, snapshots.usable(rows), largest=SHOWN) as comparison:
        snapshots.keep(known, comparison.report, "staged")
        subject = ("stock file", str(comparison.report.uid))
        staff.audit(actor=by, operation="stock.edit", subject=subject, detail={"did": "staged"})
    return comparison.report


def read(*, path: Path, location: str = "") -> Iterator[SnapshotRow]:
    """The rows of a table, CSV or XLSX. `location`: where the file does not say it. `Invalid` names a bad row."""
    table = open_table(path, Options())
    try:
        fields = [Field("location", aliases=FIELDS[0].aliases, length=60) if location and one.name == "location" else one for one in FIELDS]  # noqa: E501  # fmt: skip
        mapper = Mapper(FieldMap(), fields, table)
        for record in table.records():
            row = mapper.row(record)
            if isinstance(row, Unread):
                told = _("row %(number)s: %(reason)s")
                raise Invalid.field("", "unreadable", told % {"number": row.number, "reason": row.reason})
            quantity = row["quantity"]
            if quantity != int(quantity):
                told = _("row %(number)s: stock is counted in whole units")
                raise Invalid.field("", "whole", told % {"number": record.number})
            yield SnapshotRow(row.get("location") or location, row["sku"], int(quantity))
    finally:
        table.close()


def look(*, uid: UUID) -> SnapshotReport:
    """What a file that waits would change now: the book may have moved on since it came."""
    one = _waiting(uid)
    with transaction.atomic(), snapshots.staged(_known(one), uid, largest=SHOWN) as comparison:
        return replace(comparison.report, uid=uid)


def release(*, uid: UUID, by: Person | Actor, force: bool = False) -> SnapshotReport:
    """Apply a file that waits, as it was sent, against the book of now. Rows older than what is known change nothing.

    When it would empty too many places it stays where it is and the report says `stopped`, unless it is forced.
    `WrongState` when somebody has decided already.
    """
    one = _waiting(uid)
    known = _known(one)
    with snapshots.staged(known, uid, largest=SHOWN) as compared:
        report = replace(compared.report, uid=uid)
        if report.stopped and not force:
            return report
        detail = {"did": "released", "zeroed": report.zeroed, "forced": report.stopped}
        meant = replace(compared, report=replace(report, stopped=False))
        return snapshots.apply(known, meant, lambda: _decide(uid, "applied", by, detail))


def dismiss(*, uid: UUID, by: Person | Actor) -> None:
    """A file that waits is not true: forget its rows; nothing was changed by it."""
    _waiting(uid)
    with transaction.atomic():
        _decide(uid, "dismissed", by, {"did": "dismissed"})


def tidy() -> int:
    """Dismiss what nobody decided on for a month; how many files that were."""
    old = queries.outlived(clock.now() - WAITS)
    for uid in old:
        dismiss(uid=uid, by=Actor("inventory.tidy"))
    return len(old)


def _decide(uid: UUID, state: str, by: Person | Actor, detail: dict[str, object]) -> None:
    if not queries.decide(uid, state=state, by=by.name, now=clock.now()):
        raise WrongState(state=stock_file(uid=uid).state)
    queries.drop_kept(uid)
    staff.audit(actor=by, operation="stock.edit", subject=("stock file", str(uid)), detail=detail)


def _waiting(uid: UUID) -> StockFile:
    one = stock_file(uid=uid)
    if one.state not in {"staged", "stopped"}:
        raise WrongState(state=one.state)
    return one


def _known(one: StockFile) -> Known:
    return Known(one.as_of, one.source, one.by, one.origin, one.locations, full=one.is_full)
