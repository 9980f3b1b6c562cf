"""What is expected, who waits for it, and what does not add up."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from edino.channels.types import Source
from edino.inventory import events
from edino.inventory.api import moving
from edino.inventory.api.places import location as place_of
from edino.inventory.errors import AlreadyThere, NoSuchCase, NoSuchVariant
from edino.inventory.queries import availability as stock
from edino.inventory.queries import ledger, places, work
from edino.inventory.types import Case, Drift, Inbound, Rejection
from edino.kernel import clock, holds, ids, log
from edino.kernel.errors import Invalid
from edino.kernel.reconciling import Difference
from edino.staff import api as staff
from edino.staff.types import Actor, Person


def subscribe(*, sku: str, profile_id: int, kind: str = "back_in_stock", location: str | None = None) -> UUID:
    """Let somebody wait until an SKU can be had, anywhere or at a location; the same wish twice is one.

    The log says `stock.wanted` now and `stock.back` once it can be had. `AlreadyThere` when it can be had now.
    """
    if kind != "back_in_stock":
        raise Invalid.field("kind", "unknown", "One can wait for what is back in stock.")
    variant = ledger.variant_ids([sku]).get(sku)
    if variant is None:
        raise NoSuchVariant
    place = place_of(code=location).id if location else None
    now = clock.now()
    with transaction.atomic():
        found = stock.availability([variant], None if place is None else [place], "", now, None)
        if any(one.free > 0 for one in found):
            raise AlreadyThere
        uid = ledger.subscribe(ids.uuid7(), variant, place, profile_id=profile_id, kind=kind, now=now)
        if uid is None:
            return ledger.waiting(variant, place, profile_id, kind)
        body = {"subscription": str(uid), "variant": variant, "sku": sku, "kind": kind, "location": location or ""}
        fact = log.Fact(type=events.WANTED, klass="fact", occurred_at=now, profile_id=profile_id, body=body)
        log.append([fact])
    return uid


def expect(*, rows: Sequence[Inbound], source: Source | None = None) -> list[Rejection]:
    """Note what is expected, by document; the same document, SKU and location again replaces it. Refused rows."""
    known = ledger.variant_ids(sorted({row.sku for row in rows}))
    codes = places.location_ids(sorted({row.location for row in rows}))
    rejected, good = [], {}
    for place, row in enumerate(rows):
        checks = (
            ("sku", "unknown", row.sku in known, "There is no such SKU."),
            ("location", "unknown", row.location in codes, "There is no such location."),
            ("quantity", "range", 0 < row.quantity <= 1_000_000_000, "At least one is expected."),
            ("document", "required", 0 < len(row.document) <= 200, "Say the document, in at most 200 letters."),
        )
        wrong = [Rejection(place, field, code, message) for field, code, right, message in checks if not right]
        if wrong:
            rejected.append(wrong[0])
        else:
            good[row.document, known[row.sku], codes[row.location]] = row
    with transaction.atomic():
        found = moving.levels((variant, where) for _, variant, where in good)
        if good:
            ledger.expect(
                [
                    (found[variant, where][0], document, row.quantity, row.due_on)
                    for (document, variant, where), row in good.items()
                ],
                source_id=source.id if source else None,
                now=clock.now(),
            )
    return rejected


def cases(*, state: str = "open", location: str = "") -> list[Case]:
    """Where more is promised than lies there: open ones, or all with `state=""`."""
    return work.cases(state=state, location=location)


def resolve_case(*, uid: UUID, resolution: str, by: Person | Actor) -> Case:
    """Say what was done about a case. It opens anew if something else makes more promised than there is."""
    if not 0 < len(resolution.strip()) <= 1000:
        raise Invalid.field("resolution", "required", "Say what was done, in at most 1000 letters.")
    with transaction.atomic():
        done = work.resolve_case(uid, resolution=resolution.strip(), by=by.name, now=clock.now())
        found = work.cases(uid=uid)
        if not found:
            raise NoSuchCase
        if done:
            staff.audit(actor=by, operation="stock.edit", subject=("case", str(uid)), detail={"did": "resolved"})
    return found[0]


def differences() -> list[Difference]:
    """Levels that are not the sum of their movements, as `edino reconcile` tells them."""
    return [Difference(f"{one.sku} at {one.location}, {one.what}", one.kept, one.summed) for one in ledger.drift()]


def reconcile() -> tuple[list[Drift], list[tuple[int, int, int]]]:
    """Levels that are not the sum of their movements, capacities that are not the sum of their holds: none, ever."""
    return ledger.drift(), holds.drift()
