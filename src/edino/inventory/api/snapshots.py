"""Stock files of other systems: what lay where at a moment, brought up to now by what we moved since."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
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
) -> SnapshotReport:
    """Apply a stock file: what lay where at `as_of`. Rows may be an iterator of any length; memory stays flat.

    What we moved after `as_of` is counted on top, so a sale is neither taken twice nor undone. `full`: the file says
    everything about `locations` (by default those it names), so what it leaves out is not there. Rows older than what
    is known are stale and change nothing; the same file again changes nothing. When more than `most_zeros` of the
    stocked places would become empty, the report says `stopped` and nothing is changed, unless it is forced.
    Applied in transactions of `BATCH` rows. `dry_run` only compares. At most so many `examples` of rows that
    could not be used are named.
    """
    if as_of > clock.now():
        raise Invalid.field("as_of", "future", "A stock file tells of the past.")
    scope = _ids(locations) if locations is not None else None
    with snapshots.staged(_usable(rows)) as count:
        named = snapshots.locations_named()
        report, summary = _compare(as_of, count, scope or named, full=full, examples=examples)
        stopped = not force and summary.zeroed >= FEWEST and summary.zeroed > most_zeros * summary.stocked
        report = replace(report, stopped=stopped)
        if dry_run:
            return report
        if stopped:
            _record(report, source, by, full=full, state="stopped")
            return report
        cases = _apply(report, summary.last, source, by)
        report = replace(report, cases=cases)
        with transaction.atomic():
            if full:
                snapshots.note_locations(scope or named, as_of)
            else:
                snapshots.note_levels(as_of)
            _record(report, source, by, full=full, state="applied")
    return report


def _usable(rows: Iterable[SnapshotRow]) -> Iterator[SnapshotRow]:
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
    as_of: datetime, count: int, scope: list[int], *, full: bool, examples: int
) -> tuple[SnapshotReport, Summary]:
    unknown, named = snapshots.unknown(examples)
    summary = snapshots.compare(as_of, scope, full=full)
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
        largest=tuple(snapshots.largest()),
        **numbers,
    )
    return report, summary


def _apply(report: SnapshotReport, last: int, source: Source | None, by: Person | Actor | None) -> int:
    scope = f"source:{source.id}" if source else f"staff:{by.name if by else ''}"
    values = {
        "as_of": report.as_of,
        "moment": report.as_of.isoformat(),
        "scope": scope,
        "snapshot": str(report.uid),
        "source_id": source.id if source else None,
        "by": by.name if by else "",
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


def _record(
    report: SnapshotReport, source: Source | None, by: Person | Actor | None, *, full: bool, state: str
) -> None:
    values = {
        "source_id": source.id if source else None,
        "as_of": report.as_of,
        "full": full,
        "state": state,
        "report": msgspec.json.encode(report).decode(),
        "by": by.name if by else "",
        "now": clock.now(),
    }
    snapshots.record(report.uid, values)
    if state == "applied":
        body = {"snapshot": str(report.uid), "as_of": report.as_of.isoformat(), "rows": report.rows}
        body |= {"changed": report.changed + report.added + report.removed, "zeroed": report.zeroed}
        log.append(
            [
                log.Fact(
                    type=events.SNAPSHOT,
                    klass="fact",
                    occurred_at=report.as_of,
                    source_id=source.id if source else None,
                    body=body,
                )
            ]
        )
