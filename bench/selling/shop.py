"""A shop on a database of its own: products, prices, stock, one store where goods are picked up, slots without end."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

PRODUCTS = 120
PLENTY = 1_000_000
STORE = "STORE"


@dataclass(frozen=True, slots=True)
class Opened:
    """A shop that is open: where its database is, the key of its site, its SKUs and slots."""

    home: Path
    url: str
    key: str
    skus: list[str]
    slots: list[str]


def open_shop(home: Path, url: str, *, stock: int = PLENTY, slot_capacity: int = PLENTY) -> Opened:
    """Fill the catalogue, the price list and the shelves."""
    from edino.catalogue import api as catalogue  # Django must be set up first
    from edino.catalogue.types import ProductInput, VariantInput  # as above
    from edino.catalogue.types.prices import PriceInput  # as above
    from edino.channels import api as channels  # as above
    from edino.inventory import api as inventory  # as above
    from edino.inventory.types import LocationInput, Movement  # as above
    from edino.kernel import clock  # as above
    from edino.staff.types import Actor  # as above

    actor = Actor("bench")
    source = channels.create_source(name="bench", channel="site", by=actor, rate_limit=0)
    skus = [f"SKU-{number:03}" for number in range(PRODUCTS)]
    products = [
        ProductInput(sku, {"en": f"Thing {sku}", "ru": f"Вещь {sku}"}, variants=[VariantInput(f"{sku}#", sku)])
        for sku in skus
    ]
    catalogue.upsert_products(source=source, products=products)
    currency = catalogue.default_assortment().currency
    catalogue.save_price_list(
        code="base", name="Base", currency=currency, region="", customer_group="", priority=0, by=actor
    )
    prices = [PriceInput(sku, "base", 99_900 + 100 * place, None, None) for place, sku in enumerate(skus)]
    catalogue.set_prices(source=actor, rows=prices)
    place = LocationInput(STORE, "Store", "store", "Tver", sells=True, ships=False, pickup=True)
    inventory.save_location(location=place, by=actor)
    at = clock.now()
    moved = [Movement("received", sku, STORE, stock, f"bench {sku}", at) for sku in skus]
    inventory.move(source=source, movements=moved)
    start = at.replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    hours = [(start + timedelta(hours=n), start + timedelta(hours=n + 1)) for n in range(8)]
    slots = inventory.save_slots(location=STORE, times=hours, capacity=slot_capacity, by=actor)
    key = channels.issue_key(source=source, scopes=["carts:write", "orders:read"], by=actor)
    return Opened(home, url, key, skus, [str(one.uid) for one in slots])
