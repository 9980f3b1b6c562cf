"""A shop with shelves: shoes in sizes and colours, two stores in one city and one in another, a warehouse, times."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

from django.utils import timezone
from PIL import Image

from edino.catalogue import api as catalogue
from edino.catalogue.types import AttributeInput, CategoryInput, Media, ProductInput, VariantInput
from edino.catalogue.types.prices import PriceInput
from edino.channels import api as channels
from edino.channels.types import Source
from edino.checkout.api import knowing
from edino.customers.api import policies, reference
from edino.faces.screens.shop import limits
from edino.inventory import api as inventory
from edino.inventory.types import Location, LocationInput, Movement
from edino.kernel import clock, couriers, registry
from edino.staff.types import Actor

HOUSE = Actor("command line")
HOURS = {day: [["10:00", "22:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
TVERSKAYA, ARBAT, KAZAN, WAREHOUSE = "TVER12", "ARBAT3", "KAZAN1", "WH"


class Post:
    """A courier of text messages and letters that keeps what it brought."""

    def __init__(self) -> None:
        self.brought: list[tuple[str, str, str]] = []

    def deliver(self, channel: str, to: str, subject: str, text: str) -> None:
        """Keep it."""
        self.brought.append((channel, to, text))

    def code(self) -> str:
        """The code of the last message."""
        couriers.settle()
        return next(word for word in self.brought[-1][2].split() if word.isdigit() and len(word) == 6)


@dataclass(slots=True)
class Shelves:
    """What the shop has; `post` keeps the messages to shoppers."""

    source: Source
    places: Mapping[str, Location]
    post: Post = field(default_factory=Post)

    def stock(self, sku: str, place: str, quantity: int) -> None:
        """Goods come to a place."""
        key = f"{sku}-{place}-{clock.now().isoformat()}"
        report = inventory.move(
            source=self.source, movements=[Movement("received", sku, place, quantity, key, clock.now())]
        )
        assert report.rejected == ()

    def price(self, sku: str, amount: int) -> None:
        """The regular price of a variant from now on."""
        report = catalogue.set_prices(source=self.source, rows=[PriceInput(sku, "base", amount)])
        assert report.rejected == ()

    def reduce(self, sku: str, amount: int) -> None:
        """A temporary price for a week."""
        until = clock.now() + timedelta(days=7)
        report = catalogue.set_prices(
            source=self.source, rows=[PriceInput(sku, "base", amount, starts_at=clock.now(), ends_at=until)]
        )
        assert report.rejected == ()

    def url(self, external_id: str) -> str:
        """The page of a product by one of its SKUs."""
        info = catalogue.variants_by_sku(skus=[external_id])[external_id]
        page = catalogue.product(uid=info.product_uid)
        return f"/shop/p/{page.slug}/"

    def short(self, sku: str) -> str:
        """The printed code of a variant."""
        info = catalogue.variants_by_sku(skus=[sku])[sku]
        page = catalogue.product(uid=info.product_uid)
        return next(one.short_code for one in page.variants if one.sku == sku)


def open_shelves(media: str = "") -> Shelves:
    """Fill the shop. `media` is a folder for pictures; without one things have none."""
    channels.forget_keys()
    reference.forget()
    policies.forget_policy()
    limits.forget()
    knowing.forget()
    source = channels.create_source(name="ERP", channel="erp", by=HOUSE)
    catalogue.save_price_list(code="base", name="Base", currency="RUB", by=HOUSE)
    places = {one.code: inventory.save_location(location=one, by=HOUSE) for one in _places()}
    _products(source, media)
    shelves = Shelves(source, places)
    for size, there in (("41", {TVERSKAYA: 2, KAZAN: 4}), ("42", {TVERSKAYA: 1, ARBAT: 3}), ("43", {WAREHOUSE: 9})):
        for place, quantity in there.items():
            shelves.stock(f"RUN-BLUE-{size}", place, quantity)
    shelves.stock("RUN-RED-42", ARBAT, 5)
    shelves.stock("SOCKS-M", TVERSKAYA, 40)
    shelves.stock("CAP-1", WAREHOUSE, 6)
    for place in (TVERSKAYA, ARBAT, KAZAN):
        day = timezone.localdate(clock.now()) + timedelta(days=1)
        open_day(places[place], day)
    return shelves


def _places() -> list[LocationInput]:
    def store(code: str, name: str, city: str, at: tuple[float, float], *, ships: bool = False) -> LocationInput:
        return LocationInput(
            code, name, "store", city, f"{name}, стр. 1", "Europe/Moscow", HOURS,
            sells=True, ships=ships, pickup=True, active=True, latitude=at[0], longitude=at[1],
        )  # fmt: skip

    return [
        store(TVERSKAYA, "Тверская, 12", "Москва", (55.7639, 37.6062), ships=True),
        store(ARBAT, "Арбат, 3", "Москва", (55.7522, 37.5988)),
        store(KAZAN, "Баумана, 7", "Казань", (55.7905, 49.1147)),
        LocationInput(WAREHOUSE, "Склад", "warehouse", "Москва", sells=False, ships=True, pickup=False, active=True),
    ]


@contextmanager
def hearing(shelves: Shelves) -> Iterator[Shelves]:
    """While this lasts, messages to shoppers are kept instead of sent."""
    offers = registry.couriers._offers
    before = {name: offers.get(name) for name in ("sms", "email")}
    offers |= dict.fromkeys(before, shelves.post)
    yield shelves
    couriers.settle()
    for name, offer in before.items():
        offers.pop(name) if offer is None else offers.update({name: offer})


def open_day(place: Location, day: date) -> None:
    """Times to pick up, two orders each."""
    zone = ZoneInfo(place.time_zone)
    times = [
        (datetime.combine(day, time(hour), zone), datetime.combine(day, time(hour + 4), zone)) for hour in (10, 14, 18)
    ]
    inventory.save_slots(location=place.code, times=times, capacity=2, by=HOUSE)


def picture(colour: tuple[int, int, int]) -> bytes:
    """A plain picture of a shoe box."""
    out = BytesIO()
    Image.new("RGB", (800, 800), colour).save(out, "JPEG", quality=80)
    return out.getvalue()


def _products(source: Source, media: str) -> None:
    catalogue.define_attributes(
        attributes=[AttributeInput("season", "text", {"en": "Season", "ru": "Сезон"}, is_filter=True)]
    )
    catalogue.upsert_categories(
        source=source,
        categories=[
            CategoryInput("shoes", {"en": "Shoes", "ru": "Обувь"}, "", "shoes"),
            CategoryInput("running", {"en": "Running shoes", "ru": "Беговая обувь"}, "shoes", "running"),
            CategoryInput("small", {"en": "Small things", "ru": "Мелочи"}, "", "small"),
        ],
    )
    runs = [
        VariantInput(f"run-{colour}-{size}", f"RUN-{colour.upper()}-{size}", {"colour": word, "size": size})
        for colour, word in (("blue", "синий"), ("red", "красный"))
        for size in ("41", "42", "43", "44")
        if (colour, size) != ("red", "44")
    ]
    things = [
        ProductInput(
            "run",
            {"en": "Running shoes Strela", "ru": "Кроссовки беговые «Стрела»"},
            {"en": "Light, for hard roads.", "ru": "Лёгкие, для твёрдых дорог."},
            brand="Стрела",
            categories=["running"],
            attributes={"season": "лето"},
            media=[Media(f"{media}/run.jpg", "")] if media else None,
            variants=runs,
        ),
        ProductInput(
            "socks",
            {"en": "Socks, three pairs", "ru": "Носки, три пары"},
            brand="Ход",
            categories=["small"],
            variants=[VariantInput("socks-m", "SOCKS-M", {"size": "M"})],
        ),
        ProductInput(
            "cap",
            {"en": "Cap", "ru": "Кепка"},
            brand="Ход",
            categories=["small"],
            variants=[VariantInput("cap", "CAP-1")],
        ),
    ]
    report = catalogue.upsert_products(source=source, products=things)
    assert report.rejected == ()
    rows = [PriceInput(one.sku, "base", 899_000) for one in runs]
    rows += [PriceInput("SOCKS-M", "base", 49_000), PriceInput("CAP-1", "base", 129_000)]
    assert catalogue.set_prices(source=source, rows=rows).rejected == ()
