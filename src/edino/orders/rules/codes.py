"""Codes that people read out."""

import secrets
from typing import Final

LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without what is mistaken for something else: 0 and O, 1, I and L, U and V."""
LENGTH: Final = 6
TRIES: Final = 5
"""Wrong codes in a row after which only a person with the right may hand over."""


def new() -> str:
    """A pickup code: one of 700 million, of which five may be tried."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def plain(given: str) -> str:
    """A code as it is kept, from however somebody typed or scanned it."""
    text = given.rsplit(":", 1)[-1]
    return "".join(letter for letter in text.upper() if letter in LETTERS)


def shown(code: str) -> str:
    """In two halves, which are easier to read out."""
    return f"{code[:3]}-{code[3:]}" if code else ""


def scanned(number: str, code: str) -> str:
    """What the QR says; it holds no name and no address."""
    return f"edino:pickup:{number}:{code}"
