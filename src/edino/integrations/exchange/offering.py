"""What we offer, page by page, as feeds tell it: variants with names, prices, pictures and what can be had."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from edino.catalogue import api as catalogue
from edino.catalogue.types import Assortment
from edino.catalogue.types.pages import picture_src
from edino.inventory import api as inventory
from edino.inventory.types import Location
from edino.kernel import sql

_SQL: Final = sql.statements("edino.integrations", "offering.sql")
PAGE: Final = 300
LARGE: Final = 960


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category of a feed."""

    id: int
    parent_id: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """What an attribute is called, and how its values are told."""

    code: str
    kind: str
    names: dict[str, str]
    unit: str
    choices: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Row:
    """A variant as the statement gives it."""

    id: int
    product_id: int
    uid: UUID
    sku: str
    options: dict[str, str]
    weight_g: int | None
    tax: str
    names: dict[str, str]
    descriptions: dict[str, str]
    attributes: dict[str, Any]
    brand: str
    category_ids: list[int]
    barcodes: list[str]
    pictures: list[str]


@dataclass(frozen=True, slots=True)
class Offered:
    """A variant as a feed tells it. `price` and `was` are minor units; `stock` is free pieces by location code."""

    id: int
    product: UUID
    sku: str
    name: str
    description: str
    brand: str
    category: int | None
    options: Mapping[str, str]
    attributes: Mapping[str, str]
    barcodes: Sequence[str]
    pictures: Sequence[str]
    weight_g: int | None
    tax: str
    price: int
    was: int | None
    currency: str
    several: bool
    stock: Mapping[str, int] = field(default_factory=dict)

    @property
    def free(self) -> int:
        """Pieces that can be had anywhere."""
        return sum(self.stock.values())


class Offering:
    """What an assortment offers, in one language."""

    def __init__(self, assortment: Assortment, *, base: str, language: str = "") -> None:
        self.assortment = assortment
        self.base = base.rstrip("/")
        self.language = language or assortment.languages[0]
        self.places: list[Location] = [place for place in inventory.locations() if place.active]
        self._axes = {code: self._said(names) or code for code, names in sql.tuples(_SQL["axes"])}
        self._attributes = {one.code: one for one in sql.rows(_SQL["attributes"], {}, Attribute)}

    def version(self) -> str:
        """Changes when the feed would."""
        return str(sql.scalar(_SQL["version"], {"assortment": self.assortment.id}))

    def shelves(self) -> list[Shelf]:
        """Categories, those above first; one whose parent is closed stands at the top."""
        found: dict[int, Shelf] = {}
        for id_, parent, names in sql.tuples(_SQL["categories"]):
            found[id_] = Shelf(id_, parent if parent in found else None, self._said(names) or str(id_))
        return list(found.values())

    def __iter__(self) -> Iterator[Offered]:
        shelves = {shelf.id for shelf in self.shelves()}
        codes = {place.id: place.code for place in self.places}
        after = 0
        while page := self._page(after):
            after = page[-1]
            rows = sql.rows(_SQL["variants"], {"products": page}, Row)
            ids = [row.id for row in rows]
            prices = catalogue.prices(variant_ids=ids, currency=self.assortment.currency, region=self.assortment.region)
            levels = inventory.availability(variant_ids=ids)
            counted: dict[int, int] = {}
            for row in rows:
                counted[row.product_id] = counted.get(row.product_id, 0) + 1
            for row in rows:
                answer = prices.get(row.id)
                if answer is None or answer.unit <= 0:
                    continue  # what has no price is not offered
                stock = {codes[one.location_id]: one.free for one in levels.get(row.id, ()) if one.location_id in codes}
                was = answer.list_price if answer.list_price > answer.unit else None
                category = next((each for each in row.category_ids if each in shelves), None)
                yield self._offered(row, answer.unit, was, stock, category, several=counted[row.product_id] > 1)

    def _page(self, after: int) -> list[int]:
        given = {"assortment": self.assortment.id, "after": after, "limit": PAGE}
        return [id_ for (id_,) in sql.tuples(_SQL["page"], given)]

    def _offered(
        self, row: Row, price: int, was: int | None, stock: dict[str, int], category: int | None, *, several: bool
    ) -> Offered:
        return Offered(
            id=row.id,
            product=row.uid,
            sku=row.sku,
            name=self._said(row.names),
            description=self._said(row.descriptions),
            brand=row.brand,
            category=category,
            options={self._axes.get(code, code): value for code, value in row.options.items()},
            attributes={self._title(code): self._value(code, value) for code, value in row.attributes.items()},
            barcodes=row.barcodes,
            pictures=[self._picture(each) for each in row.pictures],
            weight_g=row.weight_g,
            tax=row.tax,
            price=price,
            was=was,
            currency=self.assortment.currency,
            several=several or bool(row.options),
            stock=stock,
        )

    def _picture(self, told: str) -> str:
        id_, _, place = told.partition(" ")
        return place if place.startswith(("http://", "https://")) else f"{self.base}{picture_src(int(id_), LARGE)}"

    def _said(self, texts: Mapping[str, str]) -> str:
        return texts.get(self.language) or next((texts[each] for each in ("ru", "en") if texts.get(each)), "")

    def _title(self, code: str) -> str:
        told = self._attributes.get(code)
        return (self._said(told.names) if told else "") or code

    def _value(self, code: str, value: Any) -> str:
        told = self._attributes.get(code)
        if isinstance(value, bool):
            return "да" if value and self.language == "ru" else "нет" if self.language == "ru" else str(value).lower()
        if told is not None and told.kind == "choice":
            return self._said(told.choices.get(str(value), {})) or str(value)
        return f"{value} {told.unit}" if told is not None and told.unit else str(value)
