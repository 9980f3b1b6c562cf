"""Calls about locations and the times when goods can be fetched there."""

from datetime import UTC, date, datetime, time
from typing import Any, Final, Literal
from uuid import UUID

from ninja import Field, Router, Schema
from ninja.params.functions import Query
from pydantic import AwareDatetime

from edino.channels.api import scope
from edino.channels.types import Scope
from edino.inventory import api
from edino.inventory.api import openings as door
from edino.inventory.http.keyed import KeyedRequest, by
from edino.inventory.types import Location, LocationInput, Opening, Slot, SlotInput
from edino.kernel import clock
from edino.kernel.json_api import Body
from edino.staff import api as staff

router = Router(tags=["inventory"])

Day = Query(None)
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class LocationGiven(Body):
    """A location; fields that are left out stay as they are. `kind`: warehouse, store, partner.

    `daily_parcels`: so many leave in a day at most; -1: as many as come.
    """

    code: str = Field(min_length=1, max_length=60)
    name: str | None = Field(None, max_length=200)
    kind: str | None = Field(None, max_length=20)
    city: str | None = Field(None, max_length=200)
    address: str | None = Field(None, max_length=500)
    time_zone: str | None = Field(None, max_length=60)
    opening_hours: dict[str, list[list[str]]] | None = None
    sells: bool | None = None
    ships: bool | None = None
    pickup: bool | None = None
    active: bool | None = None
    position: int | None = Field(None, ge=-1_000_000, le=1_000_000)
    safety: int | None = Field(None, ge=0, le=1_000_000)
    latitude: float | None = None
    longitude: float | None = None
    daily_parcels: int | None = Field(None, ge=-1, le=1_000_000)


class LocationAnswer(Schema):
    """A location."""

    code: str
    name: str
    kind: str
    city: str
    address: str
    time_zone: str
    opening_hours: dict[str, list[list[str]]]
    sells: bool
    ships: bool
    pickup: bool
    active: bool
    position: int
    safety: int
    latitude: float | None
    longitude: float | None
    daily_parcels: int | None


class OpeningGiven(Body):
    """Slots of each week: on these days from `opens` to `closes`, so many minutes and orders each."""

    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = Field(min_length=1, max_length=7)
    opens: time
    closes: time
    minutes: int = Field(60, ge=10, le=720)
    capacity: int = Field(ge=0, le=100_000)


class OpeningsGiven(Body):
    """When slots are opened each week; it replaces what was said before. An empty list: none are."""

    openings: list[OpeningGiven] = Field(max_length=200)


class OpeningAnswer(Schema):
    """Slots of each week on one day."""

    day: str
    opens: time
    closes: time
    minutes: int
    capacity: int


class SlotGiven(Body):
    """A slot: when it begins and ends, how many orders it takes."""

    starts_at: AwareDatetime = Field(ge=FIRST, le=LAST)
    ends_at: AwareDatetime = Field(ge=FIRST, le=LAST)
    capacity: int = Field(ge=0, le=100_000)


class SlotsGiven(Body):
    """Slots of a location."""

    location: str = Field(min_length=1, max_length=60)
    slots: list[SlotGiven] = Field(min_length=1, max_length=5_000)


class SlotAnswer(Schema):
    """A time for picking up, and how many more orders fit."""

    uid: UUID
    starts_at: datetime
    ends_at: datetime
    capacity: int
    free: int


@router.get("/locations", response=list[LocationAnswer], auth=scope(Scope.STOCK_READ), summary="The locations")
def locations(request: KeyedRequest) -> list[LocationAnswer]:
    """Every location, in their order."""
    return [_told(place) for place in api.locations()]


@router.post("/locations", response=LocationAnswer, auth=scope(Scope.STOCK_WRITE), summary="Make or change a location")
def save_location(request: KeyedRequest, payload: LocationGiven) -> LocationAnswer:
    """Make the location of this code, or change what is given of it. The same call twice is the same location."""
    with staff.at_place(request):
        return _told(api.save_location(location=LocationInput(**payload.model_dump()), by=by(request)))


@router.get("/pickup-slots", response=list[SlotAnswer], auth=scope(Scope.STOCK_READ), summary="When to pick up")
def pickup_slots(
    request: KeyedRequest, location: str = Query(..., max_length=60), day: date | None = Day
) -> list[dict[str, Any]]:
    """The time slots of a location on a day of its calendar, today by default, with what is free."""
    found = api.slots(location=location, day=day or clock.now().date())
    return [_slot(slot) for slot in found if slot.ends_at > clock.now()]


@router.put("/pickup-slots", response=list[SlotAnswer], auth=scope(Scope.STOCK_WRITE), summary="Set slots")
def set_slots(request: KeyedRequest, payload: SlotsGiven) -> list[dict[str, Any]]:
    """Let there be these slots: new ones are opened, those that begin at the same moment get this capacity.

    Saying it again changes nothing. 409 `short` when a slot has more orders already; then none is changed.
    """
    given = [SlotInput(one.starts_at, one.ends_at, one.capacity) for one in payload.slots]
    with staff.at_place(request):
        found = door.set_slots(location=payload.location, slots=given, by=by(request))
    return [_slot(slot) for slot in found]


@router.get(
    "/locations/{code}/openings",
    response=list[OpeningAnswer],
    auth=scope(Scope.STOCK_READ),
    summary="Slots of each week",
)
def openings(request: KeyedRequest, code: str) -> list[dict[str, Any]]:
    """When the location opens slots each week."""
    return [_opening(one) for one in door.openings(location=code)]


@router.put(
    "/locations/{code}/openings",
    response=list[OpeningAnswer],
    auth=scope(Scope.STOCK_WRITE),
    summary="Set the slots of each week",
)
def save_openings(request: KeyedRequest, code: str, payload: OpeningsGiven) -> list[dict[str, Any]]:
    """Say when slots are opened each week, a fortnight ahead. What shoppers have booked already stays booked."""
    given = [
        Opening(DAYS.index(day), one.opens, one.closes, one.minutes, one.capacity)
        for one in payload.openings
        for day in one.days
    ]
    with staff.at_place(request):
        door.save_openings(location=code, openings=given, by=by(request))
    return [_opening(one) for one in door.openings(location=code)]


def _slot(slot: Slot) -> dict[str, Any]:
    return {word: getattr(slot, word) for word in SlotAnswer.model_fields}


def _opening(one: Opening) -> dict[str, Any]:
    told = {word: getattr(one, word) for word in ("opens", "closes", "minutes", "capacity")}
    return {"day": DAYS[one.weekday], **told}


def _told(place: Location) -> LocationAnswer:
    words = LocationAnswer.model_fields
    return LocationAnswer(**{word: getattr(place, word) for word in words})
