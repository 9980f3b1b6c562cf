"""The shop of the demo: the year's goods as a catalogue with prices, a warehouse, two stores, and what lies there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from edino.catalogue import api as catalogue
from edino.catalogue.types import CategoryInput, ProductInput, VariantInput
from edino.catalogue.types.prices import PriceInput
from edino.channels.types import Source
from edino.integrations.demo.goods import SHELVES, Good
from edino.inventory import api as inventory
from edino.inventory.api.places import slot_times
from edino.inventory.types import LocationInput, Movement
from edino.kernel import clock
from edino.staff import api as staff

CURRENCY: Final = "GBP"
PRICES: Final = "retail"
WAREHOUSE: Final = "warehouse"
ZONE: Final = "Europe/London"
BEGAN: Final = datetime(2010, 11, 30, tzinfo=UTC)
"""The evening before the first invoice: the opening stock was counted then."""
ENDED: Final = datetime(2011, 12, 10, tzinfo=UTC)
"""The morning after the last invoice: then the stores got their first goods."""
ENOUGH: Final = 12
FIRST_GOODS: Final = 4
SLOT_MINUTES: Final = 120
SLOT_ORDERS: Final = 10
SLOT_DAYS: Final = 7
_DAILY = {day: [["09:00", "21:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}

LOCATIONS: Final = (
    LocationInput(
        WAREHOUSE, "Warehouse", "warehouse", "Croydon", "12 Purley Way", ZONE, {},
        sells=False, ships=True, pickup=False, active=True, position=10, latitude=51.37, longitude=-0.12,
    ),
    LocationInput(
        "camden", "Camden", "store", "London", "48 Camden High Street", ZONE, _DAILY,
        sells=True, ships=True, pickup=True, active=True, position=20, latitude=51.54, longitude=-0.14,
    ),
    LocationInput(
        "brighton", "Brighton", "store", "Brighton", "7 North Street", ZONE, _DAILY,
        sells=True, ships=True, pickup=True, active=True, position=30, latitude=50.82, longitude=-0.14,
    ),
)  # fmt: skip
STORES: Final = ("camden", "brighton")


@dataclass(frozen=True, slots=True)
class Shop:
    """What opening the shop did: products written and pieces on the shelves, both 0 when it was open already."""

    products: int
    pieces: int


def open_shop(source: Source, goods: Sequence[Good]) -> Shop:
    """Make catalogue, prices, locations and opening stock; again: nothing changes, but slots open for a week."""
    for place in LOCATIONS:
        inventory.save_location(location=place, by=staff.COMMAND_LINE)
    written = _fill_catalogue(source, goods)
    opening = [_received(good) for good in goods if good.opening]
    report = inventory.move(movements=opening, source=source)
    _open_slots()
    return Shop(written, sum(one.quantity for one in opening) if report.written else 0)


def stock_stores(source: Source, goods: Sequence[Good]) -> int:
    """Send a few pieces of what the year left over to each store; how many movements that were."""
    moved = [
        movement
        for good in goods
        if good.offered and good.left >= ENOUGH
        for store in STORES
        for movement in _sent(good, store)
    ]
    return inventory.move(movements=moved, source=source).written


def _fill_catalogue(source: Source, goods: Sequence[Good]) -> int:
    catalogue.save_assortment(
        code="main", name="Online Retail", currency=CURRENCY, languages=("en", "ru"), by=staff.COMMAND_LINE
    )
    shelves = [CategoryInput(code, {"en": en, "ru": ru}, code=code) for code, (en, ru, _) in SHELVES.items()]
    catalogue.upsert_categories(source=source, categories=shelves)
    products = [
        ProductInput(
            external_id=good.sku,
            names={"en": good.name},
            categories=[good.shelf],
            active=good.offered,
            variants=[VariantInput(external_id=good.sku, sku=good.sku, active=good.offered)],
        )
        for good in goods
    ]
    report = catalogue.upsert_products(source=source, products=products)
    catalogue.save_price_list(code=PRICES, name="Retail", currency=CURRENCY, by=source)
    priced = [PriceInput(good.sku, PRICES, good.price) for good in goods if good.price]
    catalogue.set_prices(source=source, rows=priced)
    return report.created + report.changed


def _received(good: Good) -> Movement:
    return Movement(
        "received", good.sku, WAREHOUSE, good.opening, f"opening {good.sku}", BEGAN, "opening", "2010-11-30"
    )


def _sent(good: Good, store: str) -> tuple[Movement, Movement]:
    way = f"first goods {store} {good.sku}"
    return (
        Movement("transfer_out", good.sku, WAREHOUSE, -FIRST_GOODS, f"{way} out", ENDED, "opening", store),
        Movement("transfer_in", good.sku, store, FIRST_GOODS, f"{way} in", ENDED, "opening", store),
    )


def _open_slots() -> None:
    today = clock.now().date()
    for code in STORES:
        store = inventory.location(code=code)
        for day in range(SLOT_DAYS):
            times = slot_times(location=store, day=today + timedelta(days=day), minutes=SLOT_MINUTES)
            inventory.save_slots(location=code, times=times, capacity=SLOT_ORDERS, by=staff.COMMAND_LINE)
