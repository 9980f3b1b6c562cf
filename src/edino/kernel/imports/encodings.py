"""Which encoding a file is in, when nobody says: by its mark, by being UTF-8, or by what Russian looks like.

The single-byte guess counts how often the commonest Russian letters appear under each Cyrillic code page; text whose
high bytes stand alone among Latin letters (é, ü, £) is Western. A guess is only made when the mark and UTF-8 fail.
"""

import codecs
import re

from edino.kernel.imports.errors import Unreadable

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CYRILLIC = ("cp1251", "cp866", "koi8-r")
_COMMON = frozenset("оеаинтсрвл")
_LONELY = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_HIGH = re.compile(rb"[\x80-\xff]")
_BROKEN_SHARE = 0.05


def named(name: str) -> str:
    """The codec a person means by a name; an unknown one is refused."""
    try:
        found = codecs.lookup(name).name
    except LookupError as error:
        raise Unreadable("There is no encoding called %(name)s.", name=name) from error
    if not getattr(codecs.lookup(found), "_is_text_encoding", True):
        raise Unreadable("There is no encoding called %(name)s.", name=name)
    return "utf-8-sig" if found == "utf-8" else found


def detect(sample: bytes) -> str:
    """The encoding of text that starts with these bytes."""
    for mark, name in MARKS:
        if sample.startswith(mark):
            return name
    if _utf8(sample):
        return "utf-8-sig"
    high = len(_HIGH.findall(sample))
    if len(_LONELY.findall(sample)) * 2 > high:
        return "cp1252"
    return max(CYRILLIC, key=lambda name: _russian(sample.decode(name, "replace")))


def _utf8(sample: bytes) -> bool:
    """UTF-8, but for a few broken bytes: those rows are reported one by one, the others are not to suffer."""
    text = sample.decode("utf-8", "surrogateescape")
    broken = sum("\udc80" <= letter <= "\udcff" for letter in text) if not text.isascii() else 0
    whole = sum(letter > "\x7f" for letter in text) - broken if broken else 0
    at_the_cut = 3 if broken <= 3 and whole else 0
    return broken == 0 or broken <= at_the_cut or broken < whole * _BROKEN_SHARE


def _russian(text: str) -> float:
    letters = [letter for letter in text if letter > "\x7f"]
    common = sum(letter in _COMMON for letter in letters)
    odd = sum(not letter.isalpha() for letter in letters)
    return common - 2 * odd
