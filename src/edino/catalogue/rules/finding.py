"""What is looked for: words, filters by name and the facets they mean."""

import re
from collections.abc import Iterable
from typing import Final

from edino.catalogue.rules.texts import clean, other_keyboard
from edino.catalogue.types.pages import FacetValue
from edino.kernel.errors import Invalid

MOST_WORDS: Final = 10
YES_NO: Final = {"ru": ("да", "нет"), "en": ("yes", "no")}
_MARKS: Final = ".,;:!?\"'«»()<>&|*"
_STARTS: Final = {"brand": "b:", "category": "c:"}
_SPAN: Final = re.compile(r"(\d{0,15})\.\.(\d{0,15})")
_SIZES: Final = {name: place for place, name in enumerate(["xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl"])}


def words(text: str) -> list[tuple[str, str]]:
    """The words of what was typed, lowered, without the marks around them; each also as on the other keyboard."""
    typed = [(word.strip(_MARKS), other_keyboard(word).strip(_MARKS)) for word in clean(text).lower().split()]
    return [pair for pair in typed if pair[0]][:MOST_WORDS]


def facet_start(name: str) -> str | None:
    """How the facets of a filter begin; None for a name that is no filter."""
    if name in _STARTS:
        return _STARTS[name]
    kind, _, code = name.partition(".")
    if code and kind in {"option", "attribute"}:
        return f"{kind[0]}:{code}="
    return None


def facet_parts(facet: str) -> tuple[str, str]:
    """The filter's name and the value of a facet."""
    if facet[:2] in {"b:", "c:"}:
        return {"b:": "brand", "c:": "category"}[facet[:2]], facet[2:]
    code, _, value = facet[2:].partition("=")
    return f"{'option' if facet[0] == 'o' else 'attribute'}.{code}", value


def facet_order(name: str) -> tuple[int, str]:
    """Categories, brands, options, attributes."""
    kind = name.partition(".")[0]
    return ["category", "brand", "option", "attribute"].index(kind), name


def sorted_values(values: Iterable[FacetValue]) -> list[FacetValue]:
    """Sizes as sizes go, numbers by their worth, words by the alphabet."""
    return sorted(values, key=lambda one: _rank(one.label))


def _rank(label: str) -> tuple[int, float, str]:
    plain = label.lower()
    if plain in _SIZES:
        return 1, _SIZES[plain], plain
    number = re.match(r"\d+(?:[.,]\d+)?", plain)
    if number:
        return 0, float(number[0].replace(",", ".")), plain
    return 2, 0.0, plain


def span(text: str) -> tuple[int | None, int | None]:
    """The two ends of `from..to`, in minor units; either may be missing."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise Invalid.field("filters.price", "span", "A span of prices is written from..to, in minor units.")
    return (int(found[1]) if found[1] else None), (int(found[2]) if found[2] else None)
