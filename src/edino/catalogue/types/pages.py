"""What is shown of products: pages, lists, filters, the state of their presentation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

WIDTHS: Final = (80, 240, 480, 960)
"""Of thumbnails, in pixels."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a product, or of one variant. `src(width)` is its address on this site, for the widths of WIDTHS."""

    id: int
    place: str
    alt: str
    variant_id: int | None = None

    def src(self, width: int = 480) -> str:
        """The address of the thumbnail."""
        return picture_src(self.id, width)


def picture_src(id_: int, width: int = 240) -> str:
    """The address of a picture's thumbnail on this site."""
    return f"/media/{id_}/{width}.webp"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category as it is shown; `path` is the ids from the top down to itself."""

    id: int
    code: str
    name: str
    parent_id: int | None
    path: tuple[int, ...]
    active: bool = True


@dataclass(frozen=True, slots=True)
class Trait:
    """An attribute of a product in words: what it is called, its value as a person reads it."""

    code: str
    label: str
    text: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class AxisPage:
    """By what variants differ, and the values that there are, in the order of the variants."""

    code: str
    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BarcodeShown:
    """A barcode: as given, and its problem if it names nothing."""

    text: str
    gtin: str | None
    problem: str


@dataclass(frozen=True, slots=True)
class VariantPage:
    """A variant on the page of its product."""

    id: int
    sku: str
    short_code: str
    options: Mapping[str, str]
    active: bool
    tax: str
    weight_g: int | None
    traits: tuple[Trait, ...]
    barcodes: tuple[BarcodeShown, ...]
    picture: Picture | None
    held: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether an assortment offers a product, and what its presentation lacks there.

    `missing` are words such as name:ru, description:en, image, category, variant, barcode, attribute:season, price.
    `by_hand`: somebody put it in (True) or took it out (False), for this `reason`.
    """

    assortment_id: int
    assortment: str
    is_listed: bool
    wanted: int
    missing: tuple[str, ...]
    by_hand: bool | None = None
    reason: str = ""

    @property
    def score(self) -> int:
        """How complete the presentation is, 0–100."""
        return 100 * (self.wanted - len(self.missing)) // self.wanted if self.wanted else 100


@dataclass(frozen=True, slots=True)
class ProductPage:
    """A product as it is shown in one language and assortment. `rating` is the mean of 1–5, None without reviews."""

    id: int
    uid: UUID
    code: str | None
    slug: str
    short_code: str
    name: str
    description: str
    brand: str
    active: bool
    listed: bool
    shelves: tuple[Shelf, ...]
    way: tuple[Shelf, ...]
    axes: tuple[AxisPage, ...]
    traits: tuple[Trait, ...]
    variants: tuple[VariantPage, ...]
    pictures: tuple[Picture, ...]
    rating: float | None
    rating_count: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Behind:
    """A product as those who keep it see it: every language, what is held by hand, what sources call it."""

    id: int
    uid: UUID
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    brand: str
    category_ids: tuple[int, ...]
    attributes: Mapping[str, Any]
    held: tuple[str, ...]
    active: bool
    created_at: datetime
    changed_at: datetime
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product in a list. `price_from` is the lowest price of its variants, minor units; None when there is none."""

    id: int
    uid: UUID
    slug: str
    name: str
    brand: str
    image: str | None
    variants: int
    rating: float | None
    rating_count: int
    active: bool
    price_from: int | None = None
    variant_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value that a filter offers, and how many products of the answer have it."""

    value: str
    label: str
    count: int
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter: `name` is what `filters` of a search calls it (brand, category, option.size, attribute.season)."""

    name: str
    label: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class ProductsPage:
    """A page of a search. `next` is the cursor of the next page, "" at the end; `total` counts the whole answer."""

    rows: tuple[ProductRow, ...]
    total: int
    next: str = ""
    facets: tuple[Facet, ...] = field(default=())
