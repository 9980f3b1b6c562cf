"""The door of activity: taking events in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import msgspec

from edino.activity import queries, rules
from edino.activity.types import Incoming, Intake, OrderFact, OrderLine, Problem, Recorded
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


def record_orders(*, source: Source, lines: Sequence[OrderLine]) -> Recorded:
    """Put orders and refunds on the log from their lines, one fact for each with its lines in the body.

    Runs in the caller's transaction and may raise `TryAgain`. A line taken before changes nothing; one whose key was
    taken with other goods, quantity or price is refused; one that is new in a known order is added to it.
    """
    at = clock.now()
    log.make_ready(at)
    scope = str(source.id)
    keys = [rules.line_key(scope, line) for line in lines]
    known = log.known(keys, "fact")
    fresh: list[OrderLine] = []
    rejected: list[Problem] = []
    unchanged = 0
    for key, line in zip(keys, lines, strict=True):
        mark = rules.line_mark(line)
        before = known.get(key)
        if before is None:
            known[key] = mark
            fresh.append(line)
        elif before == mark:
            unchanged += 1
        else:
            reason = f"Line {line.ordinal} of order {line.order_id} was taken before with other goods or another price."
            rejected.append(Problem(line.row, "ordinal", "conflict", reason))
    facts, contradicted = rules.order_facts(scope, fresh)
    facts, elsewhere = _not_taken_elsewhere(scope, facts)
    _append_orders(source, facts)
    recorded = Recorded(unchanged, tuple(rejected + contradicted + elsewhere))
    queries.add_intake(source.id, at, Intake(len(facts), 0, 0, recorded.rejected, ()))
    return recorded


def _not_taken_elsewhere(scope: str, facts: list[OrderFact]) -> tuple[list[OrderFact], list[Problem]]:
    """Orders that are new, or came from lines before; the lines of those that came through another door."""
    taken = log.known([fact.key for fact in facts], "fact")
    free: list[OrderFact] = []
    refused: list[Problem] = []
    for fact in facts:
        mark = taken.get(fact.key)
        if mark is not None and mark != rules.FROM_LINES:
            reason = f"Order {fact.number} was taken before as an event of this source."
            refused += [Problem(line.row, "order_id", "known", reason) for line in fact.lines]
            continue
        if mark is not None:
            fact.key, fact.addition = rules.added_key(scope, fact), True
        free.append(fact)
    return free, refused


def _append_orders(source: Source, facts: Sequence[OrderFact]) -> None:
    scope = str(source.id)
    keys = [fact.key for fact in facts]
    marks = [rules.FROM_LINES] * len(facts)
    for fact in facts:
        keys += [rules.line_key(scope, line) for line in fact.lines]
        marks += [rules.line_mark(line) for line in fact.lines]
    if len(log.take_fact_keys(keys, marks)) < len(keys):
        raise TryAgain
    theirs = [fact for fact in facts if fact.identifiers]
    sightings = [
        Sighting(
            source.id,
            source.trust,
            fact.identifiers,
            frozenset(item.kind for item in fact.identifiers if item.kind in source.confirms),
            fact.at,
            fact.key,
        )
        for fact in theirs
    ]
    profiles = dict(zip((fact.key for fact in theirs), customers.resolve(sightings), strict=True)) if theirs else {}
    log.append(
        log.Fact(
            fact.type,
            "fact",
            fact.at,
            msgspec.Raw(rules.order_body(fact)),
            profiles.get(fact.key),
            source.id,
            fact.key,
            rules.FROM_LINES,
        )
        for fact in facts
    )
