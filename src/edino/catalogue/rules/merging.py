"""What becomes of a product when a source says something of it: what is not said stays, what staff wrote stays."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from edino.catalogue.types import CategoryInput, ProductInput, VariantInput
from edino.catalogue.types.kept import CategoryState, Picture, ProductState, VariantState
from edino.catalogue.types.taxes import STANDARD

Item = TypeVar("Item")


def fresh(uid: UUID) -> ProductState:
    """A product of which nothing has been said."""
    return ProductState(0, uid, None, {}, {}, {}, (), (), (), "", is_active=True, media=())


def laid(
    kept: ProductState,
    given: ProductInput,
    *,
    category_ids: Sequence[int] | None,
    attributes: Mapping[str, Any],
    skus: Mapping[str, str],
) -> ProductState:
    """The product after a source has spoken.

    `category_ids` and `attributes` are the given ones, resolved; a None among the attributes takes one away.
    `skus` names, for each variant given, the SKU under which its pictures are known now.
    """
    held = frozenset(kept.held)
    return replace(
        kept,
        code=_said(kept.code, given.code or None if given.code is not None else None, "code" in held),
        names=_texts("names", kept.names, given.names, held),
        descriptions=_texts("descriptions", kept.descriptions, given.descriptions, held),
        attributes=_values(kept.attributes, attributes, held),
        axes=_axes(kept.axes, given.variants),
        category_ids=_said(kept.category_ids, _tuple(category_ids), "categories" in held),
        brand=_said(kept.brand, given.brand, "brand" in held),
        is_active=_said(kept.is_active, given.active, "active" in held),
        media=kept.media if "media" in held else _media(kept.media, given, skus),
    )


def laid_variant(
    kept: VariantState | None, given: VariantInput, *, position: int, attributes: Mapping[str, Any]
) -> VariantState:
    """The variant after a source has spoken."""
    if kept is None:
        kept = VariantState(0, given.sku, {}, {}, position, None, STANDARD, is_active=True, barcodes=())
    held = frozenset(kept.held)
    return replace(
        kept,
        sku=_said(kept.sku, given.sku, "sku" in held),
        options=_said(kept.options, None if given.options is None else dict(given.options), "options" in held),
        attributes=_values(kept.attributes, attributes, frozenset()),
        position=position,
        weight_g=_said(kept.weight_g, given.weight_g, "weight_g" in held),
        tax=_said(kept.tax, given.tax or None, "tax" in held),
        is_active=_said(kept.is_active, given.active, "active" in held),
        barcodes=_said(kept.barcodes, None if given.barcodes is None else tuple(given.barcodes), "barcodes" in held),
    )


def by_hand(before: ProductState, after: ProductState) -> tuple[str, ...]:
    """The fields that hold from now on, because a person has changed them: those that held before, and these."""
    held = set(before.held)
    for name, old, new in (
        ("names", before.names, after.names),
        ("descriptions", before.descriptions, after.descriptions),
        ("attributes", before.attributes, after.attributes),
    ):
        held |= {f"{name}.{key}" for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    if before.brand != after.brand:
        held.add("brand")
    if before.category_ids != after.category_ids:
        held.add("categories")
    if before.is_active != after.is_active:
        held.add("active")
    if before.media != after.media:
        held.add("media")
    return tuple(sorted(held))


def by_hand_variant(before: VariantState, after: VariantState) -> tuple[str, ...]:
    """The same of a variant."""
    fields = {"sku", "options", "barcodes", "weight_g", "tax"}
    changed = {name for name in fields if getattr(before, name) != getattr(after, name)}
    return tuple(sorted({*before.held, *changed, *({"active"} if before.is_active != after.is_active else ())}))


def by_hand_category(before: CategoryState, after: CategoryState) -> tuple[str, ...]:
    """The same of a category."""
    held = set(before.held)
    languages = before.names.keys() | after.names.keys()
    held |= {f"names.{key}" for key in languages if before.names.get(key) != after.names.get(key)}
    told = (("parent", "parent_id"), ("position", "position"), ("active", "is_active"))
    return tuple(sorted(held | {name for name, slot in told if getattr(before, slot) != getattr(after, slot)}))


def laid_category(kept: CategoryState, given: CategoryInput, *, parent_id: int | None) -> CategoryState:
    """The category after a source has spoken; `parent_id` is the place it gives, resolved."""
    held = frozenset(kept.held)
    return replace(
        kept,
        parent_id=kept.parent_id if "parent" in held else parent_id,
        names=_texts("names", kept.names, given.names, held),
        position=_said(kept.position, given.position, "position" in held),
        is_active=_said(kept.is_active, given.active, "active" in held),
    )


def _said(kept: Item, given: Item | None, held: bool) -> Item:
    return kept if given is None or held else given


def _tuple(given: Sequence[int] | None) -> tuple[int, ...] | None:
    return None if given is None else tuple(given)


def _texts(
    name: str, kept: Mapping[str, str], given: Mapping[str, str] | None, held: Collection[str]
) -> dict[str, str]:
    said = {language: text for language, text in (given or {}).items() if f"{name}.{language}" not in held}
    return {language: text for language, text in {**kept, **said}.items() if text}


def _values(kept: Mapping[str, Any], given: Mapping[str, Any], held: Collection[str]) -> dict[str, Any]:
    said = {code: value for code, value in given.items() if f"attributes.{code}" not in held}
    return {code: value for code, value in {**kept, **said}.items() if value is not None and value != ""}


def _axes(kept: tuple[str, ...], variants: Sequence[VariantInput] | None) -> tuple[str, ...]:
    told = [axis for variant in variants or () for axis in variant.options or ()]
    return tuple(dict.fromkeys([*kept, *told]))


def _media(kept: tuple[Picture, ...], given: ProductInput, skus: Mapping[str, str]) -> tuple[Picture, ...]:
    """Pictures of the product as a whole first; those of a variant that is not mentioned stay."""
    whole = [picture for picture in kept if not picture[2]]
    if given.media is not None:
        whole = [(media.place, media.alt, "") for media in given.media]
    now_called = {skus[variant.sku]: variant.sku for variant in given.variants or () if variant.sku in skus}
    replaced = {variant.sku for variant in given.variants or () if variant.media is not None}
    own = [(place, alt, now_called.get(sku, sku)) for place, alt, sku in kept if sku]
    own = [picture for picture in own if picture[2] not in replaced]
    for variant in given.variants or ():
        own += [(media.place, media.alt, variant.sku) for media in variant.media or ()]
    return (*whole, *own)
