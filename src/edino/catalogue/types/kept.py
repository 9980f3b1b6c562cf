"""Products and variants as they are kept, while something given is laid over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

Picture = tuple[str, str, str]
"""Place, alternative text, and the SKU of the variant it shows; "" for the product as a whole."""


@dataclass(frozen=True, slots=True)
class ProductState:
    """Everything that a source or a person may say of a product; `id` is 0 until it is written."""

    id: int
    uid: UUID
    code: str | None
    names: dict[str, str]
    descriptions: dict[str, str]
    attributes: dict[str, Any]
    axes: tuple[str, ...]
    held: tuple[str, ...]
    category_ids: tuple[int, ...]
    brand: str
    is_active: bool
    media: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class VariantState:
    """Everything that may be said of a variant; `id` is 0 until it is written."""

    id: int
    sku: str
    options: dict[str, str]
    attributes: dict[str, Any]
    position: int
    weight_g: int | None
    tax: str
    is_active: bool
    barcodes: tuple[str, ...]
    held: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CategoryState:
    """A category; `id` is 0 until it is written."""

    id: int
    code: str
    parent_id: int | None
    names: dict[str, str]
    position: int
    is_active: bool
    held: Sequence[str] = ()
