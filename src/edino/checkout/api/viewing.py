"""A cart priced now: one catalogue, one price, one quote, and what stands in its way."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from edino.catalogue import api as catalogue
from edino.catalogue.types import VariantInfo
from edino.checkout import rules
from edino.checkout.api import delivering, knowing
from edino.checkout.errors import NoSuchCart
from edino.checkout.queries import carts as queries
from edino.checkout.queries import purchases
from edino.checkout.types import (
    Act,
    Cart,
    CartView,
    CodeView,
    Difference,
    Line,
    LineShare,
    LineView,
    WhyView,
    customer_groups,
)
from edino.inventory import api as inventory
from edino.inventory.types import Demand
from edino.kernel import clock
from edino.kernel.holds import Owner
from edino.promotions import api as promotions
from edino.promotions.types import Basket, BasketLine, Quote, QuotedLine

MOST_ACTS: Final = 50


@dataclass(frozen=True, slots=True)
class Priced:
    """A cart with its quote and its variants; `customer_id` is whose it is now, `gone` what is not sold any more."""

    cart: Cart
    quote: Quote
    infos: dict[int, VariantInfo]
    customer_id: int | None
    gone: tuple[Difference, ...] = ()


def price(cart: Cart, customer_id: int | None = None) -> Priced:
    """Prices and promotions as they are now. What is not sold any more is left out and named in `gone`.

    `customer_id`: whose cart it is, where that is known already.
    """
    ids = [line.variant_id for line in cart.lines]
    infos = knowing.variants(ids, cart.language)
    if customer_id is None and cart.profile_id is not None:
        customer_id = queries.customer_of(cart.profile_id)
    groups = _groups(customer_id)
    prices = catalogue.prices(
        variant_ids=ids, currency=cart.currency, channel=cart.channel, region=cart.region, groups=groups
    )
    lines, gone = [], []
    for line in cart.lines:
        info, found = infos.get(line.variant_id), prices.get(line.variant_id)
        if info is None or not info.active or found is None:
            gone.append(Difference("line", line.sku, line.quantity, 0))
            continue
        if not offered(info, cart):
            gone.append(Difference("offer", line.sku, line.quantity, 0))
            continue
        lines.append(
            BasketLine(
                key=line.sku,
                variant_id=line.variant_id,
                sku=line.sku,
                product_id=info.product_id,
                category_ids=info.category_ids,
                brand=info.brand,
                quantity=line.quantity,
                unit=found.unit,
            )
        )
    fare = 0
    if cart.delivery is not None:
        goods = sum([one.unit * one.quantity for one in lines]) if cart.delivery.service else 0
        told = delivering.fare(cart.delivery, goods, cart.currency)
        if told is None:
            gone.append(Difference("delivery", "", cart.delivery.service, None))
        fare = told or 0
    basket = Basket(
        currency=cart.currency,
        lines=tuple(lines),
        at=clock.now(),
        codes=cart.codes,
        customer_id=customer_id,
        groups=groups,
        channel=cart.channel,
        location=cart.location,
        delivery=fare,
        owner=("cart", cart.uid),
    )
    return Priced(cart, promotions.quote(basket=basket, version=cart.book), infos, customer_id, tuple(gone))


def offered(info: VariantInfo, cart: Cart) -> bool:
    """Whether the cart's assortment offers the variant."""
    return not info.absent or knowing.assortment(cart.assortment, cart.channel).id not in info.absent


def _groups(customer_id: int | None) -> frozenset[str]:
    if customer_id is None:
        return frozenset()
    return frozenset().union(*(offer(customer_id) for _, offer in customer_groups))


def free(cart: Cart) -> dict[int, int]:
    """How many of each variant can be promised now, for the way the goods go; absent where nobody counts."""
    place = cart.delivery.location if cart.delivery else ""
    known = knowing.places().get(place) if place else None
    found = inventory.availability(
        variant_ids=[line.variant_id for line in cart.lines],
        location_ids=[known.id] if known else None,
        channel=cart.channel,
        owner=owner(cart),
    )
    return {variant: sum(max(0, one.free) for one in rows) for variant, rows in found.items()}


