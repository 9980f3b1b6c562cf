"""What follows from facts: each event moves its profile along the life of a customer."""

from collections.abc import Sequence
from datetime import datetime

from edino.customers.api import reference
from edino.customers.queries import people
from edino.customers.rules.stages import STEPS
from edino.customers.types import Steps
from edino.kernel import log

READER = "customers.stages"


@log.reader(READER, batch=2000)
def take_steps(events: Sequence[log.Event]) -> None:
    """Keep the last moment of each kind of step per profile."""
    places = reference.places()
    moments: dict[int, dict[str, datetime]] = {}
    for event in events:
        if event.profile_id is None:
            continue
        known = moments.setdefault(event.profile_id, {})
        for step in _steps(event, places):
            known[step] = max(event.occurred_at, known.get(step, event.occurred_at))
    if moments:
        people.take_steps({profile: Steps(**known) for profile, known in moments.items()})


def _steps(event: log.Event, places: frozenset[int]) -> tuple[str, ...]:
    step = STEPS.get(event.type)
    if step is None:
        return ("seen_at",)
    if step == "ordered_at" and event.source_id in places:
        return ("seen_at", step, "received_at")
    return ("seen_at", step)
