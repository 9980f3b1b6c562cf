"""How an order reaches the shopper: which stores, which days, which hours, or to which door."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from edino.checkout.types import CartView, Delivery
from edino.faces.screens.bringing import Home
from edino.faces.screens.shop import where
from edino.faces.screens.shop.visit import Guest
from edino.inventory import api as inventory
from edino.inventory.types import Demand, Location
from edino.kernel import clock
from edino.ui.parts import Status

DAYS: Final = 4
MOST: Final = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen: pickup at a place, perhaps on a day at an hour, or delivery home."""

    method: str
    location: str
    day: str
    slot: UUID | None
    home: Home

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Choice":
        """From a form."""
        method = given.get("method", "")
        return cls(
            method if method in {"pickup", "delivery"} else "pickup",
            given.get("location", "")[:100],
            given.get("day", "")[:10],
            _uuid(given.get("slot", "")),
            Home.read(given),
        )

    @classmethod
    def of(cls, delivery: Delivery | None, guest: Guest) -> "Choice":
        """From the cart, else pickup where the shopper stands."""
        home = Home.of(delivery, city=guest.visit.city)
        if delivery is not None and delivery.method == "delivery":
            return cls("delivery", "", "", None, home)
        location = delivery.location if delivery is not None else guest.visit.place
        return cls("pickup", location, "", delivery.slot if delivery else None, home)


@dataclass(frozen=True, slots=True)
class Shop:
    """A store that hands over."""

    code: str
    name: str
    about: str
    current: bool
    status: Status


@dataclass(frozen=True, slots=True)
class Day:
    """A day with times to pick up."""

    value: str
    word: str
    current: bool


@dataclass(frozen=True, slots=True)
class Hour:
    """A time to pick up. `full`: nobody else fits in."""

    uid: UUID
    word: str
    current: bool
    full: bool


def offer(guest: Guest, view: CartView, choice: Choice) -> dict[str, Any]:
    """Stores with what each can hand over, the nearest first, and the times of the chosen one."""
    channel, city = guest.source_channel, guest.visit.city
    every = [one for one in inventory.locations(pickup=True) if one.active]
    origin = where.centre(every, city)
    near = sorted(every, key=lambda one: (bool(city) and one.city != city, where.far(one, origin)))
    chosen = next((one for one in every if one.code == choice.location), None)
    shown = near[:MOST] if chosen is None or chosen in near[:MOST] else [chosen, *near[: MOST - 1]]
    demand = [Demand(line.variant_id, line.quantity) for line in view.lines]
    return {
        "shops": [_shop(one, demand, channel, current=one is chosen) for one in shown],
        "cities": sorted({one.city for one in every if one.city}),
        **_times(chosen, choice),
    }


def _shop(place: Location, demand: list[Demand], channel: str, *, current: bool) -> Shop:
    plan = inventory.plan(demand=demand, method="pickup", pickup=place.code, channel=channel)
    if plan.short:
        status = Status(_("not all of it gets here"), "warn")
    elif all(one.location_id == place.id for one in plan.allocations):
        status = Status(_("all of it is here"), "good", "package-check")
    elif any(one.location_id == place.id for one in plan.allocations):
        status = Status(_("we bring the rest"), "info", "truck")
    else:
        status = Status(_("we bring it here"), "info", "truck")
    about = ", ".join(part for part in (place.city, place.address) if part)
    hours = where.hours(place)
    return Shop(place.code, place.name, " · ".join(part for part in (about, hours) if part), current, status)


def _times(place: Location | None, choice: Choice) -> dict[str, Any]:
    """Days and hours of a place; none when it takes shoppers whenever it is open."""
    if place is None:
        return {"days": [], "hours": []}
    now = clock.now()
    today = timezone.localdate(now)
    by_day: dict[date, list[Any]] = {}
    for ahead in range(DAYS):
        day = today + timedelta(days=ahead)
        slots = [one for one in inventory.slots(location=place.code, day=day) if one.ends_at > now]
        if slots:
            by_day[day] = slots
    asked = next((day for day in by_day if day.isoformat() == choice.day), None)
    held = next((day for day, slots in by_day.items() if choice.slot in {one.uid for one in slots}), None)
    shown = asked or held or next((day for day, slots in by_day.items() if any(one.free > 0 for one in slots)), None)
    return {
        "days": [Day(day.isoformat(), where.day_word(day), day == shown) for day in by_day],
        "hours": [
            Hour(
                one.uid,
                f"{_clock(one.starts_at, place)}–{_clock(one.ends_at, place)}",
                current=one.uid == choice.slot,
                full=one.free <= 0,
            )
            for one in by_day.get(shown, [])  # type: ignore[arg-type]  # no day has no hours
        ],
    }


def _clock(at: datetime, place: Location) -> str:
    return at.astimezone(ZoneInfo(place.time_zone)).strftime("%H:%M")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
