"""The shelves and the words: categories as a tree, definitions of attributes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from django.db import transaction

from edino.catalogue.errors import WrongAttribute
from edino.catalogue.queries import intake as queries
from edino.catalogue.rules import intake, merging, texts, values
from edino.catalogue.types import Attribute, AttributeInput, CategoryInput, UpsertReport
from edino.catalogue.types.kept import CategoryState
from edino.channels.types import Source
from edino.kernel.errors import FieldError

_CODE: Final = re.compile(r"\w[\w-]{0,99}")


def upsert_categories(*, source: Source, categories: Sequence[CategoryInput]) -> UpsertReport:
    """Bring in what a source tells of its categories, in any order; `index` in the report counts from 0.

    A category is known by the source's own id, else by our code. A parent that is not known, or that would close a
    circle, is left out with a remark. The same input twice changes nothing; none is ever deleted.
    """
    with transaction.atomic():
        queries.lock()
        findings = intake.Findings()
        checked = intake.check_categories(categories, findings)
        given = [category for _, category in checked]
        known = _resolve(source, given)
        kept = queries.kept_categories()
        named = []
        for index, category in checked:
            if category.external_id in known or any((category.names or {}).values()):
                named.append((index, category))
            else:
                findings.refuse(index, "names", "required", "A new category needs a name.")
        new = [category for _, category in named if category.external_id not in known]
        if new:
            known |= _add(new, kept)
        changed = _lay(named, source, known, kept, findings)
        queries.put_externals(
            source.id, "category", [(category.external_id, known[category.external_id], None) for _, category in named]
        )
        fresh = {known[category.external_id] for category in new}
        follow(changed)
        return UpsertReport(
            created=len(new),
            changed=len(changed - fresh),
            unchanged=len(named) - len(new) - len(changed - fresh),
            rejected=tuple(findings.rejected),
            remarks=tuple(findings.remarks),
        )


def define_attributes(*, attributes: Sequence[AttributeInput]) -> dict[str, Attribute]:
    """Define attributes, or change their definitions; all that are defined then, by code.

    A value that is kept already stays as it is when its definition changes.
    """
    wrong: list[FieldError] = []
    for place, one in enumerate(attributes):
        if not _CODE.fullmatch(one.code) or one.code != values.code(one.code):
            wrong.append(FieldError(f"attributes[{place}].code", "code", "A code is small letters, digits and dashes."))
        if one.unit and one.kind != "number":
            wrong.append(FieldError(f"attributes[{place}].unit", "unit", "Only a number has a unit."))
        if one.choices and one.kind != "choice":
            wrong.append(FieldError(f"attributes[{place}].choices", "choices", "Only a choice has choices."))
    if wrong:
        raise WrongAttribute(fields=wrong)
    with transaction.atomic():
        queries.lock()
        before = queries.attributes()
        shelves = queries.categories_by_code({code for one in attributes for code in one.categories or ()})
        for place, one in enumerate(attributes):
            if set(one.categories or ()) - shelves.keys():
                wrong.append(FieldError(f"attributes[{place}].categories", "unknown", "There is no such category."))
        if wrong:
            raise WrongAttribute(fields=wrong)
        rows = [_row(one, shelves, before.get(one.code)) for one in attributes]
        queries.put_attributes(rows)
        after = queries.attributes()
        if {code: one for code, one in after.items() if before.get(code) != one}:
            queries.refresh(queries.all_products())
        return after


def _row(one: AttributeInput, shelves: Mapping[str, int], before: Attribute | None) -> dict[str, Any]:
    known = before.category_ids if before else ()
    ids = list(known) if one.categories is None else sorted(shelves[code] for code in set(one.categories))
    return {**asdict(one), "names": texts.by_language(one.names), "category_ids": ids}


def attributes() -> dict[str, Attribute]:
    """Every definition by its code, in order."""
    return queries.attributes()


def _resolve(source: Source, given: Sequence[CategoryInput]) -> dict[str, int]:
    """External id → category, for those known by the source's id or by our code."""
    told = queries.externals(source.id, "category", [category.external_id for category in given])
    by_code = queries.categories_by_code([category.code for category in given if category.code])
    known = {category.external_id: by_code[category.code] for category in given if category.code in by_code}
    return known | {text: ref for text, (ref, _) in told.items()}


def _add(new: Sequence[CategoryInput], kept: dict[int, CategoryState]) -> dict[str, int]:
    taken = {category.code for category in kept.values()}
    rows: list[dict[str, Any]] = []
    for category in new:
        names = {language: text for language, text in (category.names or {}).items() if text}
        base = category.code or texts.slug(texts.said_in(names, "ru")) or "category"
        code, number = base, 2
        while code in taken:
            code, number = f"{base}-{number}", number + 1
        taken.add(code)
        position = 100 if category.position is None else category.position
        rows.append({"code": code, "names": names, "position": position, "is_active": category.active is not False})
    made = queries.insert_categories(rows)
    for row in rows:
        id_ = made[row["code"]]
        kept[id_] = CategoryState(id_, row["code"], None, row["names"], row["position"], row["is_active"])
    return {category.external_id: made[row["code"]] for category, row in zip(new, rows, strict=True)}


def _lay(
    named: Sequence[tuple[int, CategoryInput]],
    source: Source,
    known: Mapping[str, int],
    kept: dict[int, CategoryState],
    findings: intake.Findings,
) -> set[int]:
    """Write what has changed; the categories that have."""
    above = queries.externals(source.id, "category", {one.parent for _, one in named if one.parent})
    parents = {text: ref for text, (ref, _) in above.items()} | dict(known)
    parents |= queries.categories_by_code({one.parent for _, one in named if one.parent and one.parent not in parents})
    changed: dict[int, dict[str, Any]] = {}
    for index, category in named:
        before = kept[known[category.external_id]]
        parent = before.parent_id
        if category.parent is not None:
            parent = parents.get(category.parent)
            if category.parent and parent is None:
                findings.remark(index, "parent", "unknown", f"No category {category.parent} is known.")
            elif parent is not None and under(parent, before.id, kept):
                findings.remark(index, "parent", "circle", "It would stand below itself.")
                parent = before.parent_id
        after = merging.laid_category(before, category, parent_id=parent)
        if after != before:
            kept[after.id] = after
            changed[after.id] = asdict(after)
    if changed:
        queries.update_categories(list(changed.values()))
    return set(changed) | set(queries.write_paths())


def under(id_: int, top: int, kept: Mapping[int, CategoryState]) -> bool:
    """Whether a category stands at or below another."""
    step: int | None = id_
    while step is not None:
        if step == top:
            return True
        step = kept[step].parent_id
    return False


def follow(changed: set[int]) -> None:
    """Products are found by the words and the ways of their categories."""
    if not changed:
        return
    tree = queries.kept_categories()
    below = [id_ for id_ in tree if any(under(id_, top, tree) for top in changed)]
    products = queries.products_of_categories(below)
    if products:
        queries.refresh(products)
