"""Stock files of other systems: what lay where at a moment, brought up to now by what we moved since."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import transaction

from edino.channels.types import Source
from edino.inventory import events
from edino.inventory.api import moving
from edino.inventory.api.places import STOCK
from edino.inventory.errors import NoSuchLocation
from edino.inventory.queries import places, snapshots
from edino.inventory.queries.snapshots import Summary
from edino.inventory.types import Rejection, SnapshotReport, SnapshotRow
from edino.kernel import clock, holds, ids, log
from edino.kernel.errors import Invalid
from edino.kernel.transactions import retried
from edino.staff.types import Actor, Person

BATCH: Final = 20_000
"""Rows applied in one transaction: sales go on between two of them."""
MOST_ZEROS: Final = 0.3
"""The share of stocked places that a file may empty before it is stopped."""
LARGEST: Final = 20
"""The greatest changes that a report names."""
FEWEST: Final = 5
"""Fewer places than this may become empty whatever their share."""


def snapshot(
    *,
    as_of: datetime,
    rows: Iterable[SnapshotRow],
    source: Source | None = None,
    by: Person | Actor | None = None,
    locations: Sequence[str] | None = None,
    full: bool = False,
    force: bool = False,
    dry_run: bool = False,
    most_zeros: float = MOST_ZEROS,
    examples: int = 100,
    origin: str = "",
) -> SnapshotReport:
    """Apply a stock file: what lay where at `as_of`. Rows may be an iterator of any length; memory stays flat.

    What we moved after `as_of` is counted on top, so a sale is neither taken twice nor undone. `full`: the file says
    everything about `locations` (by default those it names), so what it leaves out is not there. Rows older than what
    is known are stale and change nothing; the same file again changes nothing. When more than `most_zeros` of the
    stocked places would become empty, the report says `stopped` and nothing is changed, unless it is forced; its rows
    are kept, and a person may release it (`files.release`). Applied in transactions of `BATCH` rows. `dry_run` only
    compares. At most so many `examples` of rows that could not be used are named. `origin`: what brought it.
    """
    known = Known(as_of, source.id if source else None, by.name if by else "", origin, locations, full=full)
    with staged(known, usable(rows), examples=examples, most_zeros=most_zeros) as comparison:
        report = replace(comparison.report, stopped=comparison.report.stopped and not force)
        if dry_run:
            return report
        if report.stopped:
            keep(known, report, "stopped")
            return report
        return apply(known, replace(comparison, report=report))


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a file besides its rows. `locations`: those it speaks of; None: those it names."""

    as_of: datetime
    source_id: int | None
    by: str
    origin: str
    locations: Sequence[str] | None
    full: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A file compared with the book, while its rows are staged."""

    report: SnapshotReport
    last: int
    scope: list[int]


@contextmanager
def staged(
    known: Known,
    rows: Iterable[SnapshotRow] | UUID,
    *,
    examples: int = 100,
    most_zeros: float = MOST_ZEROS,
    largest: int = LARGEST,
) -> Iterator[Comparison]:
    """Compare a file with the book: its rows, or those kept of an earlier one, by its uid."""
    if known.as_of > clock.now():
        raise Invalid.field("as_of", "future", "A stock file tells of the past.")
    scope = _ids(known.locations) if known.locations is not None else None
    with snapshots.staged(rows) as count:
        named = scope or snapshots.locations_named()
        report, summary = _compare(known.as_of, count, named, full=known.full, examples=examples, most=largest)
        stopped = summary.zeroed >= FEWEST and summary.zeroed > most_zeros * summary.stocked
        yield Comparison(replace(report, stopped=stopped), summary.last, named)


def keep(known: Known, report: SnapshotReport, state: str) -> None:
    """Note a file that is not applied, with its rows, until a person decides."""
    with transaction.atomic():
        snapshots.keep_rows(_record(report, known, state))


def apply(known: Known, comparison: Comparison, decided: Callable[[], None] = lambda: None) -> SnapshotReport:
    """Write what differs, and note the file; `decided` is called in the transaction that ends it."""
    report = replace(comparison.report, cases=_apply(comparison.report, comparison.last, known))
    with transaction.atomic():
        decided()
        if known.full:
            snapshots.note_locations(comparison.scope, known.as_of)
        else:
            snapshots.note_levels(known.as_of)
        _record(report, known, "applied")
    return report


def usable(rows: Iterable[SnapshotRow]) -> Iterator[SnapshotRow]:
    """The rows, refused when one cannot be."""
    for place, row in enumerate(rows):
        if abs(row.quantity) > 1_000_000_000:
            raise Invalid.field(f"rows[{place}].quantity", "range", "That is more than any shelf holds.")
        if "\0" in row.sku or "\0" in row.location:
            raise Invalid.field(f"rows[{place}].sku", "nul", "A text holds the character NUL.")
        yield row


def _ids(codes: Sequence[str]) -> list[int]:
    known = places.location_ids(codes)
    if set(codes) - set(known):
        raise NoSuchLocation
    return sorted(known.values())


def _compare(
    as_of: datetime, count: int, scope: list[int], *, full: bool, examples: int, most: int
) -> tuple[SnapshotReport, Summary]:
    unknown, named = snapshots.unknown(examples)
    summary = snapshots.compare(as_of, count, scope, full=full)
    rejected = tuple(
        Rejection(place, "sku" if sku else "location", "unknown", f"There is no such {'SKU' if sku else 'location'}.")
        for place, sku in named
    )
    numbers = {word: number for word, number in asdict(summary).items() if word not in {"last", "named"}}
    unknown["duplicate"] = unknown.pop("usable") - summary.named
    report = SnapshotReport(
        uid=ids.uuid7(),
        as_of=as_of,
        rows=count,
        stopped=False,
        unknown={word: number for word, number in unknown.items() if number},
        rejected=rejected,
        largest=tuple(snapshots.largest(most)),
        **numbers,
    )
    return report, summary


def _apply(report: SnapshotReport, last: int, known: Known) -> int:
    scope = f"staff:{known.by}" if known.source_id is None else f"source:{known.source_id}"
    values = {
        "as_of": report.as_of,
        "moment": report.as_of.isoformat(),
        "scope": scope,
        "snapshot": str(report.uid),
        "source_id": known.source_id,
        "by": known.by,
    }
    return sum(
        retried(lambda after=after: _batch(after, after + BATCH, values, report.uid))  # type: ignore[misc]  # binds each now
        for after in range(0, last, BATCH)
    )


def _batch(after: int, until: int, values: dict[str, Any], uid: UUID) -> int:
    now = clock.now()
    values = {**values, "now": now}
    new, known = snapshots.differing(after, until)
    made = snapshots.make(after, until, holds.reserve_ids(new), values) if new else []
    holds.open_reserved(STOCK, [(capacity, level, quantity) for capacity, level, quantity, _ in made])
    # Where another connection made a level meanwhile, its number is changed like any other.
    written = snapshots.apply(after, until, values) if known or len(made) < new else []
    shortages = holds.change_totals([(capacity, difference) for capacity, difference, _ in written], happened=True)
    cause = ("snapshot", str(uid))
    cases = moving.open_cases(shortages, {one.capacity_id: cause for one in shortages}, now)
    more = {variant for _, difference, variant in written if difference > 0}
    moving.tell_waiting(more.union(variant for *_, variant in made))
    return cases


def _record(report: SnapshotReport, known: Known, state: str) -> int:
    values = {
        "source_id": known.source_id,
        "as_of": report.as_of,
        "full": known.full,
        "state": state,
        "report": msgspec.json.encode(report).decode(),
        "by": known.by,
        "origin": known.origin,
        "locations": None if known.locations is None else list(known.locations),
        "now": clock.now(),
    }
    row = snapshots.record(report.uid, values)
    if state == "applied":
        body = {"snapshot": str(report.uid), "as_of": report.as_of.isoformat(), "rows": report.rows}
        body |= {"changed": report.changed + report.added + report.removed, "zeroed": report.zeroed}
        log.append(
            [
                log.Fact(
                    type=events.SNAPSHOT,
                    klass="fact",
                    occurred_at=report.as_of,
                    source_id=known.source_id,
                    body=body,
                )
            ]
        )
    return row
