"""Carts: begun, shown, changed. A change is read, decided and written under the version that was read."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from edino.catalogue.types import VariantInfo
from edino.channels.types import Source
from edino.checkout import rules
from edino.checkout.api import delivering, knowing, viewing
from edino.checkout.errors import BeingBought, CartChanged, CartClosed, NoSuchCart, NotOffered
from edino.checkout.queries import carts as queries
from edino.checkout.queries import plans
from edino.checkout.types import METHODS, MOST, MOST_LINES, Cart, CartView, Contact, Delivery, Difference, Hand
from edino.customers import api as customers
from edino.inventory import api as inventory
from edino.kernel import clock, holds, ids
from edino.kernel.errors import Contention, Invalid

TRIES: Final = 30
RESERVED_FOR: Final = timedelta(minutes=15)
LONGEST: Final = 500
_COLUMNS: Final = ("name", "phone", "email")

Decide = Callable[[Cart], tuple[Cart, Mapping[str, Any]]]


@plans.kept()
def open_cart(
    *,
    source: Source,
    by: Hand,
    assortment: str = "",
    language: str = "en",
    profile_id: int | None = None,
    location: str = "",
    staff_id: int | None = None,
    reserve: bool = False,
    uid: UUID | None = None,
) -> Cart:
    """Begin a cart, or go on with the open one that the customer of this profile has already, wherever it was begun.

    `location` is the code of the place where it is begun, `reserve` holds stock for 15 minutes after each change. The
    same `uid` again answers the same cart.
    """
    if profile_id is not None and (live := queries.live_of_profile(profile_id)):
        return stored(uid=live[0])
    if location and location not in knowing.places():
        raise Invalid.field("location", "unknown", "There is no such place.")
    chosen = knowing.assortment(assortment, source.channel)
    own = uid or ids.uuid7()
    values = {
        "uid": own,
        "source_id": source.id,
        "channel": source.channel,
        "assortment": chosen.code,
        "currency": chosen.currency,
        "region": chosen.region,
        "language": language,
        "profile_id": profile_id,
        "location": location,
        "staff_id": staff_id,
        "reserve": reserve,
    }
    at = clock.now()
    made = queries.open_cart(values, by, at)
    if made is None:
        return stored(uid=own)
    return Cart(
        id=made,
        uid=own,
        version=1,
        state="open",
        source_id=source.id,
        channel=source.channel,
        assortment=chosen.code,
        currency=chosen.currency,
        region=chosen.region,
        language=language,
        profile_id=profile_id,
        location=location,
        staff_id=staff_id,
        lines=(),
        codes=(),
        delivery=None,
        contact=Contact(),
        shown={},
        reserve=reserve,
        merged_into=None,
        updated_at=at,
    )


def stored(*, uid: UUID) -> Cart:
    """A cart as it is stored, unpriced; of a merged one the cart it went into. `NoSuchCart`."""
    found = queries.cart(uid)
    while found is not None and found.merged_into is not None:
        found = queries.cart(found.merged_into)
    if found is None:
        raise NoSuchCart
    return found


def cart(*, uid: UUID, device: str = "", remember: bool = True) -> CartView:
    """A cart priced now, with what differs from what this device was last shown; from now on this is what it saw."""
    with plans.kept():
        return _cart(stored(uid=uid), device, remember=remember)


def _cart(found: Cart, device: str, *, remember: bool) -> CartView:
    if found.state == "ordered":
        return viewing.closed(found)
    priced = viewing.price(found)
    beside = _beside(found)
    shown = viewing.view(priced, viewing.free(found), beside=beside)
    seen = rules.snapshot(shown)
    told = replace(shown, drift=rules.united_drift(shown.drift, rules.drift(found.shown.get(device), seen)))
    if remember and found.shown.get(device) != seen:
        queries.saw(found, rules.remembered(found.shown, device, seen))
    return told


def put_line(*, uid: UUID, sku: str, quantity: int, by: Hand, expected_version: int | None = None) -> CartView:
    """Let there be so many of a SKU in the cart, zero for none. Saying it again changes nothing."""
    if not 0 <= quantity <= MOST:
        raise Invalid.field("quantity", "range", "A quantity is a whole number from 0 to 9,999.")

    def decide(found: Cart) -> tuple[Cart, Mapping[str, Any]]:
        known = next((line for line in found.lines if line.sku == sku), None)
        info = None if known and not quantity else _sold(sku, found)
        variant_id = info.id if info else known.variant_id  # type: ignore[union-attr]  # one of the two is there
        lines = rules.set_line(found.lines, sku, variant_id, quantity)
        if len(lines) > MOST_LINES:
            raise Invalid.field("sku", "too_many", "A cart has at most 500 lines.")
        before = known.quantity if known else 0
        return replace(found, lines=lines), {"sku": sku, "from": before, "to": quantity}

    return _change(uid, by, "line", decide, expected_version=expected_version, refuse=sku if quantity else "")


def add_code(*, uid: UUID, code: str, by: Hand) -> CartView:
    """Put a coupon into the cart. Whether it counts is told in the view; giving it twice changes nothing."""
    code = code.strip()
    if not 0 < len(code) <= 100:
        raise Invalid.field("code", "required", "Say the code, in at most 100 characters.")
    return _change(
        uid, by, "code", lambda found: (replace(found, codes=rules.united(found.codes, [code])), {"codes": 1})
    )


def drop_code(*, uid: UUID, code: str, by: Hand) -> CartView:
    """Take a coupon out of the cart."""

    def decide(found: Cart) -> tuple[Cart, Mapping[str, Any]]:
        return replace(found, codes=tuple(one for one in found.codes if one != code.strip())), {"codes": -1}

    return _change(uid, by, "code", decide)


def set_delivery(*, uid: UUID, delivery: Delivery, by: Hand) -> CartView:
    """How the goods reach the shopper."""
    checked_delivery(delivery)
    detail = {"method": delivery.method, "location": delivery.location}
    return _change(uid, by, "delivery", lambda found: (replace(found, delivery=delivery), detail))


def set_contact(*, uid: UUID, contact: Contact, by: Hand) -> CartView:
    """How the shopper is reached. The history says only that it was set."""
    told = checked_contact(contact)
    return _change(uid, by, "contact", lambda found: (replace(found, contact=told), {}))


def checked_delivery(delivery: Delivery) -> Delivery:
    """The delivery if it can be; `Invalid` names what is wrong with it."""
    if delivery.method not in METHODS:
        raise Invalid.field("delivery.method", "unknown", "Goods are picked up, delivered or carried out.")
    if delivery.amount < 0:
        raise Invalid.field("delivery.amount", "range", "An amount is not less than nothing.")
    place = knowing.places().get(delivery.location) if delivery.location else None
    if delivery.location and place is None:
        raise Invalid.field("delivery.location", "unknown", "There is no such place.")
    if delivery.method == "pickup" and (place is None or not place.pickup):
        raise Invalid.field("delivery.location", "no_pickup", "Goods cannot be picked up there.")
    if delivery.method == "carry" and place is None:
        raise Invalid.field("delivery.location", "required", "Say where the goods are carried out of.")
    if delivery.slot is not None and delivery.method != "pickup":
        raise Invalid.field("delivery.slot", "no_pickup", "Only a pickup has a time slot.")
    delivering.checked(delivery)
    return delivery


def checked_contact(contact: Contact) -> Contact:
    """The contact with its telephone and e-mail in their usual writing; `Invalid` names what cannot be one."""
    for field in _COLUMNS:
        if len(getattr(contact, field)) > LONGEST:
            raise Invalid.field(f"contact.{field}", "too_long", "This is too long.")
    told = {}
    for kind in ("phone", "email"):
        value = getattr(contact, kind).strip()
        if not value:
            continue
        try:
            item = customers.usable(kind, value)
        except customers.Unusable as error:
            raise Invalid.field(f"contact.{kind}", "unusable", "Nobody can be reached there.") from error
        told[kind] = item.value if item else value
    return Contact(name=contact.name.strip(), **told)


def _sold(sku: str, found: Cart) -> VariantInfo:
    info = knowing.variant(sku, found.language)
    if info is None or not info.active:
        raise Invalid.field("sku", "not_sold", "This is not sold here.")
    if not viewing.offered(info, found):
        raise NotOffered(sku)
    return info


def _change(
    uid: UUID, by: Hand, what: str, decide: Decide, *, expected_version: int | None = None, refuse: str = ""
) -> CartView:
    """Read, decide, price and write, again and again until nobody was in between."""
    with plans.kept():
        return _changed(uid, by, what, decide, expected_version=expected_version, refuse=refuse)


def _changed(uid: UUID, by: Hand, what: str, decide: Decide, *, expected_version: int | None, refuse: str) -> CartView:
    for _ in range(TRIES):
        found = stored(uid=uid)
        if found.state != "open":
            raise BeingBought if found.state == "buying" else CartClosed
        if expected_version is not None and expected_version != found.version:
            raise CartChanged([Difference("version", "", expected_version, found.version)])
        after, detail = decide(found)
        shown = _shown(found, after, by, refuse)
        if after == found:
            return replace(shown, version=found.version)
        if _written(found, after, shown, by, what=what, detail=detail):
            return shown
    raise Contention


def _shown(before: Cart, after: Cart, by: Hand, refuse: str) -> CartView:
    priced = viewing.price(replace(after, version=before.version + 1))
    if refuse and any(one.sku == refuse for one in priced.gone):
        raise Invalid.field("sku", "no_price", "This is not sold here.")
    shown = viewing.view(priced, viewing.free(after), beside=None)
    news = rules.drift(before.shown.get(by.device), rules.snapshot(shown), own=True)
    return replace(shown, drift=rules.united_drift(shown.drift, news))


def _written(before: Cart, after: Cart, shown: CartView, by: Hand, *, what: str, detail: Mapping[str, Any]) -> bool:
    after = replace(after, shown=rules.remembered(before.shown, by.device, rules.snapshot(shown)))
    if not after.reserve:
        return queries.write(before, after, by, what=what, detail=detail, at=clock.now()) is not None
    with transaction.atomic():
        done = queries.write(before, after, by, what=what, detail=detail, at=clock.now()) is not None
        if done:
            reserve(after)
    return done


def reserve(found: Cart) -> None:
    """Hold what stands in the cart for a while, as far as there is any; `Short` when there is too little."""
    demand = viewing.demand(found)
    plan = (
        inventory.plan(demand=demand, known=list(knowing.places().values()), **viewing.way(found)) if demand else None
    )
    wants = [holds.Want(one.capacity_id, one.quantity) for one in plan.allocations] if plan else []
    holds.hold(holds.Owner("cart", found.uid), wants, until=clock.now() + RESERVED_FOR)


def _beside(found: Cart) -> UUID | None:
    if found.profile_id is None or found.state != "open":
        return None
    others = [uid for uid in queries.live_of_profile(found.profile_id) if uid != found.uid]
    return others[0] if others else None
