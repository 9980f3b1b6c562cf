"""Locations, their time slots, and the rules by which one of them is chosen."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from django.db import transaction

from edino.inventory.api import parcels
from edino.inventory.errors import NoSuchLocation, NoSuchVariant
from edino.inventory.queries import places
from edino.inventory.types import LOCATION_KINDS, RULE_KINDS, Location, LocationInput, Reserve, Slot, SourcingRule
from edino.kernel import clock, holds, ids
from edino.kernel.errors import FieldError, Invalid
from edino.staff import api as staff
from edino.staff.types import Actor, Person

STOCK: Final = "stock"
SLOT: Final = "slot"
TRANSIT: Final = "transit"
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def locations(*, kind: str = "", pickup: bool | None = None) -> list[Location]:
    """Locations in their order: of a kind, or those where shoppers may fetch (`pickup`)."""
    return places.locations(kind=kind, pickup=pickup)


def location(*, code: str) -> Location:
    """One location; `NoSuchLocation`."""
    found = places.locations(code=code) if code else []
    if not found:
        raise NoSuchLocation
    return found[0]


def save_location(*, location: LocationInput, by: Person | Actor) -> Location:
    """Make a location or change what is said of it; fields that are None stay as they are."""
    _check(location)
    with transaction.atomic():
        places.save_location(location)
        if location.daily_parcels is not None:
            parcels.change(places.locations(code=location.code)[0])
        staff.audit(actor=by, operation="stock.edit", subject=("location", location.code), detail={"did": "saved"})
    return places.locations(code=location.code)[0]


def transit() -> int:
    """The id of the location where goods are while nobody has them; made at its first use."""
    known = places.location_ids([TRANSIT])
    if known:
        return known[TRANSIT]
    road = LocationInput(TRANSIT, "In transit", "transit", sells=False, ships=False, pickup=False)
    return places.save_location(road)


def slots(*, location: str, day: date) -> list[Slot]:
    """The time slots of a location that begin on a day of its own calendar; `NoSuchLocation`."""
    since, until = _day(_zone(location), day)
    return places.slots(location, since, until, clock.now())


def save_slots(
    *, location: str, times: Sequence[tuple[datetime, datetime]], capacity: int, by: Person | Actor
) -> list[Slot]:
    """Open time slots for so many orders each; a time that is open already gets the new capacity.

    A capacity below what is promised already is refused (`holds.Short`). Answers with the slots of these times.
    """
    if capacity < 0:
        raise Invalid.field("capacity", "negative", "A slot takes no fewer than 0 orders.")
    for place, (starts, ends) in enumerate(times):
        if ends <= starts:
            raise Invalid.field(f"slots[{place}].ends_at", "order", "A slot ends after it begins.")
    place_id = places.location_ids([location]).get(location)
    if place_id is None:
        raise NoSuchLocation
    if not times:
        return []
    with transaction.atomic():
        made = places.new_slots(len(times))
        capacities = holds.open_capacities(SLOT, [(id_, 0, 0) for id_ in made])
        rows = [
            (id_, ids.uuid7(), starts, ends, capacity_id)
            for id_, (starts, ends), capacity_id in zip(made, times, capacities, strict=True)
        ]
        places.add_slots(place_id, rows)
        first, last = min(times)[0], max(times)[0] + timedelta(microseconds=1)
        wanted = {starts for starts, _ in times}
        opened = [slot for slot in places.slots(location, first, last, clock.now()) if slot.starts_at in wanted]
        holds.change_totals([(slot.capacity_id, capacity - slot.capacity) for slot in opened])
        detail = {"did": "opened slots", "slots": len(times), "capacity": capacity}
        staff.audit(actor=by, operation="stock.edit", subject=("location", location), detail=detail)
    return [slot for slot in places.slots(location, first, last, clock.now()) if slot.starts_at in wanted]


def slot_times(*, location: Location, day: date, minutes: int) -> list[tuple[datetime, datetime]]:
    """The opening hours of a day, cut into slots of so many minutes; a rest that is shorter is left out."""
    zone = ZoneInfo(location.time_zone)
    found = []
    for opens, closes in location.opening_hours.get(_DAYS[day.weekday()], []):
        at = datetime.combine(day, time.fromisoformat(opens), zone)
        end = datetime.combine(day, time.fromisoformat(closes), zone)
        while at + timedelta(minutes=minutes) <= end:
            found.append((at, at + timedelta(minutes=minutes)))
            at += timedelta(minutes=minutes)
    return found


def save_sourcing_rules(*, rules: Sequence[SourcingRule], by: Person | Actor) -> None:
    """Replace the rules of sourcing; they are asked in the order of `position`."""
    known = {place.code for place in places.locations()}
    for place, rule in enumerate(rules):
        if rule.kind not in RULE_KINDS:
            raise Invalid.field(f"rules[{place}].kind", "unknown", "There is no such rule.")
        if unknown := rule.locations - known:
            message = "There is no such location."
            raise Invalid.field(f"rules[{place}].locations", "unknown", message) from KeyError(*unknown)
    with transaction.atomic():
        places.replace_sourcing_rules(rules)
        detail = {"did": "rules", "rules": [rule.kind for rule in rules]}
        staff.audit(actor=by, operation="stock.edit", subject=("sourcing", "rules"), detail=detail)


def save_reserve(*, channel: str, quantity: int, by: Person | Actor, location: str | None = None) -> None:
    """Keep so many units of every variant back from a channel: at one location, or at each that has no own number."""
    if quantity < 0:
        raise Invalid.field("quantity", "negative", "No fewer than 0 can be kept back.")
    place = places.location_ids([location]).get(location) if location else None
    if location and place is None:
        raise NoSuchLocation
    with transaction.atomic():
        if quantity or place is not None:
            places.save_reserve(channel, place, quantity)
        else:
            places.drop_reserve(channel, None)
        detail = {"did": "reserve", "channel": channel, "quantity": quantity}
        staff.audit(actor=by, operation="stock.edit", subject=("location", location or "*"), detail=detail)


def drop_reserve(*, channel: str, location: str, by: Person | Actor) -> None:
    """Let a location have no number of its own for a channel: that of every location counts there."""
    place_id = places.location_ids([location]).get(location)
    if place_id is None:
        raise NoSuchLocation
    with transaction.atomic():
        places.drop_reserve(channel, place_id)
        detail = {"did": "no reserve", "channel": channel}
        staff.audit(actor=by, operation="stock.edit", subject=("location", location), detail=detail)


def reserves() -> list[Reserve]:
    """What is kept back from channels."""
    return places.reserves()


def save_safety(*, variant_id: int, location: str, safety: int | None, by: Person | Actor) -> None:
    """Keep so many of a variant back at a location; None: as many as the location says of everything.

    `NoSuchVariant` where it never lay: then there is nothing to keep.
    """
    if safety is not None and not 0 <= safety <= 1_000_000:
        raise Invalid.field("safety", "range", "Safety stock is a number from 0 to 1,000,000.")
    place_id = places.location_ids([location]).get(location)
    if place_id is None:
        raise NoSuchLocation
    with transaction.atomic():
        if not places.set_safety(variant_id, place_id, safety):
            raise NoSuchVariant
        detail = {"did": "safety stock", "variant": variant_id, "safety": safety}
        staff.audit(actor=by, operation="stock.edit", subject=("location", location), detail=detail)


def sourcing_rules() -> list[SourcingRule]:
    """The rules of sourcing in their order."""
    return places.sourcing_rules()


def _zone(code: str) -> ZoneInfo:
    return ZoneInfo(location(code=code).time_zone)


def _day(zone: ZoneInfo, day: date) -> tuple[datetime, datetime]:
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


def _check(given: LocationInput) -> None:
    wrong: list[FieldError] = []
    if not 0 < len(given.code) <= 60 or given.code != given.code.strip():
        wrong.append(FieldError("code", "required", "Say the code, in at most 60 letters."))
    if given.kind is not None and given.kind not in LOCATION_KINDS:
        wrong.append(FieldError("kind", "unknown", "A location is a warehouse, store, transit or partner."))
    if given.name is not None and not 0 < len(given.name.strip()) <= 200:
        wrong.append(FieldError("name", "required", "Say the name, in at most 200 letters."))
    if given.time_zone is not None and given.time_zone not in available_timezones():
        wrong.append(FieldError("time_zone", "unknown", "There is no such time zone."))
    if given.safety is not None and not 0 <= given.safety <= 1_000_000:
        wrong.append(FieldError("safety", "range", "Safety stock is a number from 0 to 1,000,000."))
    if given.daily_parcels is not None and given.daily_parcels > 1_000_000:
        wrong.append(FieldError("daily_parcels", "range", "No place sends more than 1,000,000 parcels in a day."))
    if given.latitude is not None and not -90 <= given.latitude <= 90:
        wrong.append(FieldError("latitude", "range", "Latitude is between -90 and 90."))
    if given.longitude is not None and not -180 <= given.longitude <= 180:
        wrong.append(FieldError("longitude", "range", "Longitude is between -180 and 180."))
    if given.opening_hours is not None and not _are_hours(given.opening_hours):
        wrong.append(FieldError("opening_hours", "hours", 'Opening hours look like {"mon": [["10:00", "22:00"]]}.'))
    if wrong:
        raise Invalid(fields=wrong)


def _are_hours(given: object) -> bool:
    if not isinstance(given, dict) or not set(given) <= set(_DAYS):
        return False
    try:
        spans = [(time.fromisoformat(span[0]), time.fromisoformat(span[1])) for day in given.values() for span in day]
    except (TypeError, ValueError, IndexError, AttributeError):
        return False
    return all(opens < closes for opens, closes in spans)
