"""The shop that the stories of orders happen in: two stores, a warehouse, shoes in two sizes and socks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from edino.catalogue import api as catalogue
from edino.catalogue.types import ProductInput, VariantInput
from edino.catalogue.types.prices import PriceInput
from edino.channels import api as channels
from edino.channels.types import Source
from edino.customers import api as customers
from edino.customers.api import reference
from edino.inventory import api as inventory
from edino.inventory.types import Demand, LocationInput, Movement
from edino.kernel import clock, holds, ids, sql
from edino.orders import api
from edino.orders.types import AllocationInput, Contact, Credit, Delivery, LineInput, Order, OrderInput, Share
from edino.staff.types import Actor

ANYA = Actor("Anya")
OLEG = Actor("Oleg")
HOUSE = Actor("command line")
MAY = datetime(2026, 5, 1, 12, tzinfo=UTC)
PRICES = {"DAWN-41": 599_000, "DAWN-42": 599_000, "SOCK": 49_901}
STOCK = {"TVER": 5, "KLIN": 3, "HUB": 20}


@dataclass(frozen=True, slots=True)
class Shop:
    """The shop's systems."""

    site: Source
    till: Source
    variants: Mapping[str, int]
    places: Mapping[str, int]


def open_shop() -> Shop:
    """Doors open: goods with prices, stock on every shelf."""
    channels.forget_keys()
    reference.forget()
    site, till = _source("site", "site"), _source("till", "store")
    shoes = [VariantInput(f"1#{size}", f"DAWN-{size}", {"size": size}) for size in ("41", "42")]
    products = [
        ProductInput("1", {"en": "Dawn shoes"}, variants=shoes),
        ProductInput("2", {"en": "Socks"}, variants=[VariantInput("2#", "SOCK", barcodes=["4006381333931"])]),
    ]
    assert catalogue.upsert_products(source=site, products=products).rejected == ()
    currency = catalogue.default_assortment().currency
    catalogue.save_price_list(code="base", name="Base", currency=currency, by=HOUSE)
    catalogue.set_prices(source=HOUSE, rows=[PriceInput(sku, "base", amount) for sku, amount in PRICES.items()])
    places = {}
    for code, kind in (("TVER", "store"), ("KLIN", "store"), ("HUB", "warehouse")):
        place = LocationInput(
            code, code.title(), kind, code.title(), sells=kind == "store", ships=True, pickup=kind == "store"
        )
        places[code] = inventory.save_location(location=place, by=HOUSE).id
    moved = [
        Movement("received", sku, code, pieces, f"{sku}@{code}", MAY)
        for sku in PRICES
        for code, pieces in STOCK.items()
    ]
    assert inventory.move(source=site, movements=moved).written == len(moved)
    return Shop(site, till, {sku: one.id for sku, one in catalogue.variants_by_sku(skus=list(PRICES)).items()}, places)


def _source(name: str, channel: str) -> Source:
    if name not in {one.name for one in channels.list_sources()}:
        channels.create_source(name=name, channel=channel, by=HOUSE, rate_limit=0)
    return channels.get_source(name=name)


def currency() -> str:
    return catalogue.default_assortment().currency


def shopper(shop: Shop, phone: str = "+79161234567") -> int:
    """A profile of somebody with this phone."""
    return customers.identify(source=shop.site, identifiers=[("phone", phone)]).profile_id


def line(shop: Shop, sku: str, quantity: int, discount: int = 0) -> LineInput:
    """A line at the catalogue price, with so much off it by one promotion."""
    unit = PRICES[sku]
    shares = (Share(1, 1, "Spring", discount),) if discount else ()
    gross = unit * quantity
    return LineInput(
        sku, shop.variants[sku], sku, sku, quantity, unit, gross, discount, gross - discount, "vat20", shares
    )


PICKUP = Delivery("pickup", location="TVER")
COURIER = Delivery("delivery", amount=30_000, city="Klin")


