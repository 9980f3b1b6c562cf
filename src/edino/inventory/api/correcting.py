"""Stock corrected by hand, with a reason; taken back by the opposite movement. And what is expected, by hand."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import transaction

from edino.inventory.api import moving, waiting
from edino.inventory.errors import ChangedMeanwhile, NoSuchCorrection, NoSuchVariant, NotExpected, WrongState
from edino.inventory.queries import corrections as queries
from edino.inventory.queries import ledger, places
from edino.inventory.queries.ledger import Line
from edino.inventory.types import CORRECTIONS, Correction, Expected, Inbound, Movement, Rejection
from edino.kernel import clock
from edino.kernel.errors import Invalid
from edino.staff import api as staff
from edino.staff.types import Actor, Person

CAUSE: Final = "correction"
_KINDS: Final = {"broken": "damaged", "stolen": "written_off", "sample": "written_off"}
_FEWER: Final = frozenset({"missing", "broken", "stolen", "sample"})


def correct(
    *,
    uid: UUID,
    variant_id: int,
    location: str,
    quantity: int,
    reason: str,
    by: Person | Actor,
    note: str = "",
    seen: int | None = None,
) -> Correction:
    """Say that so many more (above zero) or fewer lie there, and why: one movement, and one of damaged if they broke.

    `uid` makes it happen once. `seen`: how many lay there when the person looked; `ChangedMeanwhile` when others do
    now. It has happened: what was promised beyond what is left becomes a case.
    """
    _check(quantity, reason, note)
    now = clock.now()
    with transaction.atomic():
        place_id = places.location_ids([location]).get(location)
        if place_id is None or variant_id not in ledger.skus([variant_id]):
            raise NoSuchVariant
        level, capacity = moving.levels([(variant_id, place_id)])[variant_id, place_id]
        total = ledger.lock_totals([capacity])[capacity]
        if queries.add(uid, level, quantity, reason=reason, note=note.strip(), by=by.name, now=now):
            if seen is not None and seen != total:
                raise ChangedMeanwhile(total=total, seen=seen)
            moving.post(_lines(uid, (level, capacity), quantity, reason, "correct"), by=by.name)
            if quantity > 0:
                moving.tell_waiting([variant_id])
            detail = {"did": "corrected", "quantity": quantity, "reason": reason, "location": location}
            staff.audit(actor=by, operation="stock.edit", subject=("correction", str(uid)), detail=detail)
    return queries.corrections(uid=uid)[0]


def undo_correction(*, uid: UUID, by: Person | Actor) -> Correction:
    """Take a correction back: the opposite movements. `WrongState` when that was done already."""
    found = queries.corrections(uid=uid)
    if not found:
        raise NoSuchCorrection
    one = found[0]
    with transaction.atomic():
        if not queries.undo(uid, by=by.name, now=clock.now()):
            raise WrongState(state="undone")
        place_id = places.location_ids([one.location])[one.location]
        level, capacity = moving.levels([(one.variant_id, place_id)])[one.variant_id, place_id]
        moving.post(_lines(uid, (level, capacity), -one.quantity, one.reason, "undo"), by=by.name)
        if one.quantity < 0:
            moving.tell_waiting([one.variant_id])
        staff.audit(actor=by, operation="stock.edit", subject=("correction", str(uid)), detail={"did": "undone"})
    return queries.corrections(uid=uid)[0]


def corrections(*, variant_id: int | None = None, location_id: int | None = None) -> list[Correction]:
    """What people corrected, the newest first."""
    return queries.corrections(variant_id=variant_id, location_id=location_id)


def expected() -> list[Expected]:
    """What is expected, the soonest first."""
    return queries.expected()


def expect_by_hand(*, rows: Sequence[Inbound], by: Person | Actor) -> list[Rejection]:
    """Note what is expected, by document, as a person types it. Refused rows; then nothing is noted."""
    with transaction.atomic():
        refused = waiting.expect(rows=rows)
        if refused:
            transaction.set_rollback(True)
            return refused
        documents = sorted({row.document for row in rows})
        detail = {"did": "expected", "documents": documents[:20], "rows": len(rows)}
        staff.audit(actor=by, operation="stock.edit", subject=("inbound", documents[0]), detail=detail)
    return []


def arrive(*, id: int, quantity: int, by: Person | Actor, key: UUID) -> int:  # noqa: A002 - what it is called outside
    """So many of what is expected have come: they are received, and that many fewer are expected; how many still are.

    More than was expected may come. `key` makes it happen once. `NotExpected` when nothing of it is any more.
    """
    if not 0 < quantity <= 1_000_000_000:
        raise Invalid.field("quantity", "range", "At least one has come.")
    with transaction.atomic():
        left = queries.lock_expected(id)
        found = queries.expected(id_=id)
        if left is None or not found:
            raise NotExpected
        one = found[0]
        moved = Movement("received", one.sku, one.location, quantity, str(key), clock.now(), "inbound", one.document)
        if not moving.move(movements=[moved], by=by).written:
            return left
        queries.expect_less(id, quantity)
        detail = {"did": "received", "sku": one.sku, "location": one.location, "quantity": quantity}
        staff.audit(actor=by, operation="stock.edit", subject=("inbound", one.document), detail=detail)
    return max(0, left - quantity)


def expect_no_more(*, id: int, by: Person | Actor) -> None:  # noqa: A002 - what it is called outside
    """It will not come. `NotExpected` when it was not expected any more."""
    with transaction.atomic():
        found = queries.expected(id_=id)
        if not found or not queries.expect_no_more(id):
            raise NotExpected
        detail = {"did": "not expected", "sku": found[0].sku, "location": found[0].location}
        staff.audit(actor=by, operation="stock.edit", subject=("inbound", found[0].document), detail=detail)


def _check(quantity: int, reason: str, note: str) -> None:
    if reason not in CORRECTIONS:
        raise Invalid.field("reason", "unknown", "There is no such reason.")
    if not 0 < abs(quantity) <= 1_000_000_000:
        raise Invalid.field("quantity", "range", "Say how many more or fewer there are.")
    if (reason == "found" and quantity < 0) or (reason in _FEWER and quantity > 0):
        raise Invalid.field("quantity", "sign", "This reason speaks of the opposite.")
    if reason == "mistake" and not note.strip():
        raise Invalid.field("note", "required", "Say what the mistake was.")
    if len(note) > 500:
        raise Invalid.field("note", "too_long", "This is too long.")


def _lines(uid: UUID, where: tuple[int, int], quantity: int, reason: str, did: str) -> list[Line]:
    """The movement of good ones, and of damaged ones where they broke: they still lie there, and are not sold."""
    now, kind, cause = clock.now(), _KINDS.get(reason, "adjusted"), (CAUSE, str(uid))
    told = [Line(*where, kind, "good", quantity, *cause, moving.key(did, str(uid), "good"), now)]
    if reason == "broken":
        mark = moving.key(did, str(uid), "damaged")
        told.append(Line(*where, kind, "damaged", -quantity, *cause, mark, now))
    return told
