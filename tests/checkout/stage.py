"""The shop that the stories of buying happen in: two stores, a warehouse, running shoes and socks, four ways in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from edino.catalogue import api as catalogue
from edino.catalogue.types import ProductInput, VariantInput
from edino.catalogue.types.prices import PriceInput
from edino.channels import api as channels
from edino.channels.types import Source
from edino.checkout import api
from edino.checkout.api import knowing
from edino.checkout.types import Cart, CartView, Contact, Delivery, Hand, Placed, Tender
from edino.inventory import api as inventory
from edino.inventory.types import LocationInput, Movement, Slot
from edino.kernel import clock, ids, sql
from edino.staff.types import Actor

HOUSE = Actor("command line")
PRICES = {"DAWN-41": 599_000, "DAWN-42": 599_000, "SOCK-1": 49_900, "BOTTLE": 120_050}
STOCK = {"TVER": 5, "KLIN": 3, "HUB": 20}
KOLYA = Hand("shopper", "", "phone")
LAPTOP = Hand("shopper", "", "laptop")
OLEG = Hand("staff", "Oleg", "desk 4")
COD = (Tender("cod"),)
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Shop:
    """The shop: its systems and where it stands."""

    site: Source
    app: Source
    till: Source
    erp: Source


def open_shop() -> Shop:
    """Doors open: goods in the catalogue, prices, stock on every shelf."""
    knowing.forget()
    shop = Shop(_source("site", "site"), _source("app", "app"), _source("till 1", "store"), _source("1C", "erp"))
    catalogue.upsert_products(source=shop.erp, products=_products())
    catalogue.save_price_list(
        code="base", name="Base", currency=currency(), region="", customer_group="", priority=0, by=HOUSE
    )
    set_prices(PRICES)
    for code, kind, city in (("TVER", "store", "Tver"), ("KLIN", "store", "Klin"), ("HUB", "warehouse", "Klin")):
        place = LocationInput(
            code, f"{city} {kind}", kind, city, sells=kind == "store", ships=kind == "warehouse", pickup=kind == "store"
        )
        inventory.save_location(location=place, by=HOUSE)
    receive(dict.fromkeys(PRICES, STOCK))
    knowing.forget()
    return shop


def currency() -> str:
    return catalogue.default_assortment().currency


def set_prices(prices: dict[str, int]) -> None:
    """The back office says what things cost from now on."""
    rows = [PriceInput(sku, "base", amount, None, None) for sku, amount in prices.items()]
    assert catalogue.set_prices(source=HOUSE, rows=rows).rejected == ()


def receive(goods: dict[str, dict[str, int]]) -> None:
    """Goods arrive: SKU → location → pieces."""
    moved = [
        Movement("received", sku, place, pieces, str(ids.uuid7()), clock.now())
        for sku, places in goods.items()
        for place, pieces in places.items()
    ]
    report = inventory.move(source=channels.get_source(name="1C"), movements=moved)
    assert (report.written, report.rejected) == (len(moved), ())


def _products() -> list[ProductInput]:
    shoes = [VariantInput(f"p-1#{size}", f"DAWN-{size}", {"size": size}) for size in ("41", "42")]
    return [
        ProductInput("p-1", {"en": "Dawn running shoes", "ru": "Кроссовки Рассвет"}, variants=shoes),
        ProductInput("p-2", {"en": "Socks", "ru": "Носки"}, variants=[VariantInput("p-2#", "SOCK-1")]),
        ProductInput("p-3", {"en": "Bottle", "ru": "Бутылка"}, variants=[VariantInput("p-3#", "BOTTLE")]),
    ]


def _source(name: str, channel: str) -> Source:
    found = {one.name for one in channels.list_sources()}
    if name not in found:
        channels.create_source(name=name, channel=channel, by=HOUSE, rate_limit=0)
    return channels.get_source(name=name)


def pickup(slot: UUID | None = None, place: str = "TVER") -> Delivery:
    return Delivery("pickup", place, slot)


def courier(amount: int = 0) -> Delivery:
    return Delivery("delivery", city="Klin", address="Lenina 1", amount=amount)


def slots(places: int, capacity: int = 1, place: str = "TVER") -> Sequence[Slot]:
    """Tomorrow's time slots."""
    start = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    times = [(start + timedelta(hours=n), start + timedelta(hours=n + 1)) for n in range(places)]
    return inventory.save_slots(location=place, times=times, capacity=capacity, by=HOUSE)


def somebody() -> Contact:
    """A guest nobody knows."""
    number = next(_numbers)
    return Contact("Kolya", f"+7916{number:07}", f"kolya{number}@mail.ru")


def cart_of(shop: Shop, lines: dict[str, int], *, by: Hand = KOLYA, **more: Any) -> CartView:
    """A cart with these goods, as its shopper sees it."""
    found = api.open_cart(source=shop.site, by=by, **more)
    view = api.cart(uid=found.uid, device=by.device)
    for sku, quantity in lines.items():
        view = api.put_line(uid=found.uid, sku=sku, quantity=quantity, by=by)
    return view


def buy(view: CartView, *, key: str = "", delivery: Delivery | None = None, **more: Any) -> Placed:
    """Check a cart out as it was shown; cash on pickup in Tver unless said otherwise."""
    asked: dict[str, Any] = {
        "uid": view.uid,
        "expected_total": view.total,
        "expected_version": view.version,
        "tenders": COD,
        "contact": somebody(),
        "delivery": delivery or view.delivery or pickup(),
        "key": key or str(ids.uuid7()),
        "by": KOLYA,
    }
    return api.checkout(**asked | more)


def stored(uid: UUID) -> Cart:
    return api.stored(uid=uid)


def lines(view: CartView | Cart) -> dict[str, int]:
    return {line.sku: line.quantity for line in view.lines}


def told(view: CartView) -> set[tuple[str, str]]:
    """What and where a view says that something differs."""
    return {(one.what, one.sku) for one in view.drift}


def stock(kind: str = "stock") -> tuple[int, int, int]:
    """(total, promised, held) over every capacity of a kind."""
    text = "SELECT sum(total)::bigint, sum(used)::bigint, sum(held)::bigint FROM kernel_capacity WHERE kind = %(kind)s"
    total, used, held = sql.tuples(text, {"kind": kind})[0]
    return total or 0, used or 0, held or 0


def counted(table: str, where: str = "true") -> int:
    return int(sql.scalar(f"SELECT count(*) FROM {table} WHERE {where}"))


def facts(kind: str) -> list[dict[str, Any]]:
    """The bodies of the facts of a kind, oldest first."""
    return [
        body for (body,) in sql.tuples("SELECT body FROM kernel_log WHERE type = %(kind)s ORDER BY id", {"kind": kind})
    ]


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Each in a thread with a connection of its own, all beginning together; what they answered or raised."""
    import threading  # beside its only use

    from django.db import connection  # as above

    gate = threading.Barrier(len(works))
    answers: list[Any] = [None] * len(works)

    def run(place: int) -> None:
        try:
            gate.wait()
            answers[place] = works[place]()
        except Exception as error:  # noqa: BLE001 - told to the test's own thread
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def later(minutes: float) -> datetime:
    return clock.now() + timedelta(minutes=minutes)