def ordered(
    shop: Shop,
    lines: Sequence[LineInput],
    delivery: Delivery = PICKUP,
    *,
    paid: Mapping[str, int] | None = None,
    profile: int | None = None,
    exclude: Sequence[str] = (),
) -> Order:
    """An order as checkout makes one: planned, promised, drafted, paid (all by card unless said) and placed."""
    plan = inventory.plan(
        demand=[Demand(one.variant_id or 0, one.quantity) for one in lines],
        method=delivery.method,
        pickup=delivery.location or None,
        city=delivery.city,
        exclude=exclude,
    )
    assert plan.short == ()
    holds.use([holds.Want(one.capacity_id, one.quantity) for one in plan.allocations])
    uid = ids.uuid7()
    api.draft(
        order=OrderInput(
            uid=uid,
            cart_uid=ids.uuid7(),
            source_id=shop.site.id,
            channel="site",
            currency=currency(),
            contact=Contact(profile, "Kolya", "+79161234567", "kolya@mail.ru"),
            lines=tuple(lines),
            delivery=delivery,
            allocations=tuple(
                AllocationInput(one.variant_id, one.location_id, one.quantity, one.capacity_id, one.fulfilled_from)
                for one in plan.allocations
            ),
            credits=(Credit("started", shop.places["TVER"], None, "Anya"),),
        )
    )
    total = sum(one.net for one in lines) + delivery.amount - delivery.discount
    for number, (tender, amount) in enumerate((paid if paid is not None else {"card": total}).items()):
        state = "pending" if tender == "cod" else "captured"
        api.add_payment(order_uid=uid, tender=tender, amount=amount, key=str(number), state=state)
    return api.place(uid=uid)


def handed(shop: Shop, lines: Sequence[LineInput], **more: Any) -> Order:
    """An order that was fetched in Tver."""
    order = ordered(shop, lines, **more)
    return api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code, location="TVER")


def stock(sku: str, place: str) -> tuple[int, int, int]:
    """(on hand, promised, over) of an SKU at a place."""
    [row] = sql.tuples(
        """SELECT c.total, c.used + c.held, c.over FROM kernel_capacity c JOIN inventory_level l ON l.capacity_id = c.id
             JOIN inventory_location p ON p.id = l.location_id JOIN catalogue_variant v ON v.id = l.variant_id
            WHERE v.sku = %s AND p.code = %s""",
        [sku, place],
    )
    return row


def ledger_balances() -> bool:
    """Whether every level is the sum of its movements, and every payment holds what its refunds left."""
    levels = sql.scalar(
        """SELECT count(*) FROM inventory_level l JOIN kernel_capacity c ON c.id = l.capacity_id
            WHERE c.total <> (SELECT coalesce(sum(quantity), 0) FROM inventory_movement m
                               WHERE m.level_id = l.id AND m.condition = 'good')"""
    )
    payments = sql.scalar(
        """SELECT count(*) FROM orders_payment p
            WHERE p.refunded <> (SELECT coalesce(sum(amount), 0) FROM orders_refund r WHERE r.payment_id = p.id)"""
    )
    returned = sql.scalar(
        """SELECT count(*) FROM orders_line l
            WHERE l.returned <> (SELECT coalesce(sum(r.quantity), 0) FROM orders_return_line r
                                   JOIN orders_return b ON b.id = r.return_id
                                  WHERE r.line_id = l.id AND b.state NOT IN ('refused', 'withdrawn'))"""
    )
    return (levels, payments, returned) == (0, 0, 0)


def facts(*types: str) -> list[tuple[str, dict[str, Any]]]:
    """Facts on the log, oldest first."""
    return sql.tuples(
        "SELECT type, body FROM kernel_log WHERE type = ANY (%(types)s) ORDER BY id", {"types": list(types)}
    )


def new_uid() -> UUID:
    return ids.uuid7()


def now() -> datetime:
    return clock.now()
