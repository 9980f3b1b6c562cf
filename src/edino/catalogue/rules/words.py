"""Values as people read them."""

from datetime import date
from typing import Any

from edino.catalogue.rules.texts import said_in
from edino.catalogue.types import Attribute

_YES_NO = {"ru": ("да", "нет"), "en": ("yes", "no")}


def value_text(definition: Attribute, value: Any, language: str) -> str:
    """A value in words: the name of a choice, a number with its unit, a day as it is written there."""
    if definition.kind == "choice":
        return said_in(definition.choices.get(value, {}), language) or str(value)
    if definition.kind == "boolean":
        return _YES_NO.get(language.partition("-")[0], _YES_NO["en"])[0 if value else 1]
    if definition.kind == "date":
        day = date.fromisoformat(value)
        return f"{day:%d.%m.%Y}" if language.startswith("ru") else day.isoformat()
    if definition.kind == "number":
        number = f"{value:g}" if isinstance(value, float) else str(value)
        number = number.replace(".", ",") if language.startswith("ru") else number
        return f"{number}\u00a0{definition.unit}" if definition.unit else number
    return str(value)
