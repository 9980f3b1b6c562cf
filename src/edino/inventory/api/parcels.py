"""So many parcels leave a place in a day: a capacity for each day of its own calendar."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction

from edino.inventory.queries import places
from edino.inventory.types import Location
from edino.kernel import clock, holds

PARCELS: Final = "parcels"


class ParcelDay(NamedTuple):
    """A day of a place: its capacity, how many parcels it takes, and how many more."""

    capacity_id: int
    total: int
    free: int


def today(limited: Sequence[Location]) -> dict[int, ParcelDay]:
    """What is left of the day of each place that has a limit, by the place's id; days are begun at their first use."""
    days = {place.id: _day(place) for place in limited}
    found = places.parcel_days(days)
    missing = [place for place in limited if place.id not in found]
    if missing:
        with transaction.atomic():
            made = places.new_parcel_days(len(missing))
            totals = [(row, place.daily_parcels or 0, 0) for row, place in zip(made, missing, strict=True)]
            capacities = holds.open_capacities(PARCELS, totals)
            places.add_parcel_days(
                [
                    (row, place.id, days[place.id], capacity)
                    for row, place, capacity in zip(made, missing, capacities, strict=True)
                ]
            )
        found = places.parcel_days(days)
    return {place: ParcelDay(*rest) for place, rest in found.items()}


def change(place: Location) -> None:
    """Let today of a place take as many parcels as the place says now, but no fewer than are promised already."""
    if place.daily_parcels is None:
        return
    day = today([place])[place.id]
    wanted = max(place.daily_parcels, day.total - day.free)
    holds.change_totals([(day.capacity_id, wanted - day.total)])


def _day(place: Location) -> date:
    return clock.now().astimezone(ZoneInfo(place.time_zone)).date()
