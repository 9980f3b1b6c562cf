"""Short codes for printed labels: a letter for what it is, the number in base 32, a check letter against slips."""

from typing import Final, Literal

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's: no i, l, o, u, so that what is read aloud or typed from paper is not mistaken."""

_SLIPS: Final = str.maketrans({"i": "1", "l": "1", "o": "0"})
_PRIME: Final = 31
"""Below 32 and prime: one wrong letter or two that changed places give another check letter."""

Target = Literal["product", "variant"]
_LETTERS: Final[dict[Target, str]] = {"product": "p", "variant": "v"}
_TARGETS: Final[dict[str, Target]] = {letter: target for target, letter in _LETTERS.items()}


def encode(target: Target, number: int) -> str:
    """The code of a product or variant by its internal number."""
    letters = ""
    rest = number
    while rest:
        rest, place = divmod(rest, 32)
        letters = ALPHABET[place] + letters
    return _LETTERS[target] + letters + _check(_LETTERS[target] + letters)


def decode(code: str) -> tuple[Target, int] | None:
    """What a code names, or None when it is none: as a person types it, in capitals or with dashes."""
    plain = code.strip().lower().replace("-", "")
    target = _TARGETS.get(plain[:1])
    letters = plain[1:].translate(_SLIPS)
    if target is None or not 2 <= len(letters) <= 13 or not set(letters) <= set(ALPHABET):
        return None
    if _check(plain[0] + letters[:-1]) != letters[-1]:
        return None
    number = 0
    for letter in letters[:-1]:
        number = number * 32 + ALPHABET.index(letter)
    return (target, number) if 0 < number < 2**63 else None


def _check(text: str) -> str:
    total = 0
    for letter in text:
        total = (total * 32 + ALPHABET.index(letter)) % _PRIME if letter in ALPHABET else total
    return ALPHABET[total * 3 % _PRIME]
