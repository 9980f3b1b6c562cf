"""The door of activity: taking events in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from edino.activity import queries
from edino.activity.queries import Choice
from edino.activity.rules import carts, orders, reading
from edino.activity.types import (
    HourCount,
    Incoming,
    Intake,
    OrderFact,
    OrderLine,
    Problem,
    Recorded,
    SourceIntake,
    Standing,
    TimelineItem,
    TimelinePage,
    Trouble,
)
from edino.channels.types import Source, SourceHealth
from edino.customers import api as customers
from edino.customers.types import Sighting
from edino.kernel import clock, ids, log, paging
from edino.kernel.errors import Invalid
from edino.kernel.transactions import TryAgain, retried

_KEPT_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class _Sorted:
    """A batch against what is known: what to store (conflicts under a key of their own), and the counts."""

    fresh: list[Incoming]
    duplicates: int
    conflicts: list[Problem]


def collect(*, source: Source, messages: Sequence[bytes | msgspec.Raw], call: str | None = None) -> Intake:
    """Take a batch of messages of the tracking spec, each given as its JSON text.

    Durable when it returns, every customer resolved. A bad message is reported and spoils nothing; one that was taken
    before is counted as a duplicate; one whose id was taken by another body is kept and reported as a conflict.
    """
    received = clock.now()
    log.make_ready(received)
    usable = customers.Judge().of
    reader = reading.Reader(scope=str(source.id), confirms=source.confirms, received=received, usable=usable)
    events, rejected = _read(reader, messages, call)
    trusting = iter([True])
    return retried(lambda: _store(source, events, tuple(rejected), tuple(reader.warnings), next(trusting, False)))


def _read(
    reader: reading.Reader, messages: Iterable[bytes | msgspec.Raw], call: str | None
) -> tuple[list[Incoming], list[Problem]]:
    events: list[Incoming] = []
    rejected: list[Problem] = []
    for index, raw in enumerate(messages):
        try:
            events.append(reader.read(index, raw, call))
        except reading.Rejected as error:
            rejected.append(Problem(index, error.field, error.code, error.reason))
    return events, rejected


def _store(
    source: Source,
    events: list[Incoming],
    rejected: tuple[Problem, ...],
    warnings: tuple[Problem, ...],
    trusting: bool,
) -> Intake:
    """`trusting`: take this month's ids for new and let the log's index say otherwise; then look all of them up."""
    found = _sort(events, trusting)
    fresh = found.fresh
    known = [event for event in fresh if event.identifiers]
    sightings = [
        Sighting(source.id, source.trust, event.identifiers, event.confirmed, event.occurred_at, event.key)
        for event in known
    ]
    profiles = dict(zip((event.key for event in known), customers.resolve(sightings), strict=True)) if known else {}
    traits = [(profiles[event.key], event.occurred_at, event.key, event.traits) for event in known if event.traits]
    if traits:
        customers.learn(source=source, traits=traits)
    log.append(
        log.Fact(
            event.type,
            event.klass,
            event.occurred_at,
            event.body,
            profiles.get(event.key),
            source.id,
            event.key,
            event.mark,
        )
        for event in fresh
    )
    intake = Intake(len(fresh), found.duplicates, len(found.conflicts), rejected, (*warnings, *found.conflicts))
    at = clock.now()
    queries.add_intake(source.id, at, intake)
    for severity, problems in (("rejected", intake.rejected), ("warning", intake.warnings)):
        if problems:
            queries.add_rejections(source.id, at, severity, problems[:_KEPT_PROBLEMS])
    return intake


def _sort(events: Sequence[Incoming], trusting: bool) -> _Sorted:
    """Tell new events from those taken before, in this batch or an earlier one."""
    behaviour = [event.key for event in events if event.klass == "behaviour"]
    taken = log.known(behaviour, "behaviour", earlier=trusting)
    if len(behaviour) == len(events) and not taken and len(set(behaviour)) == len(behaviour):
        return _Sorted(list(events), 0, [])
    taken.update(log.known([event.key for event in events if event.klass == "fact"], "fact", earlier=trusting))
    clashes = [event for event in events if taken.get(event.key, event.mark) != event.mark]
    apart = {ids.content_key(event.key, str(event.mark)) for event in clashes}
    apart_known = {**log.known(list(apart), "behaviour"), **log.known(list(apart), "fact")} if apart else {}
    taken.update(apart_known)
    fresh: list[Incoming] = []
    conflicts: list[Problem] = []
    duplicates = 0
    for event in events:
        before = taken.get(event.key)
        if before is not None and before != event.mark:
            event = msgspec.structs.replace(event, key=ids.content_key(event.key, str(event.mark)))  # noqa: PLW2901
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

    Runs in the caller's transaction and may raise `TryAgain`. A line taken before changes nothing; one whose order
    and ordinal were taken with other goods, quantity or price is refused; a new one in a known order is added to it.
    """
    at = clock.now()
    log.make_ready(at)
    facts, rejected, unchanged = orders.order_facts(str(source.id), lines)
    marks = {fact.key: orders.lines_mark(fact.lines) for fact in facts}
    known = log.known(list(marks), "fact")
    fresh = [fact for fact in facts if fact.key not in known]
    unchanged += sum(len(fact.lines) for fact in facts if known.get(fact.key) == marks[fact.key])
    changed = [fact for fact in facts if known.get(fact.key, marks[fact.key]) != marks[fact.key]]
    if changed:
        added, problems, seen = _additions(changed)
        fresh += added
        rejected += problems
        unchanged += seen
    _append_orders(source, fresh)
    recorded = Recorded(unchanged, tuple(rejected), tuple(fresh))
    queries.add_intake(source.id, at, Intake(len(fresh), 0, 0, recorded.rejected, ()))
    return recorded


