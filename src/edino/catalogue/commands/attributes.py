"""`edino import attributes`: the definitions of what may be said of products."""

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, cast, get_args

from edino.catalogue import api
from edino.catalogue.api.classifying import attributes
from edino.catalogue.types import AttributeInput, Kind
from edino.channels import api as channels
from edino.kernel.imports.types import Context, Field, Rejection, Row, Written

KINDS: Final = get_args(Kind)


class Attributes:
    """Definitions of attributes."""

    help = "Attributes of products: code, kind (text, number, boolean, choice, date), names, unit, choices."
    fields = (
        Field("code", required=True, help="small letters, digits and dashes", length=100),
        Field("kind", help="text, number, boolean, choice or date; text when missing", length=20),
        Field("names", "object", help="language and name, or columns names.something"),
        Field("names.*", length=200),
        Field("unit", help="of a number", length=40),
        Field("choices", "object", help="of a choice: code, and language and word"),
        Field("is_filter", "boolean", help="whether shoppers filter by it"),
        Field("is_required", "boolean", help="whether a full presentation has it"),
        Field("position", "integer", help="its place among others"),
        Field("categories", "any", help="codes of categories, a list or divided by ;: only their products have it"),
    )
    group = None
    batch = 1000
    version = 1

    def prepare(self, context: Context) -> None:
        """Refuse a source that is not there, though definitions belong to none."""
        if context.source:
            channels.source_of_files(name=context.source)

    def write(self, rows: Sequence[Row], *, context: Context) -> Written:  # noqa: ARG002 - as every importer
        """Define a batch of attributes."""
        before = attributes()
        given, rejections = [], []
        shelves = {one.code for one in api.shelves()}
        for row in rows:
            values = row.values
            kind = values.get("kind") or "text"
            if kind not in KINDS:
                rejections.append(Rejection(row.number, "kind", "unknown", f"the kind is one of {', '.join(KINDS)}"))
                continue
            categories = listed(values.get("categories"))
            for code in (one for one in categories or () if one not in shelves):
                text = f"no category {code} is known yet: import products, then this row again"
                rejections.append(Rejection(row.number, "categories", "unknown", text))
            names = {key.partition(".")[2]: one for key, one in values.items() if key.startswith("names.") and one}
            given.append(
                AttributeInput(
                    code=values["code"],
                    kind=cast(Kind, kind),
                    names={**(values.get("names") or {}), **names},
                    unit=values.get("unit") or "",
                    choices=values.get("choices") or {},
                    is_filter=bool(values.get("is_filter")),
                    is_required=bool(values.get("is_required")),
                    position=100 if values.get("position") is None else values["position"],
                    categories=None if categories is None else [one for one in categories if one in shelves],
                )
            )
        after = api.define_attributes(attributes=given)
        return Written(sum(before.get(one.code) == after[one.code] for one in given), rejections)


def listed(value: object) -> list[str] | None:
    """Codes as a list, as JSON in a cell, or divided by ;; None when nothing is said."""
    if value is None:
        return None
    text = str(value).strip()
    found = value if isinstance(value, list) else text.split(";")
    if text[:1] == "[" and not isinstance(value, list):
        with suppress(ValueError):  # what is no JSON is a code like any other
            found = json.loads(text)
    return [str(one).strip() for one in found if str(one).strip()]
