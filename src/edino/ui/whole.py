"""Whole numbers that people type into rows of a table, where no form of Django's stands around them.

`"²".isdigit()` is true and `int("²")` raises; `int` takes "٣", "1_000" and more digits than any column holds. So every
screen that reads such cells asks here.
"""

from typing import Final

MOST: Final = 999_999_999


def whole(text: str | None, *, least: int = 0, most: int = MOST) -> int | None:
    """The number a person typed; None for anything else than digits 0–9, and for what is not from least to most."""
    digits = (text or "").strip().lstrip("0") or ("0" if (text or "").strip() else "")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(most)):
        return None
    number = int(digits)
    return number if least <= number <= most else None
