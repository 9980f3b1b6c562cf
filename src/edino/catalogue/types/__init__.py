"""What crosses the door of catalogue: products and variants, what is given to it, what it answers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from edino.kernel.registry import Registry

Value = str | bool | int | float | Decimal | date
"""Of an attribute: a text or the code of a choice, yes or no, a number in the attribute's unit, a day."""

Kind = Literal["text", "number", "boolean", "choice", "date"]
Sort = Literal["", "relevance", "name", "price", "-price", "new", "rating"]


@dataclass(frozen=True, slots=True)
class VariantInfo:
    """A variant as those who sell it need it. `options` are axis → value, `image` an address or a path in media.

    `absent` are the ids of the assortments that do not offer it.
    """

    id: int
    product_id: int
    product_uid: UUID
    sku: str
    name: str
    options: Mapping[str, str]
    active: bool
    tax: str
    weight_g: int | None
    image: str | None
    category_ids: frozenset[int]
    brand: str
    barcodes: tuple[str, ...]
    absent: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Assortment:
    """What is offered in some channels, in which currency and languages. One of them is the default.

    `rule` "all": every product but those taken out; "chosen": only those put in.
    """

    id: int
    code: str
    name: str
    currency: str
    languages: tuple[str, ...]
    region: str
    is_default: bool
    channels: frozenset[str]
    rule: Literal["all", "chosen"] = "all"


@dataclass(frozen=True, slots=True)
class Media:
    """A picture: `place` is an https address, or a path below EDINO_HOME/media."""

    place: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class VariantInput:
    """A variant as a source tells it; None: nothing is said about this, so what is known stays."""

    external_id: str
    sku: str = ""
    options: Mapping[str, str] | None = None
    barcodes: Sequence[str] | None = None
    weight_g: int | None = None
    active: bool | None = None
    tax: str | None = None
    attributes: Mapping[str, Value | None] | None = None
    media: Sequence[Media] | None = None


@dataclass(frozen=True, slots=True)
class ProductInput:
    """A product as a source tells it; None: nothing is said about this, so what is known stays.

    A language or an attribute that is not named stays as it is too; one whose value is empty or None is taken away.
    `categories` are the source's own ids of them, or our codes; lists that are given replace those known.
    """

    external_id: str
    names: Mapping[str, str] | None = None
    descriptions: Mapping[str, str] | None = None
    code: str | None = None
    brand: str | None = None
    categories: Sequence[str] | None = None
    attributes: Mapping[str, Value | None] | None = None
    media: Sequence[Media] | None = None
    active: bool | None = None
    variants: Sequence[VariantInput] | None = None


@dataclass(frozen=True, slots=True)
class CategoryInput:
    """A category as a source tells it; `parent` is the source's id of the one above, "" at the top."""

    external_id: str
    names: Mapping[str, str] | None = None
    parent: str | None = None
    code: str = ""
    active: bool | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class AttributeInput:
    """The definition of an attribute. `unit` belongs to numbers, `choices` (code → language → word) to choices.

    `categories` are our codes of the shelves whose products, and those below, have it; empty: all products; None: as
    it is known.
    """

    code: str
    kind: Kind = "text"
    names: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    is_filter: bool = False
    is_required: bool = False
    position: int = 100
    categories: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """A definition as it is kept."""

    id: int
    code: str
    kind: Kind
    names: Mapping[str, str]
    unit: str
    choices: Mapping[str, Mapping[str, str]]
    is_filter: bool
    is_required: bool
    position: int
    category_ids: Sequence[int] = ()

    def fits(self, ways: Iterable[Sequence[int]]) -> bool:
        """Whether a product has it whose categories have these ways from the top."""
        return not self.category_ids or any(set(self.category_ids) & set(way) for way in ways)


@dataclass(frozen=True, slots=True)
class Rejection:
    """What was wrong: the row's place in the input (from 0), its field, a code for machines, a sentence for people."""

    index: int
    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class UpsertReport:
    """What an upsert did: counts of rows; `rejected` were not written at all.

    `remarks` name what was wrong with a part of a row that was written all the same, such as a barcode whose check
    digit does not fit. `untouched` are the rows that changed nothing.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    deactivated: int = 0
    rejected: tuple[Rejection, ...] = ()
    remarks: tuple[Rejection, ...] = ()
    untouched: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Review:
    """What a shopper wrote of a product. `verified`: he is known to have bought it."""

    uid: UUID
    product_uid: UUID
    rating: int
    author: str
    text: str
    photos: tuple[str, ...]
    verified: bool
    state: Literal["pending", "published", "rejected"]
    created_at: datetime
    reply: str = ""


@dataclass(frozen=True, slots=True)
class ShortTarget:
    """What a printed short code stands for; `variant_id` and `sku` are empty for a product as a whole."""

    code: str
    product_id: int
    product_uid: UUID
    slug: str
    variant_id: int | None
    sku: str


Purchases = Callable[[int, int], bool]
"""Whether a customer (his internal id) has bought a product (its internal id)."""

Baskets = Callable[[datetime], Iterator[Sequence[int]]]
"""Baskets since a moment: the variants bought together, one sequence for each order."""

purchases: Registry[Purchases] = Registry("purchases")
baskets: Registry[Baskets] = Registry("baskets")
