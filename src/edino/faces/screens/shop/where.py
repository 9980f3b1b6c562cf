"""Where a thing can be had, as a shopper asks it: here, in two shops, by Thursday, not now."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from edino.inventory.types import Atp, Location
from edino.kernel import clock
from edino.ui.parts import Status

_EARTH_KM: Final = 6371.0
_FEW: Final = 3
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Spot:
    """A store with what it has of one variant. `km` is the straight line from the chosen city, None when unknown."""

    code: str
    name: str
    city: str
    address: str
    hours: str
    km: float | None
    status: Status
    here: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How one variant stands: its few words, and whether it can be bought now."""

    status: Status
    buyable: bool
    here: bool


def standing(rows: Sequence[Atp], places: Mapping[int, Location], here: str) -> Standing:
    """The words of a cell: what is nearest to having it."""
    free = [(places[row.location_id], row.free) for row in rows if row.location_id in places and row.free > 0]
    if any(place.code == here for place, _n in free):
        return Standing(Status(_("here"), "good", "map-pin"), buyable=True, here=True)
    shops = [place for place, _n in free if place.kind == "store" and place.pickup]
    if shops:
        word = ngettext("in %(n)s shop", "in %(n)s shops", len(shops)) % {"n": len(shops)}
        return Standing(Status(word, "info", "store"), buyable=True, here=False)
    if any(place.ships for place, _n in free):
        return Standing(Status(_("we deliver"), "info", "truck"), buyable=True, here=False)
    day = arriving(rows)
    if day is not None:
        return Standing(Status(_("by %(day)s") % {"day": day_word(day)}, "warn", "calendar"), buyable=False, here=False)
    return Standing(Status(_("tell me"), "quiet", "bell"), buyable=False, here=False)


def arriving(rows: Iterable[Atp]) -> date | None:
    """The first day on which more is expected."""
    today = timezone.localdate(clock.now())
    return min((day for row in rows for day, number in row.inbound if number > 0 and day >= today), default=None)


def day_word(day: date) -> str:
    """A day within the week by its name, another one by its date."""
    ahead = (day - timezone.localdate(clock.now())).days
    if ahead == 0:
        return _("today")
    if ahead == 1:
        return _("tomorrow")
    return formats.date_format(day, "l").lower() if ahead < 7 and _lower_days() else _date_word(day, ahead)


def _lower_days() -> bool:
    """Whether the language writes days of the week small."""
    return (get_language() or "en").startswith("ru")


def _date_word(day: date, ahead: int) -> str:
    return formats.date_format(day, "l" if ahead < 7 else "j E")


def spots(rows: Sequence[Atp], places: Mapping[int, Location], city: str, here: str) -> list[Spot]:
    """The stores, those that have it first, then the nearest to the city."""
    origin = centre(places.values(), city)
    free = {row.location_id: row for row in rows}
    found = []
    for place in places.values():
        if place.kind != "store" or not place.pickup:
            continue
        row = free.get(place.id)
        found.append((row.free if row else 0, _spot(place, row, origin, here)))
    # Sorting keeps the retailer's own order among those that are equally near.
    order = sorted(found, key=lambda one: (not one[1].here, one[0] <= 0, *_near(one[1], city)))
    return [spot for _n, spot in order]


def _near(spot: Spot, city: str) -> tuple[bool, float]:
    return (bool(city) and spot.city != city, spot.km if spot.km is not None else math.inf)


def _spot(place: Location, row: Atp | None, origin: tuple[float, float] | None, here: str) -> Spot:
    at = _point(place)
    if row is None or row.free <= 0:
        status = _expected(arriving([row]) if row else None)
    elif row.free <= _FEW:
        status = Status(_("the last few"), "warn", "package")
    else:
        status = Status(_("on the shelf"), "good", "package-check")
    return Spot(
        code=place.code,
        name=place.name,
        city=place.city,
        address=place.address,
        hours=hours(place),
        km=distance(origin, at) if origin and at else None,
        status=status,
        here=place.code == here,
    )


def _expected(day: date | None) -> Status:
    if day is None:
        return Status(_("not here now"), "quiet")
    return Status(_("by %(day)s") % {"day": day_word(day)}, "warn", "calendar")


def centre(places: Iterable[Location], city: str) -> tuple[float, float] | None:
    """The middle of the places of a city; None when nobody said where they are."""
    points = [point for place in places if city and place.city == city and (point := _point(place))]
    if not points:
        return None
    return sum(one[0] for one in points) / len(points), sum(one[1] for one in points) / len(points)


def far(place: Location, origin: tuple[float, float] | None) -> float:
    """How far a place is from somewhere, for sorting: those of which nobody knows where they are come last."""
    at = _point(place)
    return distance(origin, at) if origin and at else math.inf


def distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Kilometres in a straight line over the globe (haversine)."""
    (lat1, lon1), (lat2, lon2) = ([math.radians(x) for x in point] for point in (a, b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(h))


def _point(place: Location) -> tuple[float, float] | None:
    if place.latitude is None or place.longitude is None:
        return None
    return float(place.latitude), float(place.longitude)


def hours(place: Location) -> str:
    """When a place is open today, in its own time."""
    day = clock.now().astimezone(ZoneInfo(place.time_zone)).weekday()
    spans = place.opening_hours.get(_DAYS[day], ())
    return ", ".join(f"{opens}–{closes}" for opens, closes in spans)
