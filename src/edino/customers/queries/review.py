"""Statements of why somebody is who they are, and of the cases that wait for people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from edino.customers.types.verdicts import CaseKind, CaseRow, Fragment
from edino.kernel import sql

_SQL = sql.statements("edino.customers", "review.sql")
MOST = 2000
"""At most so many claims, profiles or decisions are looked at for one customer."""


class ClaimsRow(NamedTuple):
    """The months of one source's claim put together; `strength` is what it adds to the weight of its kinds."""

    a: int
    b: int
    source_id: int
    strength: int
    verified: bool
    first_at: datetime
    last_at: datetime
    months: int


class EndRow(NamedTuple):
    """An identifier with the public id of its customer."""

    id: int
    kind: str
    value: str
    login: bool
    shared: bool
    customer: UUID


class DecisionRow(NamedTuple):
    """A decision as stored; `customer_ids` are numbers."""

    id: int
    what: str
    reason: str
    customer_ids: list[int]
    policy: int
    at: datetime
    inputs: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FullCase:
    """A case as stored, with the customers that its sides are now."""

    id: int
    what: CaseKind
    reason: str
    left: UUID
    right: UUID
    score: float | None
    opened_at: datetime
    later_until: datetime | None
    evidence: Any
    verdict: str | None
    closed_by: str | None
    closed_at: datetime | None


def claims_of(ids: Iterable[int]) -> list[ClaimsRow]:
    """What was claimed of these identifiers, the strongest first."""
    return [ClaimsRow(*row) for row in sql.tuples(_SQL["claims_of"], {"ids": list(ids), "most": MOST})]


def ends(ids: Iterable[int]) -> dict[int, EndRow]:
    """Identifiers by number."""
    return {row[0]: EndRow(*row) for row in sql.tuples(_SQL["ends"], {"ids": list(ids)})}


def fragments(ids: Iterable[int]) -> tuple[Fragment, ...]:
    """The profiles anchored on these identifiers, the oldest first."""
    return tuple(
        Fragment(profile, source, tuple(identifiers), anchor, first_at, months)
        for profile, source, identifiers, anchor, first_at, months in sql.tuples(
            _SQL["fragments"], {"ids": list(ids), "most": MOST}
        )
    )


def decisions(ids: Iterable[int]) -> list[DecisionRow]:
    """What was decided about the customers these identifiers are or were, the newest first."""
    return [DecisionRow(*row) for row in sql.tuples(_SQL["decisions"], {"ids": list(ids), "most": 200})]


def uids(ids: Iterable[int]) -> dict[int, UUID]:
    """Customer number → public id."""
    return dict(sql.tuples(_SQL["uids"], {"ids": list(ids)}))


def cases(what: str | None, after: tuple[datetime, int] | None, now: datetime, size: int) -> list[CaseRow]:
    """Open cases after a position, the newest first."""
    at, id_ = after or (None, None)
    return sql.rows(_SQL["cases"], {"what": what, "at": at, "id": id_, "now": now, "size": size}, CaseRow)


def waiting(now: datetime) -> dict[str, int]:
    """Kind of case → how many wait."""
    return dict(sql.tuples(_SQL["waiting"], {"now": now}))


def case(id_: int) -> FullCase | None:
    """One case, whatever became of it."""
    return sql.row(_SQL["case"], {"id": id_}, FullCase)


def lock_case(id_: int) -> bool | None:
    """Lock a case; whether it is open, None if there is none."""
    return sql.scalar(_SQL["lock_case"], {"id": id_})  # type: ignore[no-any-return]


def close_case(id_: int, verdict: str, by: str, at: datetime) -> None:
    """Note the verdict on a case."""
    sql.execute(_SQL["close_case"], {"id": id_, "verdict": verdict, "by": by, "at": at})


def reopen(customers: Iterable[int], verdict: str) -> None:
    """Let cases between these customers that were closed with this verdict wait again."""
    sql.execute(_SQL["reopen"], {"customers": list(customers), "verdict": verdict})


def put_off(id_: int, until: datetime) -> None:
    """Show a case again later."""
    sql.execute(_SQL["put_off"], {"id": id_, "until": until})


def said_of(ids: Iterable[int]) -> list[tuple[int, str, Any]]:
    """(customer, field, value) of all that was said."""
    return sql.tuples(_SQL["said_of"], {"ids": list(ids)})


def known_since(ids: Iterable[int]) -> dict[int, tuple[datetime, int, int]]:
    """Customer → (first seen, sources, profiles)."""
    return {row[0]: (row[1], row[2], row[3]) for row in sql.tuples(_SQL["known_since"], {"ids": list(ids)})}
