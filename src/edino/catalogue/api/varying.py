"""Variants by hand: added, changed; what was changed holds against every feed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.db import transaction

from edino.catalogue.api import upserting
from edino.catalogue.api.editing import kept_product, write_product
from edino.catalogue.errors import NoSuchVariant
from edino.catalogue.queries import intake as queries
from edino.catalogue.rules import merging, options, texts
from edino.catalogue.rules.intake import HEAVIEST, LONGEST, MOST
from edino.catalogue.types import taxes
from edino.catalogue.types.kept import VariantState
from edino.kernel.errors import FieldError, Invalid
from edino.staff import api as staff
from edino.staff.types import Actor, Person

_BARCODE: Final = 200


@dataclass(frozen=True, slots=True)
class SavedVariant:
    """What became of a variant: whether it is another one now, and barcodes that are kept but name nothing."""

    id: int
    changed: bool
    doubtful: tuple[tuple[str, str], ...] = ()


def save_variant(
    *,
    product: UUID,
    by: Person | Actor,
    sku: str,
    variant: int | None = None,
    options_: Mapping[str, str] | None = None,
    barcodes: Sequence[str] = (),
    weight_g: int | None = None,
    tax: str = taxes.STANDARD,
    active: bool = True,
) -> SavedVariant:
    """Add a variant to a product, or change the one of this id. `Invalid` names what cannot be.

    Axes that the product did not have are added. `doubtful` pairs barcodes with why they name nothing (see
    `rules.barcodes`, or "taken").
    """
    told = [texts.clean(one) for one in barcodes]
    with transaction.atomic():
        queries.lock()
        kept = kept_product(product)
        family = {one.id: upserting.variant_state(one) for one in queries.kept_variants([kept.id])}
        before = _before(family, variant)
        after = replace(
            before,
            sku=texts.clean(sku),
            options=options.options(options_ or {}),
            barcodes=tuple(dict.fromkeys(one for one in told if one)),
            weight_g=weight_g,
            tax=tax,
            is_active=active,
        )
        if variant is not None and after == before:
            return SavedVariant(before.id, changed=False)
        _check(after, [one for one in family.values() if one.id != after.id])
        after = replace(after, held=merging.by_hand_variant(before, after))
        id_ = _write(kept.id, before, after)
        doubtful: list[tuple[str, str]] = []
        if before.barcodes != after.barcodes:
            codes = [(id_, "", after.barcodes, lambda name, code, _: doubtful.append((_at(after, name), code)))]
            upserting.write_barcodes(codes)
        axes = tuple(dict.fromkeys([*kept.axes, *after.options]))
        if axes != kept.axes:
            queries.ensure_axes(axes)
        write_product(replace(kept, axes=axes))
        detail = {"did": "changed" if variant else "added", "variant": after.sku, "fields": list(after.held)}
        staff.audit(actor=by, operation="catalogue.edit", subject=("product", str(product)), detail=detail)
        upserting.announce([kept.id], "changed")
        return SavedVariant(id_, changed=True, doubtful=tuple(doubtful))


def _before(family: Mapping[int, VariantState], variant: int | None) -> VariantState:
    if variant is None:
        place = max((one.position for one in family.values()), default=-1) + 1
        return VariantState(0, "", {}, {}, place, None, taxes.STANDARD, is_active=True, barcodes=())
    if variant not in family:
        raise NoSuchVariant
    return family[variant]


def _check(after: VariantState, sisters: Sequence[VariantState]) -> None:
    wrong = []
    if not after.sku:
        wrong.append(FieldError("sku", "required", "A variant needs a SKU."))
    elif len(after.sku) > LONGEST["sku"]:
        wrong.append(FieldError("sku", "too_long", "The text is too long."))
    elif queries.variants_by_sku([after.sku]).get(after.sku, (after.id, 0))[0] != after.id:
        wrong.append(FieldError("sku", "taken", "Another variant has this SKU."))
    alike = [one for one in sisters if one.is_active and one.options == after.options]
    if after.is_active and alike:
        wrong.append(FieldError("options", "alike", "Another variant in sale has the same options."))
    if any(len(value) > options.LONGEST for pair in after.options.items() for value in pair):
        wrong.append(FieldError("options", "too_long", "The text is too long."))
    if len(after.barcodes) > MOST["barcodes"] or any(len(one) > _BARCODE for one in after.barcodes):
        wrong.append(FieldError("barcodes", "too_many", "These are too many barcodes, or too long."))
    if after.weight_g is not None and not 0 <= after.weight_g <= HEAVIEST:
        wrong.append(FieldError("weight_g", "range", "A weight is not negative."))
    if not taxes.known(after.tax):
        wrong.append(FieldError("tax", "unknown", "There is no such tax."))
    if len(sisters) >= MOST["variants"]:
        wrong.append(FieldError("sku", "too_many", "A product has at most 2,000 variants."))
    if wrong:
        raise Invalid(fields=wrong)


def _write(product: int, before: VariantState, after: VariantState) -> int:
    if before.id:
        queries.update_variants([upserting.variant_row(after)])
        return before.id
    return queries.insert_variants([upserting.variant_row(after) | {"product_id": product}])[after.sku]


def _at(after: VariantState, path: str) -> str:
    """The barcode that a path such as `[0]` means."""
    return after.barcodes[int(path.strip("[]"))]
