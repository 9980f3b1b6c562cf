"""People from files: rows known by what they say, so that the same row twice changes nothing."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from edino.channels.types import Source
from edino.customers.api.people import learn
from edino.customers.api.resolving import resolve
from edino.customers.types import Sighting
from edino.customers.types.imported import ImportedPerson
from edino.kernel import clock, ids, log
from edino.kernel.transactions import TryAgain

IMPORTED = "customers.imported"
_encode = msgspec.json.Encoder(order="deterministic").encode


def record_people(*, source: Source, people: Sequence[ImportedPerson]) -> int:
    """Take rows about people in; how many said nothing new.

    Runs in the caller's transaction and may raise `TryAgain`. A row that this source said before, word for word and
    of the same moment, changes nothing, also when others have said something newer since.
    """
    at = clock.now()
    log.make_ready(at)
    rows: dict[UUID, ImportedPerson] = {}
    for person in people:
        rows.setdefault(_key(source, person), person)
    known = log.known(list(rows), "fact")
    fresh = {key: person for key, person in rows.items() if key not in known}
    if len(log.take_fact_keys(list(fresh), [0] * len(fresh))) < len(fresh):
        raise TryAgain
    sightings = [
        Sighting(
            source.id,
            source.trust,
            person.identifiers,
            frozenset(item.kind for item in person.identifiers if item.kind in source.confirms),
            person.at or at,
            key,
        )
        for key, person in fresh.items()
    ]
    profiles = resolve(sightings) if sightings else []
    told = list(zip(profiles, fresh.items(), strict=True))
    learn(source=source, traits=[(one, person.at or at, key, person.traits) for one, (key, person) in told])
    log.append(
        log.Fact(IMPORTED, "fact", person.at or at, {"fields": sorted(person.traits)}, one, source.id, key)
        for one, (key, person) in told
    )
    return len(people) - len(fresh)


def _key(source: Source, person: ImportedPerson) -> UUID:
    words = [word for item in sorted(person.identifiers) for word in item]
    moment = person.at.isoformat() if person.at else ""
    return ids.content_id("customers.imported", str(source.id), moment, _encode(person.traits).decode(), *words)
