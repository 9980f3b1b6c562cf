"""From records to rows: the mapping compiled once, applied to each record."""

import string
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from edino.kernel.errors import FieldError
from edino.kernel.imports.errors import WrongMapping
from edino.kernel.imports.mapping import FieldMap, Rule, resolve
from edino.kernel.imports.tables import Cells, Record, Table
from edino.kernel.imports.types import Field, Rejection
from edino.kernel.imports.values import Bad, Convert, converter, to_text

Step = tuple[str, Callable[[Cells], Any], Convert, Any, bool]


class Mapper:
    """The mapping of one file to one importer's fields."""

    def __init__(self, mapping: FieldMap, fields: Sequence[Field], table: Table) -> None:
        self._steps: list[Step] = []
        wrong: list[FieldError] = []
        for field, rule in resolve(mapping, fields, table):
            convert = converter(field, mapping.style(rule), rule.transforms)
            default = _given(field, "default", rule.default, mapping, wrong)
            get = _source(field, rule, table, mapping, wrong)
            self._steps.append((field.name, get, convert, default, field.required))
        if wrong:
            raise WrongMapping(fields=wrong)
        self.names = frozenset(name for name, *_ in self._steps)

    def row(self, record: Record) -> dict[str, Any] | Rejection:
        """The values of a record, or why there are none: the first mistake's field and code, all the reasons."""
        if record.problem is not None:
            return Rejection(record.number, "", *record.problem)
        values: dict[str, Any] = {}
        wrong: list[tuple[str, Bad]] = []
        cells = record.cells
        for name, get, convert, default, required in self._steps:
            try:
                value = convert(get(cells))
                if value is None:
                    value = default
                    if value is None and required:
                        raise Bad("missing", "the value is missing")
                values[name] = value
            except Bad as bad:
                wrong.append((name, bad))
        if wrong:
            return _rejection(record.number, wrong)
        return values

    def value(self, record: Record, name: str) -> Any:
        """One field of a record, None when it cannot be told."""
        if record.problem is None:
            for one, get, convert, default, _ in self._steps:
                if one == name:
                    try:
                        found = convert(get(record.cells))
                    except Bad:
                        return None
                    return default if found is None else found
        return None


def _rejection(number: int, wrong: list[tuple[str, Bad]]) -> Rejection:
    field, first = wrong[0]
    if len(wrong) == 1:
        return Rejection(number, field, first.code, first.reason)
    return Rejection(number, field, first.code, "; ".join(f"{name}: {bad.reason}" for name, bad in wrong))


def _given(field: Field, what: str, value: Any, mapping: FieldMap, wrong: list[FieldError]) -> Any:
    """A constant or default, converted as a cell would be, once."""
    if value is None:
        return None
    try:
        return converter(field, mapping.style())(value)
    except Bad as bad:
        wrong.append(FieldError(f"fields.{field.name}.{what}", bad.code, bad.reason))
        return None


def _source(
    field: Field, rule: Rule, table: Table, mapping: FieldMap, wrong: list[FieldError]
) -> Callable[[Cells], Any]:
    if rule.column is not None:
        return table.getter(rule.column)
    if rule.template is not None:
        return _templated(rule.template, table)
    _given(field, "constant", rule.constant, mapping, wrong)
    return partial(_constant, rule.constant)


def _constant(value: Any, cells: Cells) -> Any:
    return value


def _templated(template: str, table: Table) -> Callable[[Cells], Any]:
    """Fill a template; nothing at all in its columns gives nothing."""
    titles = {title.strip().lower(): title for title in reversed(table.columns)}
    parts: list[tuple[str, Callable[[Cells], Any] | None]] = []
    for text, name, _, _ in string.Formatter().parse(template):
        column = None if name is None else name if name in table.columns else titles.get(name.strip().lower(), name)
        parts.append((text, None if column is None else table.getter(column)))

    def fill(cells: Cells) -> str | None:
        filled, something = [], False
        for text, get in parts:
            filled.append(text)
            value = None if get is None else get(cells)
            if value is not None and value == value:  # noqa: PLR0124 - NaN is nothing
                word = to_text(value)
                something = something or bool(word)
                filled.append(word)
        return " ".join("".join(filled).split()) if something else None

    return fill
