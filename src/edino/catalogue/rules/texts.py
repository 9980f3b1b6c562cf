"""Texts as people and files write them: cleaned, in which language, as an address, typed on the wrong keyboard."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

_SPACES = re.compile(r"[^\S\n]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufeff\u200b]")
LANGUAGE = re.compile(r"[a-z]{2,3}")

_LATIN: Final = {
    **dict(zip("абвгдезийклмнопрстуфхыэ", "abvgdeziyklmnoprstufhye", strict=True)),
    "ё": "e",
    "ж": "zh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "sch",
    "ю": "yu",
    "я": "ya",
    "ъ": "",
    "ь": "",
}
_RUSSIAN_KEYS: Final = "йцукенгшщзхъфывапролджэячсмитьбюё"
_ENGLISH_KEYS: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_OTHER_KEYBOARD: Final = str.maketrans(_RUSSIAN_KEYS + _ENGLISH_KEYS, _ENGLISH_KEYS + _RUSSIAN_KEYS)


def clean(text: str) -> str:
    """One kind of letters (NFC), one space between words, no control characters, no blank ends; lines stay lines."""
    if text.isprintable() and "  " not in text and text.isascii() and text == text.strip():
        return text
    plain = _CONTROL.sub("", unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(line.strip() for line in _SPACES.sub(" ", plain).split("\n")).strip()


def by_language(texts: Mapping[str, str]) -> dict[str, str]:
    """Texts under their plain languages: `ru-RU` is `ru`. Unusable languages are left out."""
    found = {}
    for language, text in texts.items():
        code = language.strip().lower().replace("_", "-").partition("-")[0]
        if LANGUAGE.fullmatch(code):
            found[code] = clean(text)
    return found


def said_in(texts: Mapping[str, str], language: str, *others: str) -> str:
    """The text in a language, else in the others in turn, else in any."""
    for code in (language.partition("-")[0], *others, "ru", "en"):
        if texts.get(code):
            return texts[code]
    return next((text for text in texts.values() if text), "")


def slug(text: str, *, longest: int = 60) -> str:
    """Latin letters, digits and dashes for an address; may be empty."""
    latin = "".join(_LATIN.get(letter, letter) for letter in text.lower())
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return words if len(words) <= longest else words[:longest].rpartition("-")[0] or words[:longest]


def other_keyboard(text: str) -> str:
    """What was meant when the keyboard was set to the other alphabet: `rhjccjdrb` is `кроссовки`."""
    return text.lower().translate(_OTHER_KEYBOARD)
