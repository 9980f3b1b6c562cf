"""Writing XML piece by piece: a feed of any size is never whole in memory."""

import re
from collections.abc import Mapping
from html import escape
from typing import Final

_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def text(said: str) -> str:
    """A text as XML may have it: escaped, without the characters that are forbidden."""
    return escape(_FORBIDDEN.sub("", said), quote=True)


def element(name: str, said: object, attributes: Mapping[str, object] | None = None) -> str:
    """An element with a text; "" for an empty one without attributes."""
    told = "".join(f' {key}="{text(str(value))}"' for key, value in (attributes or {}).items())
    inside = text("" if said is None else str(said))
    if not inside:
        return f"<{name}{told}/>" if told else ""
    return f"<{name}{told}>{inside}</{name}>"


def money(minor: int, places: int) -> str:
    """An amount in major units."""
    if not places:
        return str(minor)
    sign, digits = "-" if minor < 0 else "", str(abs(minor)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}"
