"""Categories, attributes and axes by hand: what shelves there are, what is said of goods, by what variants differ."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from django.db import transaction

from edino.catalogue.api import classifying
from edino.catalogue.errors import NoSuchAxis, NoSuchCategory, WrongAttribute
from edino.catalogue.queries import intake as queries
from edino.catalogue.queries import office
from edino.catalogue.rules import merging, texts, values
from edino.catalogue.types import Attribute, AttributeInput
from edino.catalogue.types.kept import CategoryState
from edino.kernel.errors import FieldError, Invalid
from edino.staff import api as staff
from edino.staff.types import Actor, Person

LONGEST_NAME = 200


def save_category(
    *,
    by: Person | Actor,
    names: Mapping[str, str],
    id: int | None = None,  # noqa: A002 - the field's name
    parent: int | None = None,
    position: int = 100,
    active: bool = True,
) -> int:
    """Add a category, or rename, move, show or hide the one of this id; its id.

    What was changed holds: no source writes over it. Products stay where they stand and are found by the new words.
    """
    told = {language: text for language, text in texts.by_language(names).items() if text}
    with transaction.atomic():
        queries.lock()
        tree = queries.kept_categories()
        if id is not None and id not in tree:
            raise NoSuchCategory
        before = tree[id] if id is not None else CategoryState(0, "", None, {}, 100, is_active=True)
        _check_category(told, parent, before, tree)
        after = replace(before, names=told, parent_id=parent, position=position, is_active=active)
        if after == before:
            return before.id
        after = replace(after, held=list(merging.by_hand_category(before, after)))
        if not after.id:
            after = _added(after, {one.code for one in tree.values()})
        queries.update_categories([asdict(after)])
        classifying.follow({after.id, *queries.write_paths()})
        detail = {"did": "changed" if before.id else "created", "category": after.code, "fields": list(after.held)}
        staff.audit(actor=by, operation="catalogue.edit", subject=("category", after.code), detail=detail)
        return after.id


def release_category(*, id: int, by: Person | Actor) -> None:  # noqa: A002 - as above
    """Give a category back to the sources: the next thing one says of it counts."""
    with transaction.atomic():
        queries.lock()
        before = queries.kept_categories().get(id)
        if before is None:
            raise NoSuchCategory
        queries.update_categories([asdict(replace(before, held=[]))])
        detail = {"did": "released", "fields": list(before.held)}
        staff.audit(actor=by, operation="catalogue.edit", subject=("category", before.code), detail=detail)


def categories() -> list[office.CategoryRow]:
    """Every category as those who keep it see it: its texts, how many products it has, which sources tell of it."""
    return office.categories()


def save_attribute(*, by: Person | Actor, given: AttributeInput, new: bool = False) -> Attribute:
    """Define an attribute by hand, or change its definition; `new`: there may be none of this code yet."""
    with transaction.atomic():
        queries.lock()
        before = queries.attributes()
        if new and given.code in before:
            raise WrongAttribute(fields=[FieldError("code", "taken", "Another attribute has this code.")])
        if not any(given.names.values()):
            raise WrongAttribute(fields=[FieldError("names", "required", "Say what it is called.")])
        try:
            after = classifying.define_attributes(attributes=[given])[given.code]
        except WrongAttribute as refused:
            beside = [replace(one, field=one.field.partition(".")[2]) for one in refused.fields]
            raise WrongAttribute(fields=beside) from refused
        if before.get(given.code) != after:
            detail = {"did": "changed" if given.code in before else "created", "attribute": given.code}
            staff.audit(actor=by, operation="catalogue.edit", subject=("attribute", given.code), detail=detail)
        return after


def attribute_code(name: str) -> str:
    """The code of an attribute by what it is called."""
    return values.code(name)


def uses() -> dict[str, int]:
    """How many products and variants say something of each attribute."""
    return office.attribute_uses()


def axes() -> list[office.AxisRow]:
    """By what variants differ, and in how many products."""
    return office.axes()


def save_axis(*, by: Person | Actor, code: str, names: Mapping[str, str], position: int = 100) -> None:
    """Say what an axis is called, and its place among others."""
    told = {language: text for language, text in texts.by_language(names).items() if text}
    if any(len(text) > LONGEST_NAME for text in told.values()):
        raise Invalid.field("names", "too_long", "The text is too long.")
    with transaction.atomic():
        queries.lock()
        if not office.put_axis(code, told, position):
            raise NoSuchAxis
        staff.audit(actor=by, operation="catalogue.edit", subject=("axis", code), detail={"did": "changed"})


def _check_category(
    names: Mapping[str, str], parent: int | None, before: CategoryState, tree: Mapping[int, CategoryState]
) -> None:
    wrong = []
    if not names:
        wrong.append(FieldError("names", "required", "Say what it is called."))
    if any(len(text) > LONGEST_NAME for text in names.values()):
        wrong.append(FieldError("names", "too_long", "The text is too long."))
    if parent is not None and parent not in tree:
        wrong.append(FieldError("parent", "unknown", "There is no such category."))
    elif parent is not None and before.id and classifying.under(parent, before.id, tree):
        wrong.append(FieldError("parent", "circle", "It would stand below itself."))
    if wrong:
        raise Invalid(fields=wrong)


def _added(after: CategoryState, taken: set[str]) -> CategoryState:
    base = texts.slug(texts.said_in(after.names, "ru")) or "category"
    code, number = base, 2
    while code in taken:
        code, number = f"{base}-{number}", number + 1
    row: dict[str, Any] = {"code": code, "names": after.names, "position": after.position}
    made = queries.insert_categories([row | {"is_active": after.is_active, "held": list(after.held)}])
    return replace(after, id=made[code], code=code)
