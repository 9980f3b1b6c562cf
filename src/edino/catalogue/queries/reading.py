"""Reads of catalogue, one function per statement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from edino.kernel import sql

_SQL = sql.statements("edino.catalogue", "reading.sql")


@dataclass(frozen=True, slots=True)
class VariantRow:
    """A variant with what its product says of it."""

    id: int
    product_id: int
    product_uid: UUID
    sku: str
    names: dict[str, str]
    options: dict[str, str]
    active: bool
    tax: str
    weight_g: int | None
    image: int | None
    category_ids: list[int]
    brand: str
    barcodes: list[str]
    absent: list[int]


@dataclass(frozen=True, slots=True)
class AssortmentRow:
    """An assortment."""

    id: int
    code: str
    name: str
    currency: str
    languages: list[str]
    region: str
    is_default: bool
    channels: list[str]
    rule: Any


@dataclass(frozen=True, slots=True)
class HeadRow:
    """A product without what hangs on it."""

    id: int
    uid: UUID
    code: str | None
    slug: str
    names: dict[str, str]
    descriptions: dict[str, str]
    attributes: dict[str, Any]
    axes: list[str]
    held: list[str]
    category_ids: list[int]
    brand: str
    is_active: bool
    rating_count: int
    rating_sum: int
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class MediaRow:
    """A picture."""

    id: int
    variant_id: int | None
    place: str
    alt: str


@dataclass(frozen=True, slots=True)
class BarcodeRow:
    """A barcode of a variant."""

    variant_id: int
    text: str
    gtin: str | None
    problem: str


@dataclass(frozen=True, slots=True)
class PresenceRow:
    """Where a product is offered and what it lacks there."""

    assortment_id: int
    is_listed: bool
    wanted: int
    missing: list[str]
    by_hand: bool | None
    reason: str


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category."""

    id: int
    code: str
    parent_id: int | None
    path: list[int]
    names: dict[str, str]
    position: int
    is_active: bool


@dataclass(frozen=True, slots=True)
class ShortRow:
    """What a short code stands for."""

    id: int
    uid: UUID
    slug: str
    variant_id: int | None
    sku: str


@dataclass(frozen=True, slots=True)
class ExternalRow:
    """What a source calls a product."""

    source_id: int
    source: str
    kind: str
    text: str


def variants_by_sku(skus: Iterable[str]) -> list[VariantRow]:
    """Variants by SKU."""
    return sql.rows(_SQL["variants_by_sku"], {"skus": list(skus)}, VariantRow)


def variants_by_id(ids: Iterable[int]) -> list[VariantRow]:
    """Variants by id."""
    return sql.rows(_SQL["variants_by_id"], {"ids": list(ids)}, VariantRow)


def scanned(text: str, gtin: str | None) -> list[tuple[int, int]]:
    """The variants that a scanned text may mean, with 0 for a SKU, 1 for a barcode, 2 for a doubtful barcode."""
    return [(id_, doubt) for id_, doubt in sql.tuples(_SQL["scanned"], {"text": text, "gtin": gtin})]


def sisters(variants: Sequence[int]) -> list[int]:
    """The variants on sale of the products of these variants, product by product, each in its own order."""
    return [id_ for (id_,) in sql.tuples(_SQL["sisters"], {"variants": list(variants)})]


def assortments() -> list[AssortmentRow]:
    """Every assortment, the default first."""
    return sql.rows(_SQL["assortments"], {}, AssortmentRow)


def product_head(*, uid: UUID | None = None, slug: str | None = None, id_: int | None = None) -> HeadRow | None:
    """One product by its public id, address or number."""
    return sql.row(_SQL["product_head"], {"uid": uid, "slug": slug, "id": id_}, HeadRow)


def media_of(product: int) -> list[MediaRow]:
    """The pictures of a product."""
    return sql.rows(_SQL["media_of"], {"product": product}, MediaRow)


def media_place(id_: int) -> str | None:
    """Where one picture lies."""
    found: str | None = sql.scalar(_SQL["media_place"], {"id": id_})
    return found


def remote_places() -> list[str]:
    """The addresses of pictures that lie elsewhere, each once."""
    return [place for (place,) in sql.tuples(_SQL["remote_places"])]


def barcodes_of(product: int) -> list[BarcodeRow]:
    """The barcodes of a product's variants."""
    return sql.rows(_SQL["barcodes_of"], {"product": product}, BarcodeRow)


def presence_of(product: int) -> list[PresenceRow]:
    """Where a product is offered and what it lacks there."""
    return sql.rows(_SQL["presence_of"], {"product": product}, PresenceRow)


def categories() -> list[CategoryRow]:
    """Every category."""
    return sql.rows(_SQL["categories"], {}, CategoryRow)


def axes() -> dict[str, dict[str, str]]:
    """What axes are called."""
    return dict(sql.tuples(_SQL["axes"]))


def short_target(*, product: int | None = None, variant: int | None = None) -> ShortRow | None:
    """What a short code stands for."""
    return sql.row(_SQL["short_target"], {"product": product, "variant": variant}, ShortRow)


def externals_of(product: int) -> Sequence[ExternalRow]:
    """What sources call a product."""
    return sql.rows(_SQL["externals_of"], {"product": product}, ExternalRow)
