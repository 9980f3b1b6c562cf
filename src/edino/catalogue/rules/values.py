"""Attributes: what a value must be like under its definition, and which definition a first value suggests."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from edino.catalogue.rules.texts import clean
from edino.catalogue.types import Attribute, AttributeInput, Kind, Value

_YES: Final = {"true", "1", "yes", "y", "да", "есть", "+"}
_NO: Final = {"false", "0", "no", "n", "нет", "-"}
_NUMBER: Final = re.compile(r"(?P<number>[+-]?\d[\d\s\u00a0]*(?:[.,]\d+)?)\s*(?P<unit>\D*)")
LONGEST: Final = 4000


class Unfit(ValueError):
    """The value does not fit the definition; `code` for machines, the text for people."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


def code(title: str) -> str:
    """The code of an attribute by what a source calls it: lowered, one dash between words."""
    return re.sub(r"[^\w]+", "-", clean(title).lower()).strip("-")


def suggested(code_: str, value: Value, title: str) -> AttributeInput:
    """The definition that a first value of an unknown attribute makes."""
    kind: Kind = "text"
    if isinstance(value, bool):
        kind = "boolean"
    elif isinstance(value, int | float | Decimal):
        kind = "number"
    elif isinstance(value, date):
        kind = "date"
    return AttributeInput(code_, kind, {"ru": title, "en": title} if title else {})


def fitted(value: Value, definition: Attribute) -> str | bool | int | float:
    """The value as it is kept (JSON), or Unfit."""
    if definition.kind == "number":
        return _number(value, definition.unit)
    if definition.kind == "boolean":
        return _boolean(value)
    if definition.kind == "date":
        return _date(value)
    text = clean(str(value))
    if definition.kind == "choice":
        return _choice(text, definition.choices)
    if len(text) > LONGEST:
        raise Unfit("too_long", f"at most {LONGEST} characters")
    return text


def _number(value: Value, unit: str) -> int | float:
    if isinstance(value, bool | date):
        raise Unfit("number", "must be a number")
    found = _NUMBER.fullmatch(clean(str(value)))
    if found is None:
        raise Unfit("number", "must be a number")
    said = found["unit"].strip().rstrip(".").lower()
    if said and said != unit.rstrip(".").lower():
        raise Unfit("unit", f"must be in {unit or 'no unit'}, not {said}")
    try:
        number = Decimal(re.sub(r"[\s\u00a0]", "", found["number"]).replace(",", "."))
    except InvalidOperation as error:
        raise Unfit("number", "must be a number") from error
    if abs(number) >= 10**15:
        raise Unfit("number", "must be a number below 10^15")
    return int(number) if number == number.to_integral_value() else float(number)


def _boolean(value: Value) -> bool:
    if isinstance(value, bool):
        return value
    word = clean(str(value)).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Unfit("boolean", "must be yes or no")


def _date(value: Value) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = clean(str(value))
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
    raise Unfit("date", "must be a day such as 2026-03-31")


def _choice(text: str, choices: Mapping[str, Mapping[str, Any]]) -> str:
    if text in choices:
        return text
    lowered = text.lower()
    for code_, words in choices.items():
        if lowered in {code_.lower(), *(str(word).lower() for word in words.values())}:
            return code_
    raise Unfit("choice", "must be one of " + ", ".join(sorted(choices)) if choices else "has no choices yet")
