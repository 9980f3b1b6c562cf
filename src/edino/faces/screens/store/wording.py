"""Words that several pages of the workplace share, and people as the store may see them."""

from collections.abc import Mapping
from typing import Final

from django.utils.html import strip_tags
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from edino.kernel.errors import Refusal
from edino.kernel.money import Money
from edino.ui.parts import Amount, Status, Text

RETURNS: Final[Mapping[str, Status]] = {
    "requested": Status(_("announced"), "info"),
    "approved": Status(_("approved"), "info"),
    "received": Status(_("to inspect"), "warn"),
    "inspected": Status(_("to settle"), "warn"),
    "settled": Status(_("settled"), "good"),
    "refused": Status(_("refused"), "bad"),
    "withdrawn": Status(_("withdrawn"), "quiet", "circle-x"),
}
TENDERS: Final[Mapping[str, Text]] = {
    "card": _("bank card"),
    "cash": _("cash"),
    "cod": _("on delivery"),
    "bank": _("bank transfer"),
    "gift_card": _("gift card"),
    "points": _("points"),
    "exchange": _("exchange"),
    "other": _("another way"),
}
SHORT: Final[tuple[tuple[str, Text], ...]] = (
    ("not_found", _("not found on the shelf")),
    ("damaged", _("damaged")),
    ("sold", _("sold to somebody else meanwhile")),
    ("no_time", _("no time before the slot")),
)
"""Why goods of an order cannot be picked here."""
CAME_BACK: Final[tuple[tuple[str, Text], ...]] = (
    ("size", _("wrong size")),
    ("defect", _("a defect")),
    ("not_liked", _("not liked")),
    ("wrong_item", _("another thing was sent")),
    ("late", _("late")),
    ("other", _("another reason")),
)
"""Why goods come back."""
UNDELIVERED: Final[tuple[tuple[str, Text], ...]] = (
    ("not_at_home", _("nobody was at home")),
    ("refused_at_door", _("refused at the door")),
    ("wrong_address", _("the address is wrong")),
    ("damaged", _("damaged")),
    ("other", _("another reason")),
)
"""Why a courier brings a parcel back."""
DISPOSITIONS: Final[tuple[tuple[str, Text], ...]] = (
    ("resell", _("back on the shelf")),
    ("quarantine", _("set aside to be looked at")),
    ("damaged", _("damaged")),
    ("write_off", _("written off")),
)


def who(name: str) -> str:
    """A name as a store shows it to everybody who looks over a shoulder: "Мария И."."""
    first, *others = name.split() or [""]
    return " ".join([first, *(f"{word[:1].upper()}." for word in others)])


def things(number: int) -> str:
    """So many things."""
    return ngettext("%(number)d item", "%(number)d items", number) % {"number": number}


def sum_of(minor: int, currency: str) -> Amount:
    """A sum as people read it."""
    return Amount(Money(minor, currency))


def plain(minor: int, currency: str) -> str:
    """A sum within a sentence."""
    return strip_tags(str(sum_of(minor, currency)))


def why_not(refusal: Refusal) -> str:
    """A refusal in a sentence or two: of its fields, if it names some."""
    return " ".join(dict.fromkeys(gettext(field.message) for field in refusal.fields if field.message)) or refusal.text
