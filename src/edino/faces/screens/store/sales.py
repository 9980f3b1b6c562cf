"""The cart that is being served at this tablet: whose hand, which system, how the goods leave."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from django.utils.translation import get_language

from edino.channels import api as channels
from edino.channels.types import Source
from edino.checkout import api as checkout
from edino.checkout.errors import NoSuchCart
from edino.checkout.types import Cart, CartView, Delivery, Hand
from edino.faces.errors import NoTill
from edino.faces.screens.shop.visit import source_of
from edino.faces.screens.store.frame import StoreRequest

KEPT: Final = "store_cart"
TABLETS: Final = "Store tablets"


def hand(request: StoreRequest) -> Hand:
    """Whose hand changes a cart at this tablet."""
    return Hand("staff", request.staff.name, device(request), request.store.code, request.staff.id)


def device(request: StoreRequest) -> str:
    """What a cart remembers of this tablet."""
    return f"store {request.store.code} {request.staff.id}"


def source(request: StoreRequest) -> Source:
    """The system that a sale at this tablet counts for: the one that bears the store's name, else the first.

    Where no till was ever connected, the tablets are the first system of the channel.
    """
    known = channels.list_sources(channel="store")
    if not known:
        return source_of("store", TABLETS)
    found = [one for one in known if one.is_active]
    if not found:
        raise NoTill
    named = [one for one in found if one.name in {request.store.name, request.store.code}]
    return channels.get_source(id=(named or found)[0].id)


def begin(request: StoreRequest, *, customer: UUID | None = None) -> Cart:
    """A new sale at this counter, or the open cart of a customer, wherever it was begun; goods leave at once."""
    system = source(request)
    profile = checkout.profile_of(customer=customer, source=system) if customer else None
    cart = checkout.open_cart(
        source=system,
        by=hand(request),
        language=get_language() or "en",
        profile_id=profile,
        location=request.store.code,
        staff_id=request.staff.id,
    )
    if cart.delivery is None:
        checkout.set_delivery(uid=cart.uid, delivery=Delivery("carry", location=request.store.code), by=hand(request))
    take(request, cart.uid)
    return cart


def take(request: StoreRequest, uid: UUID) -> None:
    """From now on this is the cart that scans go into."""
    request.session[KEPT] = str(uid)


def current(request: StoreRequest) -> UUID | None:
    """The open cart that this tablet serves, if there is one."""
    kept = request.session.get(KEPT)
    if not kept:
        return None
    try:
        found = checkout.stored(uid=UUID(str(kept)))
    except (NoSuchCart, ValueError):
        return None
    return found.uid if found.state == "open" else None


def with_slot(delivery: Delivery, slot: UUID | None) -> Delivery:
    """How the goods leave, at a time that was chosen."""
    return replace(delivery, slot=slot) if slot else delivery


def view(request: StoreRequest, uid: UUID) -> CartView:
    """The cart priced now, with what changed since this tablet saw it last."""
    return checkout.cart(uid=uid, device=device(request))
