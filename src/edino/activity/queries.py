"""Activity's statements, one typed function each."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from edino.activity.types import HourCount, Intake, Problem, SourceIntake, TimelineItem, Trouble
from edino.kernel import log, sql

_SQL = sql.statements("edino.activity", "collector.sql")
_ORDERS = sql.statements("edino.activity", "orders.sql")


def add_intake(source_id: int, at: datetime, intake: Intake) -> None:
    """Note what became of a batch."""
    params = {"source_id": source_id, "at": at, "accepted": intake.accepted, "duplicates": intake.duplicates}
    sql.execute(_SQL["add_intake"], {**params, "conflicts": intake.conflicts, "rejected": len(intake.rejected)})


def add_rejections(source_id: int, at: datetime, severity: str, problems: Sequence[Problem]) -> None:
    """Keep problems of a severity ("rejected" or "warning") for the developer page."""
    params = {
        "source_id": source_id,
        "at": at,
        "severities": [severity] * len(problems),
        "fields": [problem.field for problem in problems],
        "codes": [problem.code for problem in problems],
        "reasons": [problem.reason for problem in problems],
    }
    sql.execute(_SQL["add_rejections"], params)


_TIMELINE = sql.statements("edino.activity", "timeline.sql")


def timeline(
    *,
    customer_id: int,
    before: datetime,
    before_id: int,
    types: list[str] | None,
    sources: list[int] | None,
    size: int,
) -> list[TimelineItem]:
    """What a customer did before a moment, newest first."""
    params = {"customer_id": customer_id, "before": before, "before_id": before_id, "size": size}
    found = sql.tuples(_TIMELINE["timeline"], {**params, "types": types, "sources": sources})
    return _items(found)


class Choice(NamedTuple):
    """So many of the newest events of these types: facts of all times, or whatever came since a moment."""

    types: Sequence[str]
    size: int
    since: datetime | None = None


def standing(customer_id: int, choices: Mapping[str, Choice]) -> dict[str, list[TimelineItem]]:
    """The newest events of each choice, newest first."""
    params = {
        "customer_id": customer_id,
        "names": list(choices),
        "types": ["|".join(one.types) for one in choices.values()],
        "sizes": [one.size for one in choices.values()],
        "classes": [log.CLASSES["fact" if one.since is None else "behaviour"] for one in choices.values()],
        "sinces": ["-infinity" if one.since is None else one.since.isoformat() for one in choices.values()],
    }
    found = sql.tuples(_TIMELINE["standing"], params)
    chosen: dict[str, list[TimelineItem]] = {name: [] for name in choices}
    for (name, *_), item in zip(found, _items([row[1:] for row in found]), strict=True):
        chosen[name].append(item)
    return chosen


def happened(types: Sequence[str], since: datetime, before: datetime, until: datetime) -> dict[str, tuple[int, int]]:
    """How many facts of each type came since a moment, and from `before` until `until`."""
    params = {"types": list(types), "since": since, "before": before, "until": until}
    return {type_: (lately, earlier) for type_, lately, earlier in sql.tuples(_TIMELINE["happened"], params)}


def amounts(profiles: Sequence[int]) -> tuple[int, int]:
    """Events and orders of these profiles."""
    found = sql.tuples(_TIMELINE["amounts"], {"profiles": list(profiles)})
    return found[0][0], found[0][1]


def last_events(*, source_id: int, since: datetime, size: int) -> list[TimelineItem]:
    """The newest events of a source."""
    return _items(sql.tuples(_TIMELINE["last_events"], {"source_id": source_id, "since": since, "size": size}))


def _items(found: list[tuple[Any, ...]]) -> list[TimelineItem]:
    return [
        TimelineItem(
            row[0],
            row[1],
            row[2],
            log.NAMES[row[3]],
            row[4],
            row[5],
            row[6],
            row[7] or "",
            row[8] or "",
            row[9],
            row[10],
        )
        for row in found
    ]


def sources_of_channel(channel: str) -> list[int]:
    """The sources of a channel."""
    return [id_ for id_, _, code in sql.tuples(_TIMELINE["sources"]) if code == channel]


def intake_since(since: datetime) -> list[SourceIntake]:
    """What came from each source since a moment."""
    return sql.rows(_TIMELINE["health"], {"since": since}, SourceIntake)


def last_seen(ids: Sequence[int]) -> dict[int, datetime | None]:
    """When anything last came from these sources."""
    return dict(sql.tuples(_TIMELINE["last_seen"], {"ids": list(ids)}))


def intake_by_hour(since: datetime) -> list[HourCount]:
    """Accepted events by source and hour."""
    return sql.rows(_TIMELINE["by_hour"], {"since": since}, HourCount)


def troubles(*, source_id: int, after: int, size: int) -> list[Trouble]:
    """The newest troubles of a source with ids above one."""
    return sql.rows(_TIMELINE["last_rejections"], {"source_id": source_id, "after": after, "size": size}, Trouble)


def fact_bodies(keys: Sequence[UUID]) -> dict[UUID, Any]:
    """The bodies of business facts by their keys, numbers exactly as they were given."""
    found = sql.tuples(_ORDERS["fact_bodies"], {"keys": list(keys)})
    return {key: json.loads(body, parse_float=Decimal) for key, body in found}


_EXTRACTS = sql.statements("edino.activity", "extracts.sql")


def events_after(after: tuple[int, str, int], size: int) -> list[tuple[Any, ...]]:
    """The next events of the log: (epoch, xid, id), then key, type, class, times, source, customer, body."""
    params = {"epoch": after[0], "xid": after[1], "id": after[2], "size": size}
    found = sql.tuples(_EXTRACTS["events"], params)
    return [((row[0], row[1], row[2]), *row[3:5], log.NAMES[row[5]], *row[6:]) for row in found]
