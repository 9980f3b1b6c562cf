"""The mapping: which column, constant or template each field comes from. Every mistake in it is named before reading.

A mapping file is TOML or JSON with two tables: `options` (how the file writes things) and `fields`. Without one,
a column maps to the field of its name or of one of the field's aliases.
"""

import json
import string
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from edino.kernel.errors import FieldError
from edino.kernel.imports.errors import WrongMapping
from edino.kernel.imports.tables import Table
from edino.kernel.imports.types import Field
from edino.kernel.imports.values import TRANSFORMS, Style

OPTIONS: Final[Mapping[str, type]] = {
    "encoding": str,
    "delimiter": str,
    "sheet": str,
    "time_zone": str,
    "date_formats": list,
    "decimal_comma": bool,
    "null": list,
}
RULE: Final[Mapping[str, type]] = {
    "column": str,
    "template": str,
    "constant": object,
    "default": object,
    "format": str,
    "time_zone": str,
    "transforms": list,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Where one field comes from: exactly one of `column`, `template`, `constant`."""

    column: str | None = None
    template: str | None = None
    constant: Any = None
    default: Any = None
    format: str | None = None
    time_zone: str | None = None
    transforms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldMap:
    """A mapping as it was written, checked for shape. `given` is False when nobody wrote one."""

    options: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    given: bool = False

    def fingerprint(self, *parts: Any) -> str:
        """A word for this mapping and what else changes how a file is understood."""
        rules = {name: [getattr(rule, key) for key in RULE] for name, rule in sorted(self.rules.items())}
        told = json.dumps([self.options, rules, parts], sort_keys=True, default=str)
        return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def style(self, rule: Rule | None = None) -> Style:
        """How a field's values are written."""
        zone = (rule and rule.time_zone) or self.options.get("time_zone", "UTC")
        formats = (rule.format,) if rule and rule.format else tuple(self.options.get("date_formats", ()))
        null = frozenset(self.options.get("null", ()))
        return Style(ZoneInfo(zone), formats, self.options.get("decimal_comma", False), null)


def load(path: Path) -> FieldMap:
    """Read a mapping file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        raw = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except OSError as error:
        raise WrongMapping("%(file)s: %(error)s.", file=str(path), error=error.strerror or "cannot be read") from error
    except (ValueError, RecursionError) as error:
        raise WrongMapping("%(file)s: %(error)s.", file=path.name, error=str(error).rstrip(".")) from error
    return parse(raw)


def parse(raw: Any) -> FieldMap:
    """Check a mapping's shape; all mistakes are named at once."""
    if not isinstance(raw, dict):
        raise WrongMapping("A mapping is a table with `options` and `fields`.")
    strange = sorted(raw.keys() - {"options", "fields"})
    wrong = [FieldError(name, "unknown", "a mapping has only `options` and `fields`") for name in strange]
    options = _options(raw.get("options", {}), wrong)
    rules: dict[str, Rule] = {}
    fields = raw.get("fields", {})
    if not isinstance(fields, dict):
        wrong.append(FieldError("fields", "type", "must be a table: field = column"))
        fields = {}
    for name, given in _flat(fields):
        rule = _rule(f"fields.{name}", given, wrong)
        if rule is not None:
            rules[name] = rule
    if wrong:
        raise WrongMapping(fields=wrong)
    return FieldMap(options, rules, given=True)


def _flat(fields: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Tables inside `fields` that are no rules are families: `trait.city` and `[fields.trait] city` mean the same."""
    for name, given in fields.items():
        if isinstance(given, dict) and given and not given.keys() & RULE.keys() and _all_rules(given):
            yield from _flat(given, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", given


def _all_rules(given: Mapping[str, Any]) -> bool:
    return all(isinstance(inner, dict | str) for inner in given.values())


def _options(raw: Any, wrong: list[FieldError]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        wrong.append(FieldError("options", "type", "must be a table"))
        return {}
    _typed("options", raw, OPTIONS, wrong)
    for name in ("date_formats", "null"):
        values = raw.get(name, [])
        if isinstance(values, list) and not all(isinstance(value, str) for value in values):
            wrong.append(FieldError(f"options.{name}", "type", "must be a list of texts"))
    for form in raw.get("date_formats", []) if isinstance(raw.get("date_formats"), list) else []:
        _date_format("options.date_formats", form, wrong)
    _zone("options.time_zone", raw.get("time_zone"), wrong)
    delimiter = raw.get("delimiter")
    if isinstance(delimiter, str) and len(delimiter) != 1:
        wrong.append(FieldError("options.delimiter", "length", "must be one character"))
    return raw


def _rule(path: str, given: Any, wrong: list[FieldError]) -> Rule | None:
    if isinstance(given, str):
        return Rule(column=given)
    if not isinstance(given, dict):
        wrong.append(FieldError(path, "type", "must be a column's title, or a table with column, constant or template"))
        return None
    before = len(wrong)
    _typed(path, given, RULE, wrong)
    if len(given.keys() & {"column", "template", "constant"}) != 1:
        wrong.append(FieldError(path, "source", "give exactly one of column, constant, template"))
    transforms = given.get("transforms", [])
    for name in transforms if isinstance(transforms, list) else []:
        if name not in TRANSFORMS:
            known = ", ".join(TRANSFORMS)
            wrong.append(FieldError(f"{path}.transforms", "unknown", f"no transform {name!r}; there are: {known}"))
    if isinstance(given.get("format"), str):
        _date_format(f"{path}.format", given["format"], wrong)
    if isinstance(given.get("template"), str):
        _template(f"{path}.template", given["template"], wrong)
    _zone(f"{path}.time_zone", given.get("time_zone"), wrong)
    if len(wrong) > before:
        return None
    return Rule(**{**given, "transforms": tuple(transforms)})


def _typed(path: str, raw: Mapping[str, Any], known: Mapping[str, type], wrong: list[FieldError]) -> None:
    for name, value in raw.items():
        kind = known.get(name)
        if kind is None:
            wrong.append(FieldError(f"{path}.{name}", "unknown", f"not one of {', '.join(known)}"))
        elif kind is not object and not isinstance(value, kind):
            words = {str: "a text", bool: "true or false", list: "a list"}
            wrong.append(FieldError(f"{path}.{name}", "type", f"must be {words[kind]}"))


def _zone(path: str, name: Any, wrong: list[FieldError]) -> None:
    if not isinstance(name, str):
        return
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        wrong.append(FieldError(path, "time_zone", f"no time zone {name!r}; use a name such as Europe/Moscow"))


def _date_format(path: str, form: Any, wrong: list[FieldError]) -> None:
    if form in {"epoch", "epoch_ms"}:
        return
    try:
        at = datetime(2001, 2, 3, 4, 5, 6)  # noqa: DTZ001 - only the shape of the format is tried
        datetime.strptime(at.strftime(form), form)
        if "%" not in form:
            raise ValueError
    except (ValueError, TypeError):
        wrong.append(FieldError(path, "format", f"{form!r} is not a date format such as %d.%m.%Y, epoch or epoch_ms"))


def _template(path: str, template: str, wrong: list[FieldError]) -> None:
    try:
        names = template_columns(template)
    except ValueError as error:
        wrong.append(FieldError(path, "template", str(error)))
        return
    if not names:
        wrong.append(FieldError(path, "template", "names no {column}; use constant for a fixed value"))


def template_columns(template: str) -> list[str]:
    """The columns a template names."""
    names: list[str] = []
    for _, name, form, conversion in string.Formatter().parse(template):
        if name is None:
            continue
        if not name or form or conversion:
            raise ValueError("only plain {column} is allowed")
        names.append(name)
    return names


def simple(text: str) -> str:
    """A title without case, spaces and punctuation, for comparing."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


def resolve(mapping: FieldMap, fields: Sequence[Field], table: Table) -> list[tuple[Field, Rule]]:
    """Marry a mapping with an importer's fields and a file's columns; all misfits are named at once."""
    wrong: list[FieldError] = []
    resolved: list[tuple[Field, Rule]] = []
    rules = mapping.rules if mapping.given and mapping.rules else automatic(fields, table)
    for name, rule in rules.items():
        declared = declared_field(name, fields)
        if declared is None:
            known = ", ".join(one.name for one in fields)
            wrong.append(FieldError(f"fields.{name}", "unknown", f"no such field; there are: {known}"))
            continue
        fitted = _fitted(f"fields.{name}", rule, table, wrong)
        if fitted is not None:
            resolved.append((declared, fitted))
    for one in fields:
        if one.required and one.name not in rules:
            have = ", ".join(title for title in table.columns if title) or "none"
            wrong.append(FieldError(one.name, "required", f"no column is mapped to it; the file has: {have}"))
    if wrong:
        raise WrongMapping(fields=wrong)
    return resolved


def declared_field(name: str, fields: Sequence[Field]) -> Field | None:
    """The field of this name, or one made from the family it belongs to."""
    for one in fields:
        if one.name == name and not name.endswith(".*"):
            return one
    for one in fields:
        if one.name.endswith(".*") and name.startswith(one.name[:-1]) and len(name) >= len(one.name):
            return Field(name, one.type, False, one.help, (), one.decimals, one.length)  # noqa: FBT003 - a copy
    return None


def automatic(fields: Sequence[Field], table: Table) -> dict[str, Rule]:
    """Columns by the fields' own names, then by their aliases."""
    titles: dict[str, str] = {}
    for title in table.columns:
        titles.setdefault(simple(title), title)
    rules: dict[str, Rule] = {}
    for one in fields:
        if one.name.endswith(".*"):
            for title in table.columns:
                if title.startswith(one.name[:-1]) and len(title) >= len(one.name):
                    rules[title] = Rule(column=title)
            continue
        for name in (one.name, *one.aliases):
            if simple(name) in titles:
                rules[one.name] = Rule(column=titles[simple(name)])
                break
        else:
            if table.loose:
                rules[one.name] = Rule(column=one.name)
    return rules


def _fitted(path: str, rule: Rule, table: Table, wrong: list[FieldError]) -> Rule | None:
    """The rule with the columns' exact titles."""
    before = len(wrong)
    if rule.column is not None:
        title = _title(path, rule.column, table, wrong)
        rule = Rule(title, None, None, rule.default, rule.format, rule.time_zone, rule.transforms)
    elif rule.template is not None:
        for name in template_columns(rule.template):
            _title(path, name, table, wrong)
    return rule if len(wrong) == before else None


def _title(path: str, name: str, table: Table, wrong: list[FieldError]) -> str:
    exact = [title for title in table.columns if title == name]
    alike = exact or [title for title in table.columns if title.strip().lower() == name.strip().lower()]
    if len(alike) > 1:
        wrong.append(FieldError(path, "ambiguous", f"the file has {len(alike)} columns called {name!r}"))
    elif not alike and not table.loose and name.split(".", maxsplit=1)[0] not in table.columns:
        have = ", ".join(title for title in table.columns if title) or "none"
        wrong.append(FieldError(path, "column", f"the file has no column {name!r}; it has: {have}"))
    return alike[0] if alike else name