def view(priced: Priced, room: dict[int, int], drift: Iterable[Difference] = (), **more: Any) -> CartView:
    """The cart as it is shown."""
    cart, quote = priced.cart, priced.quote
    quoted = {one.key: one for one in quote.lines}
    sold = [one for one in cart.lines if one.sku in quoted]
    lines = [_line(one.sku, one.variant_id, quoted[one.sku], priced.infos, room) for one in sold]
    return CartView(
        uid=cart.uid,
        version=cart.version,
        state=cart.state,
        currency=cart.currency,
        assortment=cart.assortment,
        lines=tuple(lines),
        subtotal=quote.subtotal,
        discount=quote.discount,
        delivery_amount=quote.delivery - quote.delivery_discount,
        total=quote.total,
        codes=tuple([CodeView(one.code, one.accepted, one.text or one.reason) for one in quote.codes]),
        why=tuple([WhyView(one.name, one.applied, one.code, one.text, one.amount) for one in quote.why]),
        delivery=cart.delivery,
        contact=cart.contact,
        known=cart.profile_id is not None,
        drift=(*priced.gone, *drift),
        **more,
    )


def _line(
    sku: str, variant_id: int, quoted: QuotedLine, infos: dict[int, VariantInfo], room: dict[int, int]
) -> LineView:
    info = infos[variant_id]
    free_now = room.get(variant_id, 0)
    return LineView(
        sku=sku,
        variant_id=variant_id,
        product=info.product_uid,
        name=info.name,
        options=info.options,
        image=info.image,
        quantity=quoted.quantity,
        unit=quoted.unit,
        gross=quoted.gross,
        discount=quoted.discount,
        net=quoted.net,
        shares=tuple([LineShare(one.promotion_id, one.name, one.amount) for one in quoted.shares]),
        stock=rules.stock_word(quoted.quantity, free_now),
        free=free_now,
    )


def history(*, uid: UUID, most: int = MOST_ACTS) -> list[Act]:
    """Who did what to a cart, the last first; `NoSuchCart`."""
    found = queries.cart(uid)
    if found is None:
        raise NoSuchCart
    return queries.acts(found.id, most)


def demand(cart: Cart) -> list[Demand]:
    """What a cart needs of goods."""
    return [Demand(line.variant_id, line.quantity) for line in cart.lines]


def way(cart: Cart) -> dict[str, Any]:
    """How the goods of a cart are sourced: the words of `inventory.plan`."""
    delivery = cart.delivery
    told: dict[str, Any] = {"channel": cart.channel, "owner": owner(cart)}
    if delivery is None:
        return {**told, "method": "delivery"}
    if delivery.method == "delivery":
        return {**told, "method": "delivery", "city": delivery.city}
    return {**told, "method": delivery.method, "pickup": delivery.location}


def owner(cart: Cart) -> Owner | None:
    """Who holds stock for a cart already, if anybody."""
    return Owner("cart", cart.uid) if cart.reserve else None


def closed(cart: Cart) -> CartView:
    """A cart that became an order: its prices are the order's, not today's."""
    kept = purchases.of_cart(cart.id)
    infos = knowing.variants([line.variant_id for line in cart.lines], cart.language)
    return CartView(
        uid=cart.uid,
        version=cart.version,
        state=cart.state,
        currency=cart.currency,
        assortment=cart.assortment,
        lines=tuple([_bought(line, infos.get(line.variant_id)) for line in cart.lines]),
        subtotal=0,
        discount=0,
        delivery_amount=0,
        total=kept.purchase.total if kept else 0,
        codes=(),
        why=(),
        delivery=cart.delivery,
        contact=cart.contact,
        known=cart.profile_id is not None,
        drift=(),
        order=kept.purchase.order_uid if kept else None,
    )


def _bought(line: Line, info: VariantInfo | None) -> LineView:
    return LineView(
        sku=line.sku,
        variant_id=line.variant_id,
        product=info.product_uid if info else None,
        name=info.name if info else line.sku,
        options=info.options if info else {},
        image=info.image if info else None,
        quantity=line.quantity,
        unit=0,
        gross=0,
        discount=0,
        net=0,
        shares=(),
        stock="unknown",
        free=0,
    )
