"""Everything scarce that a purchase needs: goods, benefits, money of ours, a place in a pickup slot."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.utils.translation import gettext_noop

from edino.checkout import rules
from edino.checkout.api import knowing, providers
from edino.checkout.errors import NotPayable
from edino.checkout.types import TENDERS, TERMINAL, Cart, Delivery, Hand, Leg, Tender, points
from edino.inventory.types import Plan
from edino.kernel import clock
from edino.kernel.errors import FieldError, Invalid
from edino.kernel.holds import Want
from edino.promotions import api as promotions
from edino.promotions.types import Quote

SENTENCES: Final = {
    "stock": gettext_noop("There are not so many left."),
    "coupon": gettext_noop("This benefit has been used up."),
    "giftcard": gettext_noop("There is not so much left on this gift card."),
    "points": gettext_noop("There are not so many points."),
    "parcel": gettext_noop("This place sends no more parcels today. Try again: another one will."),
    "slot": gettext_noop("This time is fully booked. Choose another."),
}


class Need(NamedTuple):
    """So much of a capacity, what it is for, and the field that is wrong when there is too little."""

    want: Want
    kind: str
    field: str
    variant_id: int | None = None


class SlotNeed(NamedTuple):
    """A place in a pickup slot, and when that is."""

    want: Need
    starts_at: datetime
    ends_at: datetime


def goods(plan: Plan) -> list[Need]:
    """Stock at the places the plan chose, and a parcel of the day of those that send only so many."""
    found = [Need(Want(one.capacity_id, one.quantity), "stock", "lines", one.variant_id) for one in plan.allocations]
    return [*found, *(Need(Want(day, 1), "parcel", "delivery") for day in plan.parcels)] if plan.parcels else found


def benefits(quote: Quote) -> list[Need]:
    """Uses of coupons, budgets and limits per customer."""
    return [Need(want, "coupon", "codes") for want in quote.wants]


def slot(delivery: Delivery) -> SlotNeed | None:
    """A place in the slot of a pickup; `Invalid` when there is no such slot there."""
    if delivery.slot is None:
        return None
    found = knowing.slot(delivery.slot, delivery.location)
    if found is None or found.ends_at <= clock.now():
        raise Invalid.field("delivery.slot", "unknown", "There is no such time at this place.")
    return SlotNeed(Need(Want(found.capacity_id, 1), "slot", "delivery.slot"), found.starts_at, found.ends_at)


def legs(tenders: Sequence[Tender], total: int, cart: Cart, by: Hand) -> tuple[list[Leg], list[Need]]:
    """The tenders with their amounts, and what of our own money they need. They add up, or `NotPayable`.

    An order of nothing is paid by nothing. What rests after other tenders may be nothing too.
    """
    if total == 0 and not any(tender.amount for tender in tenders):
        return [], []
    found: list[Leg] = []
    needs: list[Need] = []
    for place, (tender, amount) in enumerate(zip(tenders, rules.amounts(tenders, total), strict=True)):
        if not amount:
            continue
        leg, need = _leg(place, tender, amount, cart, by)
        found.append(leg)
        needs += [need] if need else []
    return found, needs


def _leg(place: int, tender: Tender, amount: int, cart: Cart, by: Hand) -> tuple[Leg, Need | None]:
    where = f"tenders[{place}]"
    if tender.kind not in TENDERS:
        raise NotPayable(fields=[FieldError(f"{where}.kind", "unknown", "There is no such way of paying.")])
    if tender.kind == "cash" and by.kind == "shopper":
        raise NotPayable(fields=[FieldError(f"{where}.kind", "counter", "Cash is taken at a counter only.")])
    if tender.kind == "gift_card":
        return _gift_card(place, tender, amount, cart)
    if tender.kind == "points":
        return _points(place, amount, cart)
    if tender.kind == "cash":
        return Leg(place, "cash", amount, deferred=True), None
    if tender.provider == TERMINAL:
        return _terminal(where, place, tender, amount, by), None
    name = providers.for_kind(tender.kind, tender.provider)
    if not name:
        raise NotPayable(fields=[FieldError(f"{where}.kind", "nobody", "Nobody collects this kind of payment here.")])
    deferred = providers.of(name).deferred
    return Leg(place, tender.kind, amount, provider=name, return_url=tender.return_url, deferred=deferred), None


def _terminal(where: str, place: int, tender: Tender, amount: int, by: Hand) -> Leg:
    """The terminal on the counter has taken the card already; only who stands there may say so."""
    if by.kind != "staff" or tender.kind != "card":
        raise NotPayable(fields=[FieldError(f"{where}.provider", "counter", "A terminal stands at a counter only.")])
    return Leg(place, "card", amount, provider=TERMINAL, deferred=True)


def _gift_card(place: int, tender: Tender, amount: int, cart: Cart) -> tuple[Leg, Need]:
    card = promotions.gift_card(code=tender.code)
    if card.currency != cart.currency:
        raise NotPayable(fields=[FieldError(f"tenders[{place}].code", "currency", "The card is in another currency.")])
    if card.void or (card.expires_at is not None and card.expires_at <= clock.now()):
        raise NotPayable(fields=[FieldError(f"tenders[{place}].code", "ended", "This gift card has ended.")])
    leg = Leg(place, "gift_card", amount, card_id=card.id, deferred=True)
    return leg, Need(Want(card.capacity_id, amount), "giftcard", f"tenders[{place}]")


def _points(place: int, amount: int, cart: Cart) -> tuple[Leg, Need]:
    offer = next((one for _, one in points), None)
    if offer is None or cart.profile_id is None:
        raise NotPayable(fields=[FieldError(f"tenders[{place}].kind", "nobody", "Nobody's points can pay this.")])
    want = offer.want(profile_id=cart.profile_id, amount=amount, currency=cart.currency)
    return Leg(place, "points", amount, deferred=True), Need(want, "points", f"tenders[{place}]")
