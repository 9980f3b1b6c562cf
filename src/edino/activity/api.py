"""The door of activity: taking events in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import msgspec

from edino.activity import queries, rules
from edino.activity.types import Incoming, Intake, Problem
from edino.channels.types import Source
from edino.customers import api as customers
from edino.customers.types import Sighting
from edino.kernel import clock, ids, log
from edino.kernel.transactions import TryAgain, retried

_KEPT_PROBLEMS = 50
_Pairs = tuple[list[Incoming], int, int]


@dataclass(frozen=True, slots=True)
class _Sorted:
    """A batch against what is known: what to store (conflicts under a key of their own), and the counts."""

    fresh: list[Incoming]
    duplicates: int
    conflicts: list[Problem]


def collect(*, source: Source, messages: Sequence[bytes], call: str | None = None) -> Intake:
    """Take a batch of messages of the tracking spec, each given as its JSON text.

    Durable when it returns, every customer resolved. A bad message is reported and spoils nothing; one that was taken
    before is counted as a duplicate; one whose id was taken by another body is kept and reported as a conflict.
    """
    received = clock.now()
    log.make_ready(received)
    reader = rules.Reader(
        scope=str(source.id), confirms=source.confirms, received=received, usable=_usable
    )
    events, rejected = _read(reader, messages, call)
    return retried(partial(_store, source, events, tuple(rejected), tuple(reader.warnings)))


_usable: Callable[..., object] = customers.usable


def _read(
    reader: rules.Reader, messages: Iterable[bytes], call: str | None
) -> tuple[list[Incoming], list[Problem]]:
    events: list[Incoming] = []
    rejected: list[Problem] = []
    for index, raw in enumerate(messages):
        try:
            events.append(reader.read(index, raw, call))
        except rules.Rejected as error:
            rejected.append(Problem(index, error.field, error.code, error.reason))
    return events, rejected


def _store(
    source: Source, events: list[Incoming], rejected: tuple[Problem, ...], warnings: tuple[Problem, ...]
) -> Intake:
    found = _sort(events)
    fresh = found.fresh
    known = [event for event in fresh if event.identifiers]
    sightings = [
        Sighting(source.id, source.trust, event.identifiers, event.confirmed, event.occurred_at, event.key)
        for event in known
    ]
    profiles = dict(zip((event.key for event in known), customers.resolve(sightings), strict=True)) if known else {}
    traits = [
        (profiles[event.key], event.occurred_at, event.key, event.traits)
        for event in known
        if event.traits
    ]
    if traits:
        customers.learn(source=source, traits=traits)
    log.append(
        log.Fact(
            event.type,
            event.klass,
            event.occurred_at,
            msgspec.Raw(event.body),
            profiles.get(event.key),
            source.id,
            event.key,
            event.mark,
        )
        for event in fresh
    )
    intake = Intake(
        len(fresh), found.duplicates, len(found.conflicts), rejected, (*warnings, *found.conflicts)
    )
    at = clock.now()
    queries.add_intake(source.id, at, intake)
    for severity, problems in (("rejected", intake.rejected), ("warning", intake.warnings)):
        if problems:
            queries.add_rejections(source.id, at, severity, problems[:_KEPT_PROBLEMS])
    return intake


def _sort(events: Sequence[Incoming]) -> _Sorted:
    """Tell new events from those taken before, in this batch or an earlier one."""
    taken: dict[UUID, int] = {}
    for klass in ("behaviour", "fact"):
        keys = [event.key for event in events if event.klass == klass]
        taken.update(log.known(keys, klass))  # type: ignore[arg-type]  # the loop names both classes
    clashes = [event for event in events if taken.get(event.key, event.mark) != event.mark]
    apart = {ids.content_id(str(event.key), str(event.mark)) for event in clashes}
    apart_known = {**log.known(list(apart), "behaviour"), **log.known(list(apart), "fact")} if apart else {}
    taken.update(apart_known)
    fresh: list[Incoming] = []
    conflicts: list[Problem] = []
    duplicates = 0
    for event in events:
        before = taken.get(event.key)
        if before is not None and before != event.mark:
            event.key = ids.content_id(str(event.key), str(event.mark))
            if event.key not in taken:
                conflicts.append(Problem(event.index, "messageId", "conflict", _CONFLICT))
            before = taken.get(event.key)
        if before is not None:
            duplicates += 1
            continue
        taken[event.key] = event.mark
        fresh.append(event)
    facts = [event for event in fresh if event.klass == "fact"]
    if facts:
        free = log.take_fact_keys([event.key for event in facts], [event.mark for event in facts])
        if len(free) < len(facts):
            raise TryAgain
    return _Sorted(fresh, duplicates, conflicts)


_CONFLICT = "This id was used before for something else; both are kept."
