"""By what variants differ: sources call it size, Размер, colour or Цвет; it is one axis."""

from collections.abc import Mapping
from typing import Final

from edino.catalogue.rules.texts import clean

_KNOWN: Final = {
    "size": "size",
    "размер": "size",
    "размеры": "size",
    "colour": "colour",
    "color": "colour",
    "цвет": "colour",
    "расцветка": "colour",
}
LONGEST: Final = 100


def axis(title: str) -> str:
    """The code of an axis by what a source calls it; one that is not known is its own lowered name."""
    plain = clean(title).lower()
    return _KNOWN.get(plain, plain)


def options(given: Mapping[str, str]) -> dict[str, str]:
    """Axis → value, cleaned; empty ones are left out."""
    found = {axis(title): clean(value) for title, value in given.items()}
    return {code: value for code, value in found.items() if code and value}