def _additions(changed: Sequence[OrderFact]) -> tuple[list[OrderFact], list[Problem], int]:
    """What known orders now have more: facts of the new lines; contradictions; how many lines are on the log."""
    stored: dict[UUID, dict[int, orders.Content]] = {}
    strange: set[UUID] = set()
    place: dict[UUID, int] = {fact.key: 0 for fact in changed}
    wanted = {fact.key: fact.key for fact in changed}
    while wanted:
        found = queries.fact_bodies(list(wanted))
        for key, body in found.items():
            first = wanted[key]
            place[first] += 1
            lines = orders.stored_lines(body)
            if lines is None:
                strange.add(first)
            else:
                stored.setdefault(first, {}).update(lines)
        wanted = {orders.added_key(wanted[key], place[wanted[key]]): wanted[key] for key in found}
    added: list[OrderFact] = []
    problems: list[Problem] = []
    unchanged = 0
    for fact in changed:
        if fact.key in strange:
            reason = f"Order {fact.number} was taken before as an event of this source."
            problems += [Problem(line.row, "order_id", "known", reason) for line in fact.lines.values()]
            continue
        before = stored.get(fact.key, {})
        new = {ordinal: line for ordinal, line in fact.lines.items() if ordinal not in before}
        old = [line for ordinal, line in fact.lines.items() if ordinal in before]
        wrong = [orders.contradiction(line) for line in old if before[line.ordinal] != orders.content(line)]
        problems += wrong
        unchanged += len(old) - len(wrong)
        if new:
            fact.lines, fact.addition, fact.key = new, True, orders.added_key(fact.key, place[fact.key])
            added.append(fact)
    return added, problems, unchanged


def _append_orders(source: Source, facts: Sequence[OrderFact]) -> None:
    marks = [orders.lines_mark(fact.lines) for fact in facts]
    if len(log.take_fact_keys([fact.key for fact in facts], marks)) < len(facts):
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
    if theirs:
        for fact, profile in zip(theirs, customers.resolve(sightings), strict=True):
            fact.profile_id = profile
    log.append(
        log.Fact(
            fact.type,
            "fact",
            fact.at,
            msgspec.Raw(orders.order_body(fact)),
            fact.profile_id,
            source.id,
            fact.key,
            mark,
        )
        for fact, mark in zip(facts, marks, strict=True)
    )


TIMELINE_PAGE: Final = 50
GROUPS: Final = {
    "orders": ("Order Completed", "Order Refunded", "Order Cancelled", "Order Updated", "Checkout Started"),
    "visits": ("page", "screen", "Product Viewed", "Product List Viewed", "Products Searched", "Cart Viewed"),
    "cart": ("Product Added", "Product Removed", "Cart Viewed", "Checkout Started", "Cart Shared"),
    "calls": ("Call Started", "Call Ended", "Call Missed", "Chat Started", "Chat Ended", "Message Received"),
    "permissions": ("Consent Granted", "Consent Refused", "Consent Withdrawn"),
}
"""Named choices of event types for filters; any single type is a choice of its own."""


