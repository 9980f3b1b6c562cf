"""What people write by hand: it holds against every feed until it is given back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from edino.catalogue.api import upserting
from edino.catalogue.errors import NoSuchProduct
from edino.catalogue.queries import intake as queries
from edino.catalogue.queries import reading
from edino.catalogue.rules import merging, texts, values
from edino.catalogue.rules.intake import LONGEST
from edino.catalogue.types import Value
from edino.catalogue.types.kept import ProductState
from edino.kernel import ids
from edino.kernel.errors import FieldError, Invalid
from edino.staff import api as staff
from edino.staff.types import Actor, Person

UNFIT: Final = {
    "number": gettext_noop("This is not a number."),
    "unit": gettext_noop("This is another unit than the attribute has."),
    "boolean": gettext_noop("Say yes or no."),
    "date": gettext_noop("Write a day such as 2026-03-31."),
    "choice": gettext_noop("This is none of the choices."),
    "too_long": gettext_noop("The text is too long."),
}
WHOLE: Final = "variants"
"""Stands for all that was written by hand of a product's variants."""


def change_product(
    *,
    uid: UUID,
    by: Person | Actor,
    names: Mapping[str, str] | None = None,
    descriptions: Mapping[str, str] | None = None,
    brand: str | None = None,
    category_ids: Sequence[int] | None = None,
    attributes: Mapping[str, Value | None] | None = None,
    active: bool | None = None,
) -> bool:
    """Change a product by hand; whether anything changed. What is None stays; an empty text is taken away.

    The fields that were changed hold from now on: no feed writes over them, until `release` gives them back.
    """
    with transaction.atomic():
        queries.lock()
        before = kept_product(uid)
        after = _laid(before, names, descriptions, attributes)
        after = _placed(after, brand=brand, category_ids=category_ids, active=active)
        if after == before:
            return False
        after = replace(after, held=merging.by_hand(before, after))
        write_product(after)
        fields = sorted(set(after.held) - set(before.held))
        staff.audit(actor=by, operation="catalogue.edit", subject=("product", str(uid)), detail={"fields": fields})
        upserting.announce([after.id], "deactivated" if before.is_active and not after.is_active else "changed")
        return True


def create_product(
    *,
    by: Person | Actor,
    names: Mapping[str, str],
    descriptions: Mapping[str, str] | None = None,
    brand: str | None = None,
    category_ids: Sequence[int] | None = None,
    attributes: Mapping[str, Value | None] | None = None,
    active: bool | None = None,
    code: str = "",
) -> UUID:
    """Add a product by hand; its public id. What is said of it holds against a source that tells of it later."""
    code = texts.clean(code)
    with transaction.atomic():
        queries.lock()
        before = merging.fresh(ids.uuid7())
        after = _laid(before, names, descriptions, attributes)
        after = _placed(after, brand=brand, category_ids=category_ids, active=active)
        if len(code) > LONGEST["code"]:
            raise Invalid.field("code", "too_long", "The text is too long.")
        if code and queries.products_by_code([code]):
            raise Invalid.field("code", "taken", "Another product has this code.")
        after = replace(after, code=code or None)
        after = replace(after, held=merging.by_hand(before, after))
        if after.brand:
            queries.ensure_brands([after.brand])
        made = queries.insert_products([upserting.product_row(after)])
        queries.refresh(made.values())
        detail = {"did": "created", "fields": list(after.held)}
        staff.audit(actor=by, operation="catalogue.edit", subject=("product", str(after.uid)), detail=detail)
        upserting.announce(made.values(), "created")
        return after.uid


def release(*, uid: UUID, fields: Sequence[str], by: Person | Actor) -> None:
    """Give fields back to the feeds, by their names in `held`: the next thing a source says of them counts.

    WHOLE among them gives back the variants too.
    """
    with transaction.atomic():
        queries.lock()
        before = kept_product(uid)
        after = replace(before, held=tuple(name for name in before.held if name not in set(fields)))
        variants = queries.kept_variants([before.id])
        given_back = [upserting.variant_state(one) for one in variants if one.held] if WHOLE in fields else []
        if after == before and not given_back:
            return
        write_product(after)
        if given_back:
            queries.update_variants([upserting.variant_row(replace(one, held=())) for one in given_back])
        queries.forget_all_fingerprints([after.id])
        detail = {"did": "released", "fields": sorted(set(before.held) - set(after.held))}
        staff.audit(actor=by, operation="catalogue.edit", subject=("product", str(uid)), detail=detail)


def kept_product(uid: UUID) -> ProductState:
    """A product as it is kept now; `NoSuchProduct`."""
    head = reading.product_head(uid=uid)
    if head is None:
        raise NoSuchProduct
    row = queries.kept_products([head.id])[0]
    return upserting.product_state(row, {one.id: one.sku for one in queries.kept_variants([head.id])})


def _laid(
    before: ProductState,
    names: Mapping[str, str] | None,
    descriptions: Mapping[str, str] | None,
    attributes: Mapping[str, Value | None] | None,
) -> ProductState:
    wrong: list[FieldError] = []
    said = {"names": texts.by_language(names or {}), "descriptions": texts.by_language(descriptions or {})}
    for name, spoken in said.items():
        wrong += [
            FieldError(f"{name}.{language}", "too_long", "The text is too long.")
            for language, text in spoken.items()
            if len(text) > LONGEST[name]
        ]
    fitted: dict[str, Any] = {}
    definitions = queries.attributes()
    for code, value in (attributes or {}).items():
        if value is None or value == "":
            fitted[code] = None
        elif code not in definitions:
            wrong.append(FieldError(f"attributes.{code}", "unknown", "There is no such attribute."))
        else:
            try:
                fitted[code] = values.fitted(value, definitions[code])
            except values.Unfit as unfit:
                wrong.append(FieldError(f"attributes.{code}", unfit.code, UNFIT[unfit.code]))
    after = replace(
        before,
        names={k: v for k, v in {**before.names, **said["names"]}.items() if v},
        descriptions={k: v for k, v in {**before.descriptions, **said["descriptions"]}.items() if v},
        attributes={k: v for k, v in {**before.attributes, **fitted}.items() if v is not None},
    )
    if not after.names:
        wrong.append(FieldError("names", "required", "A product needs a name."))
    if wrong:
        raise Invalid(fields=wrong)
    return after


def _placed(
    after: ProductState, *, brand: str | None, category_ids: Sequence[int] | None, active: bool | None
) -> ProductState:
    if brand is not None:
        after = replace(after, brand=texts.clean(brand)[: LONGEST["brand"]])
    if category_ids is not None:
        if set(category_ids) - {row.id for row in reading.categories()}:
            raise Invalid.field("categories", "unknown", "There is no such category.")
        after = replace(after, category_ids=tuple(dict.fromkeys(category_ids)))
    return after if active is None else replace(after, is_active=active)


def write_product(after: ProductState) -> None:
    """Write a product that is there, and how it is found."""
    if after.brand:
        queries.ensure_brands([after.brand])
    queries.update_products([upserting.product_row(after)])
    queries.refresh([after.id])
