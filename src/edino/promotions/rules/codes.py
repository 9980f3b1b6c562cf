"""The writing of codes: what people type, what is printed, what is kept."""

import re
from typing import Final

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 signs, without 0 and O, 1 and I, which people mistake for each other."""
COUPON_LENGTH: Final = 10
GIFT_LENGTH: Final = 16
FORM: Final = re.compile(r"[0-9A-Z_-]{3,40}")
_NOISE: Final = re.compile(r"\s+")


def usual(code: str) -> str:
    """A coupon's code as it is kept: upper case, without blanks."""
    return _NOISE.sub("", code).upper()


def bare(code: str) -> str:
    """A gift card's code without the hyphens and blanks it is printed with."""
    return usual(code).replace("-", "")


def spelled(numbers: bytes) -> str:
    """Random bytes as signs of the alphabet, one each."""
    return "".join(ALPHABET[number % 32] for number in numbers)


def printed(code: str) -> str:
    """A gift card's code in groups of four."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))