def timeline(
    *,
    customer_id: int,
    cursor: str | None = None,
    group: str | None = None,
    channel: str | None = None,
    size: int = TIMELINE_PAGE,
) -> TimelinePage:
    """A page of what a customer did, newest first, in every channel; `group` is a name of `GROUPS` or a type."""
    after = paging.decode(cursor, 2)
    try:
        before = datetime.fromisoformat(after[0]) if after else datetime.max.replace(tzinfo=UTC)
        before_id = int(after[1]) if after else 0
        if not 0 <= before_id < 2**63 or before.tzinfo is None:
            raise ValueError
    except (TypeError, ValueError, OverflowError) as error:
        raise Invalid.field("cursor", "cursor", "This cursor was not made by this list.") from error
    if not 1 <= size <= 200:
        raise Invalid.field("limit", "range", "A page has from 1 to 200 items.")
    found = queries.timeline(
        customer_id=customer_id,
        before=before,
        before_id=before_id,
        types=list(GROUPS.get(group, (group,))) if group else None,
        sources=queries.sources_of_channel(channel) if channel else None,
        size=size + 1,
    )
    items, more = found[:size], len(found) > size
    next_cursor = paging.encode(items[-1].occurred_at.isoformat(), items[-1].id) if more else None
    return TimelinePage(tuple(items), next_cursor)


def standing(*, customer_id: int) -> Standing:
    """What is open with a customer now, over all channels: read from the log by two statements.

    The newest order and refund of all times; a cart and a contact of the last `OPEN`.
    """
    since = clock.now() - OPEN
    found = queries.standing(
        customer_id,
        {
            "cart": Choice(_CART, _CART_EVENTS, since),
            "order": Choice(("Order Completed",), 1),
            "refund": Choice(("Order Refunded",), 1),
            "contact": Choice(GROUPS["calls"], 1, since),
        },
    )
    order, refund, contact = (found[name][0] if found[name] else None for name in ("order", "refund", "contact"))
    return Standing(carts.cart_now(found["cart"]), order, refund, contact)


OPEN: Final = timedelta(days=90)
"""A cart that nobody touched, or a conversation that rested, for longer is not gone on with; the timeline has it."""
_CART: Final = (*GROUPS["cart"], "Order Completed")
_CART_EVENTS: Final = 40


def source_health(source_ids: Sequence[int]) -> dict[int, SourceHealth]:
    """How these sources are doing, for the registry of channels."""
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    today = {row.source_id: row for row in queries.intake_since(midnight)}
    last = queries.last_seen(list(source_ids))
    return {
        id_: SourceHealth(
            last_seen_at=last.get(id_),
            accepted_today=today[id_].accepted if id_ in today else 0,
            rejected_today=today[id_].rejected if id_ in today else 0,
        )
        for id_ in source_ids
    }


def intake_since(*, since: datetime) -> list[SourceIntake]:
    """What came from each source since a moment."""
    return queries.intake_since(since)


def intake_by_hour(*, since: datetime) -> list[HourCount]:
    """Accepted events by source and hour since a moment."""
    return queries.intake_by_hour(since)


def happened(*, types: Sequence[str], since: datetime) -> dict[str, tuple[int, int]]:
    """How many business facts of each type came since a moment, and in the same span of the day before."""
    day = timedelta(days=1)
    return queries.happened(types, since, since - day, clock.now() - day)


def amounts(*, profiles: Sequence[int]) -> tuple[int, int]:
    """How many events, and how many orders among them, stand on these profiles."""
    return queries.amounts(profiles) if profiles else (0, 0)


def latest(*, source_id: int, size: int = 30) -> tuple[list[TimelineItem], list[Trouble]]:
    """The newest events and troubles of a source in the last day, for the engineer who connects it."""
    since = clock.now() - timedelta(days=1)
    events = queries.last_events(source_id=source_id, since=since, size=size)
    return events, queries.troubles(source_id=source_id, after=0, size=size)
