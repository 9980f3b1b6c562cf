"""Pieces that several screens of the order book show alike: places, sums, masked people."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.translation import gettext, ngettext

from edino.inventory import api as inventory
from edino.kernel.money import Money
from edino.ui.parts import Amount

DOTS: Final = "•••"


def places() -> Mapping[int, str]:
    """The names of all locations."""
    return {place.id: place.name for place in inventory.locations()}


def by_code() -> Mapping[str, str]:
    """The names of all locations by their codes."""
    return dict(choices())


def choices() -> list[tuple[str, str]]:
    """Locations for a filter: code and name."""
    return [(place.code, place.name) for place in inventory.locations()]


def location_id(code: str) -> int | None:
    """The inside id of a location chosen in a filter."""
    return next((place.id for place in inventory.locations() if place.code == code), None) if code else None


def slot(starts: datetime, ends: datetime, code: str) -> tuple[str, str]:
    """A slot of a store and whose clock tells it: the store's, wherever the server and the reader are."""
    named = next((place.time_zone for place in inventory.locations() if place.code == code), "UTC")
    zone = ZoneInfo(named)
    first, last = starts.astimezone(zone), ends.astimezone(zone)
    told = f"{formats.date_format(first, 'j E Y')}, {first:%H:%M}–{last:%H:%M}"
    return told, gettext("by the clock of the store, %(zone)s") % {"zone": named}


def sum_of(minor: int, currency: str) -> Amount:
    """A sum as people read it."""
    return Amount(Money(minor, currency))


def pieces(number: int) -> str:
    """So many pieces."""
    return ngettext("%(number)d piece", "%(number)d pieces", number) % {"number": number}


def name(full: str, *, reveal: bool = False) -> str:
    """A name for eyes that need not know it whole: "Мария И."."""
    first, *others = full.split() or [""]
    return full if reveal else " ".join([first, *(f"{word[:1].upper()}." for word in others)])


def phone(number: str, *, reveal: bool = False) -> str:
    """A phone of which one recognises the end."""
    return number if reveal or not number else f"{number[:2]} {DOTS} {number[-2:]}"


def email(address: str, *, reveal: bool = False) -> str:
    """An address of which one recognises the beginning and the house."""
    first, _at, house = address.rpartition("@")
    return address if reveal or not address else f"{first[:1]}{DOTS}@{house}"


def midnight(day: str | None, later: int = 0) -> datetime | None:
    """The beginning of a day of a filter, in the reader's zone; `later` days after it."""
    if not day:
        return None
    return timezone.make_aware(datetime.combine(date.fromisoformat(day) + timedelta(days=later), time()))
