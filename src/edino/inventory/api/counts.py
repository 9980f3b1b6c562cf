"""Counting what really lies there. A difference is taken against the book at the moment of the scan."""

from uuid import UUID

from django.db import transaction

from edino.inventory import events
from edino.inventory.api import moving
from edino.inventory.api.places import location as place_of
from edino.inventory.errors import NoSuchCount, NoSuchVariant, WrongState
from edino.inventory.queries import ledger, work
from edino.inventory.queries.ledger import Line
from edino.inventory.queries.work import LockedCount
from edino.inventory.types import Count, CountLine
from edino.kernel import clock, ids, log
from edino.kernel.errors import Invalid
from edino.staff import api as staff
from edino.staff.types import Actor, Person


def open_count(*, location: str, by: Person | Actor, full: bool = False) -> Count:
    """Begin to count a location, or go on with the count that is open there.

    `full`: at the end, what was not counted is not there.
    """
    place = place_of(code=location)
    uid = ids.uuid7()
    with transaction.atomic():
        if work.open_count(uid, place.id, full=full, by=by.name, now=clock.now()) is None:
            return work.counts(location=location, state="open")[0]
        _audit(by, uid, "opened")
    return count(uid=uid)


def count(*, uid: UUID) -> Count:
    """One count with its lines; `NoSuchCount`."""
    found = work.counts(uid=uid)
    if not found:
        raise NoSuchCount
    return found[0]


def open_at(*, location: str) -> Count | None:
    """The count that is open at a location, whoever began it."""
    found = work.counts(location=location, state="open")
    return found[0] if found else None


def areas(*, uid: UUID) -> list[tuple[str, int, str]]:
    """What each area of a count came to, and who scanned there last: (area, pieces, name)."""
    return work.areas(uid)


def record_count(
    *, uid: UUID, sku: str, counted: int, add: bool = True, area: str | None = None, by: str = ""
) -> CountLine:
    """So many of an SKU were seen: more of them (`add`, as a scanner says it), or so many altogether.

    `area`: where, so that everybody who counts sees what each area came to; `by` is who. The line shows the drift from
    the book at this moment. `NoSuchVariant`, `WrongState`.
    """
    if not 0 <= counted <= 1_000_000_000:
        raise Invalid.field("counted", "range", "One counts from 0 upwards.")
    variant = ledger.variant_ids([sku]).get(sku)
    if variant is None:
        raise NoSuchVariant
    with transaction.atomic():
        one = _open(uid)
        before = 0 if add or area is None else work.counted_of(one, variant)
        amount, book = work.record_count(one, variant, counted, add=add, now=clock.now())
        if area is not None:
            work.note_area(one, area, counted - before, by)
    return CountLine(variant, sku, amount, book)


def close_count(*, uid: UUID, by: Person | Actor) -> Count:
    """Make the book say what was counted; what moved between a scan and now stays moved. Once."""
    with transaction.atomic():
        one = _locked(uid)
        if one.state == "closed":
            return count(uid=uid)
        if one.state != "open":
            raise WrongState(state=one.state)
        now = clock.now()
        if one.is_full:
            work.note_missing(one, now)
        lines = work.count_lines([one.id])[one.id]
        _correct(one, lines, by)
        work.close_count(one, "closed", now)
        found = sum(line.difference for line in lines if line.difference > 0)
        missing = -sum(line.difference for line in lines if line.difference < 0)
        body = {"count": str(uid), "location": one.location, "lines": len(lines), "found": found, "missing": missing}
        log.append([log.Fact(type=events.COUNTED, klass="fact", occurred_at=now, body=body)])
        _audit(by, uid, "closed")
    return count(uid=uid)


def cancel_count(*, uid: UUID, by: Person | Actor) -> Count:
    """Give a count up; the book stays as it is."""
    with transaction.atomic():
        one = _open(uid)
        work.close_count(one, "cancelled", clock.now())
        _audit(by, uid, "cancelled")
    return count(uid=uid)


def _correct(one: LockedCount, lines: list[CountLine], by: Person | Actor) -> None:
    found = moving.levels((line.variant_id, one.location_id) for line in lines)
    now = clock.now()
    told = [
        Line(
            *found[line.variant_id, one.location_id],
            "counted",
            "good",
            line.difference,
            "count",
            str(one.uid),
            moving.key("count", str(one.uid), str(line.variant_id)),
            now,
        )
        for line in lines
        if line.difference
    ]
    moving.post(told, by=by.name)
    moving.tell_waiting(line.variant_id for line in lines if line.difference > 0)


def _locked(uid: UUID) -> LockedCount:
    found = work.lock_count(uid)
    if found is None:
        raise NoSuchCount
    return found


def _open(uid: UUID) -> LockedCount:
    found = _locked(uid)
    if found.state != "open":
        raise WrongState(state=found.state)
    return found


def _audit(by: Person | Actor, uid: UUID, did: str) -> None:
    staff.audit(actor=by, operation="stock.count", subject=("count", str(uid)), detail={"did": did})
