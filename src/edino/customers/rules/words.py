"""How words of names are folded, so that «Анна», "Anna" and "anna" meet, and what given fields are called here."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

_LETTERS: Final = dict(
    zip(
        "абвгдезийклмнопрстуфыэ",
        "abvgdeziiklmnoprstufye",
        strict=True,
    )
)
_SOUNDS: Final = {
    "ё": "e",
    "ж": "zh",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ъ": "",
    "ь": "",
    "ю": "iu",
    "я": "ia",
    "і": "i",
    "ї": "i",
    "є": "ie",
    "ґ": "g",
    "ў": "u",
}
_TO_LATIN: Final = str.maketrans({**_LETTERS, **_SOUNDS})
_SAME: Final = (
    ("shch", "sh"),
    ("sch", "sh"),
    ("kh", "h"),
    ("ph", "f"),
    ("x", "ks"),
    ("tz", "ts"),
    ("ck", "k"),
    ("w", "v"),
    ("y", "i"),
    ("j", "i"),
    ("ts", "c"),
)
LONGEST_WORD: Final = 40
MOST_WORDS: Final = 8

SEARCHED: Final = frozenset({"first_name", "last_name", "middle_name", "name", "city"})
"""The fields whose words are kept for the search."""

_ALIASES: Final[Mapping[str, str]] = {
    "firstname": "first_name",
    "given_name": "first_name",
    "lastname": "last_name",
    "family_name": "last_name",
    "surname": "last_name",
    "middlename": "middle_name",
    "patronymic": "middle_name",
    "fullname": "name",
    "full_name": "name",
    "birthdate": "birthday",
    "birth_date": "birthday",
    "date_of_birth": "birthday",
    "sex": "gender",
    "createdat": "created_at",
}


def field_name(given: str) -> str:
    """The name under which a given trait is kept: the spec's and common spellings of one field meet."""
    text = given.strip()
    return _ALIASES.get(text.lower(), text)


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """One word as the search compares it.

    Lower case, ё as е, accents dropped; Cyrillic to Latin by ICAO Doc 9303 (the passport's scheme); then spellings
    that mean one sound are made one (y, j → i; kh → h; x → ks; w → v; ts → c; shch → sh) and doubled letters single.
    """
    bare = unicodedata.normalize("NFKD", text.lower().replace("й", "и").replace("ё", "е"))
    latin = "".join(letter for letter in bare if letter.isalnum()).translate(_TO_LATIN)
    for old, new in _SAME:
        if old in latin:
            latin = latin.replace(old, new)
    single = [letter for place, letter in enumerate(latin) if place == 0 or letter != latin[place - 1]]
    return "".join(single)[:LONGEST_WORD]


def words(value: Any) -> list[str]:
    """The folded words of a value, each once; none for what is no text."""
    if not isinstance(value, str):
        return []
    parts = "".join(letter if letter.isalnum() or letter in "'’" else " " for letter in value).split()
    folded = (fold(part) for part in parts)
    return list(dict.fromkeys(word for word in folded if word))[:MOST_WORDS]
