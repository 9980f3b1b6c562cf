"""Calls about locations and the times when goods can be fetched there."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field, Router, Schema
from ninja.params.functions import Query

from edino.channels.api import scope
from edino.channels.types import Scope
from edino.inventory import api
from edino.inventory.http.keyed import KeyedRequest, by
from edino.inventory.types import Location, LocationInput
from edino.kernel import clock
from edino.kernel.json_api import Body
from edino.staff import api as staff

router = Router(tags=["inventory"])

Day = Query(None)


class LocationGiven(Body):
    """A location; fields that are left out stay as they are. `kind`: warehouse, store, partner."""

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
    return [
        {
            "uid": slot.uid,
            "starts_at": slot.starts_at,
            "ends_at": slot.ends_at,
            "capacity": slot.capacity,
            "free": slot.free,
        }
        for slot in found
        if slot.ends_at > clock.now()
    ]


def _told(place: Location) -> LocationAnswer:
    words = LocationAnswer.model_fields
    return LocationAnswer(**{word: getattr(place, word) for word in words})
