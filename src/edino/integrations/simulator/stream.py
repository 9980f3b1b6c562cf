"""The whole city as one stream of events in the order in which word of them arrives.

Memory does not grow with the events: eight bytes per visit are kept to sort them, everything else is derived again
from the seed when its turn comes.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

import numpy as np

from edino.integrations.simulator.city import City, Identifier
from edino.integrations.simulator.messages import Message, message
from edino.integrations.simulator.people import shopper
from edino.integrations.simulator.plan import arrival, visits
from edino.integrations.simulator.visits import acts

_PERSON_BITS = 25
_VISIT_BITS = 11


@dataclass(frozen=True, slots=True)
class SimulatedEvent:
    """One event: what is sent (`message`, for `source`), and what is so: who did it and the identifiers in normal form.

    `occurred` and `arrives` are Unix seconds; they differ where a till was without a line.
    """

    source: str
    person: int
    occurred: int
    arrives: int
    identifiers: tuple[Identifier, ...]
    message: Message


def generate(city: City) -> Iterator[SimulatedEvent]:
    """Every event of the city, in order of arrival; equal cities give equal streams."""
    dice = Random()  # noqa: S311 a game, and one that must come out the same
    opens, run = city.opens, city.run
    visit_mask, person_mask = (1 << _VISIT_BITS) - 1, (1 << _PERSON_BITS) - 1
    for packed in _schedule(city):
        key = int(packed)
        number, visit_number = key >> _VISIT_BITS & person_mask, key & visit_mask
        arrives = opens + (key >> _VISIT_BITS + _PERSON_BITS)
        person = shopper(city, number, dice)
        visit = visits(city, person, dice)[visit_number]
        late = arrives - opens - visit.second
        for index, act in enumerate(acts(city, person, visit, visit_number, dice)):
            yield SimulatedEvent(
                source=act.source,
                person=number,
                occurred=opens + act.second,
                arrives=opens + act.second + late,
                identifiers=tuple([given.identifier for given in act.given]),
                message=message(act, run=run, opens=opens, person=number, visit=visit_number, index=index),
            )


def moment(second: int) -> datetime:
    """Unix seconds as an aware moment."""
    return datetime.fromtimestamp(second, UTC)


def _schedule(city: City) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    """All visits as (arrival, person, visit number) packed into 64 bits, sorted."""
    dice = Random()  # noqa: S311 a game, and one that must come out the same
    packed = array("Q")
    for number in range(city.shoppers):
        person = shopper(city, number, dice)
        for place, visit in enumerate(visits(city, person, dice)):
            arrives = arrival(city, visit, person.store)
            packed.append(arrives << _VISIT_BITS + _PERSON_BITS | number << _VISIT_BITS | place)
    schedule = np.frombuffer(packed, dtype=np.uint64)
    schedule.sort()
    return schedule
