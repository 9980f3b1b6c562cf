"""Slots that a location opens each week, and slots set by hand."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from edino.inventory.api.places import location as place_of
from edino.inventory.api.places import save_slots
from edino.inventory.queries import places
from edino.inventory.types import Location, Opening, Slot, SlotInput
from edino.kernel import clock, holds
from edino.kernel.errors import FieldError, Invalid
from edino.staff import api as staff
from edino.staff.types import Actor, Person
from edino.ui import naming

AHEAD: Final = 14
"""So many days ahead slots are opened."""
HOUSE: Final = Actor(naming.call("inventory.openings", naming.ITSELF))


def openings(*, location: str) -> list[Opening]:
    """When a location opens slots each week; `NoSuchLocation`."""
    place_of(code=location)
    return [one for _code, one in places.openings(location)]


def save_openings(*, location: str, openings: Sequence[Opening], by: Person | Actor) -> list[Slot]:
    """Say when slots are opened each week, instead of what was said before; the slots of the next days.

    The days ahead follow at once: slots that are still wanted get the new capacity, those that are not take no more
    orders. What shoppers have booked already stays booked, also where that is more than the new capacity.
    """
    place = place_of(code=location)
    _check(openings)
    with transaction.atomic():
        places.replace_openings(place.id, openings)
        detail = {"did": "slots of each week", "openings": len(openings)}
        staff.audit(actor=by, operation="stock.edit", subject=("location", location), detail=detail)
        wanted = {one.starts_at: one for one in _due(place, openings)}
        known = {slot.starts_at: slot for slot in _ahead(place)}
        new = [one for at, one in wanted.items() if at not in known]
        _open(place, new, by)
        changes = []
        for at, slot in known.items():
            booked = slot.capacity - slot.free
            capacity = wanted[at].capacity if at in wanted and wanted[at].ends_at == slot.ends_at else 0
            changes.append((slot.capacity_id, max(capacity, booked) - slot.capacity))
        holds.change_totals(changes)
    return _ahead(place)


def set_slots(*, location: str, slots: Sequence[SlotInput], by: Person | Actor) -> list[Slot]:
    """Let there be these slots: new ones are opened, known ones (by when they begin) get this capacity.

    All or none: `holds.Short` when one has more orders already. `Invalid` names what cannot be.
    """
    place = place_of(code=location)
    twice = {one.starts_at for one in slots}
    if len(twice) != len(slots):
        raise Invalid.field("slots", "twice", "A slot is given twice.")
    with transaction.atomic():
        return sorted(_open(place, slots, by), key=lambda slot: slot.starts_at)


def open_ahead() -> int:
    """Open the slots of the days ahead that are not open yet, everywhere; how many. What people changed stays."""
    opened = 0
    for code, group in groupby(places.openings(), key=lambda one: one[0]):
        place = place_of(code=code)
        if not place.active or not place.pickup:
            continue
        known = {slot.starts_at for slot in _ahead(place)}
        new = [one for one in _due(place, [each for _code, each in group]) if one.starts_at not in known]
        if new:
            with transaction.atomic():
                opened += len(_open(place, new, HOUSE))
    return opened


def _open(place: Location, slots: Sequence[SlotInput], by: Person | Actor) -> list[Slot]:
    found: list[Slot] = []
    for capacity, group in groupby(sorted(slots, key=_capacity), key=_capacity):
        times = [(one.starts_at, one.ends_at) for one in group]
        found += save_slots(location=place.code, times=times, capacity=capacity, by=by)
    return found


def _capacity(one: SlotInput) -> int:
    return one.capacity


def _due(place: Location, openings: Sequence[Opening]) -> list[SlotInput]:
    """The slots of the days ahead that have not begun, by what is opened each week."""
    zone, now = ZoneInfo(place.time_zone), clock.now()
    today = now.astimezone(zone).date()
    found = []
    for day in (today + timedelta(days=ahead) for ahead in range(AHEAD)):
        for one in openings:
            if one.weekday == day.weekday():
                at = datetime.combine(day, one.opens, zone)
                end, step = datetime.combine(day, one.closes, zone), timedelta(minutes=one.minutes)
                while at + step <= end:
                    found.append(SlotInput(at, at + step, one.capacity))
                    at += step
    return [one for one in found if one.starts_at > now]


def _ahead(place: Location) -> list[Slot]:
    now = clock.now()
    today = now.astimezone(ZoneInfo(place.time_zone)).date()
    until = datetime.combine(today + timedelta(days=AHEAD), time(), ZoneInfo(place.time_zone))
    return places.slots(place.code, now, until, now)


def _check(openings: Sequence[Opening]) -> None:
    wrong: list[FieldError] = []
    ends: dict[int, time] = {}
    for place, one in sorted(enumerate(openings), key=lambda each: (each[1].weekday, each[1].opens)):
        where = f"openings[{place}]"
        if not 0 <= one.weekday <= 6:
            wrong.append(FieldError(f"{where}.weekday", "range", "A week has days 0 to 6."))
        if one.closes <= one.opens:
            wrong.append(FieldError(f"{where}.closes", "order", "It closes after it opens."))
        if not 10 <= one.minutes <= 720:
            wrong.append(FieldError(f"{where}.minutes", "range", "A slot lasts from 10 minutes to 12 hours."))
        if not 0 <= one.capacity <= 100_000:
            wrong.append(FieldError(f"{where}.capacity", "range", "A slot takes from 0 to 100,000 orders."))
        if one.weekday in ends and one.opens < ends[one.weekday]:
            wrong.append(FieldError(f"{where}.opens", "overlap", "It begins before the one before it ends."))
        ends[one.weekday] = one.closes
    if wrong:
        raise Invalid(fields=wrong)
