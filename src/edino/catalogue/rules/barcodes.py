"""Barcodes: GTIN-8, UPC-A (12), EAN-13 and GTIN-14 brought to fourteen digits, by their check digit."""

import re

_SPACING = re.compile(r"[\s\-\u00a0]+")
LENGTHS = frozenset({8, 12, 13, 14})


def check_digit(body: str) -> int:
    """The last digit that belongs to the others: weights 3 and 1 by turns from the right, up to a multiple of ten."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return -total % 10


def normalise(text: str) -> tuple[str | None, str]:
    """The fourteen digits, or None with the problem: "letters", "length" or "check_digit"."""
    digits = _SPACING.sub("", text)
    if not (digits.isascii() and digits.isdigit()):
        return None, "letters"
    if len(digits) not in LENGTHS:
        return None, "length"
    if int(digits) == 0 or check_digit(digits[:-1]) != int(digits[-1]):
        return None, "check_digit"
    return digits.zfill(14), ""
