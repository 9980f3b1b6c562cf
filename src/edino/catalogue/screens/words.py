"""What things of the catalogue are called before people."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from edino.ui.parts import Text
from edino.ui.screen import Status

NAME: Final = _("Title")
LANGUAGES: Final[Mapping[str, Text]] = {
    "ru": _("Russian"),
    "en": _("English"),
    "de": _("German"),
    "kk": _("Kazakh"),
}
MISSING: Final[Mapping[str, Text]] = {
    "name": _("name"),
    "description": _("description"),
    "category": _("category"),
    "image": _("picture"),
    "variant": _("variant in sale"),
    "barcode": _("barcode"),
    "attribute": _("attribute"),
    "price": _("price"),
}
BARCODES: Final[Mapping[str, Text]] = {
    "letters": _("not a number"),
    "length": _("wrong length"),
    "check_digit": _("wrong check digit"),
    "taken": _("belongs to another variant"),
}
TAXES: Final[Mapping[str, Text]] = {
    "standard": _("standard rate"),
    "reduced": _("reduced rate"),
    "zero": _("zero rate"),
    "none": _("without VAT"),
    "vat5": "5 %",
    "vat7": "7 %",
}
KINDS: Final[Mapping[str, Text]] = {
    "text": _("text"),
    "number": _("number"),
    "boolean": _("yes or no"),
    "choice": _("choice"),
    "date": _("date"),
}
AXES: Final[Mapping[str, Text]] = {"size": _("Size"), "colour": _("Colour")}
ACTIVE: Final = Status(_("in sale"), "good")
INACTIVE: Final = Status(_("out of sale"), "quiet")
STATES: Final[Mapping[str, Status]] = {
    "pending": Status(_("waits"), "warn"),
    "published": Status(_("published"), "good"),
    "rejected": Status(_("rejected"), "quiet"),
}
RULES: Final[Mapping[str, Text]] = {
    "all": _("everything but what is taken out"),
    "chosen": _("only what is put in"),
}


def language() -> str:
    """The reader's language, in two letters."""
    return (get_language() or "en")[:2]


def said_in(texts: Mapping[str, str]) -> str:
    """A text in the reader's language, or in any."""
    return texts.get(language()) or next((text for text in texts.values() if text), "")


def language_name(code: str) -> Text:
    """What a language is called; its code when it has no name here."""
    return LANGUAGES.get(code, code)


def missing(words: Iterable[str], attributes: Mapping[str, str]) -> str:
    """What a presentation lacks, in words."""
    return ", ".join(_lack(word, attributes) for word in words)


def _lack(word: str, attributes: Mapping[str, str]) -> str:
    kind, _colon, rest = word.partition(":")
    if kind in {"name", "description"}:
        return gettext("%(what)s (%(language)s)") % {"what": MISSING[kind], "language": rest}
    if kind == "attribute":
        return attributes.get(rest, rest)
    return str(MISSING.get(kind, kind))


def tone(score: int | None) -> Status:
    """How complete a presentation is, as a status."""
    if score is None:
        return Status(_("not offered"), "quiet")
    word = gettext("%(score)s %%") % {"score": score}
    return Status(word, "good" if score == 100 else "warn" if score >= 60 else "bad")


def owner(sources: Iterable[str]) -> str:
    """Who keeps a thing beside the people who read this, and what becomes of what they write."""
    told = ", ".join(dict.fromkeys(sources))
    if not told:
        return gettext("No other system tells of it: it is as you write it.")
    return gettext("%(sources)s tells of it too. What you change here stays; the rest follows the next import.") % {
        "sources": told
    }


def options(given: Mapping[str, str]) -> str:
    """What tells a variant from its sisters."""
    return ", ".join(given.values())
