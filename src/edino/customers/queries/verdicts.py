"""Statements of what staff decided about who is who."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from edino.customers.types import CustomerRef, Node
from edino.customers.types.verdicts import Undoable
from edino.kernel import sql

_SQL = sql.statements("edino.customers", "verdicts.sql")

Pair = tuple[int, int]
"""Two identifier ids, the smaller first."""


class MemberRow(NamedTuple):
    """An identifier and whose it is."""

    node: Node
    customer: int


def customer_now(uid: UUID) -> CustomerRef | None:
    """The customer that a public id, perhaps retired, stands for now."""
    return sql.row(_SQL["customer_now"], {"uid": uid}, CustomerRef)


def members(customers: Iterable[int]) -> list[MemberRow]:
    """The identifiers of customers."""
    found = sql.tuples(_SQL["members"], {"customers": list(customers)})
    return [MemberRow(Node(*row[:5]), row[5]) for row in found]


def refs(ids: Iterable[int]) -> tuple[CustomerRef, ...]:
    """Customers by their numbers, the one seen first at the head."""
    return tuple(sql.rows(_SQL["refs"], {"ids": list(ids)}, CustomerRef))


def add_separation(sides: Sequence[tuple[int, int]], by: str, reason: str, at: datetime) -> int:
    """Keep (identifier, side) pairs apart; the separation's number."""
    params = {"ids": [s[0] for s in sides], "sides": [s[1] for s in sides], "by": by, "reason": reason, "at": at}
    return int(sql.scalar(_SQL["add_separation"], params))


def sides(separation: int) -> list[tuple[int, int, bool]]:
    """(identifier, its customer, does the separation stand) of both sides."""
    return sql.tuples(_SQL["sides"], {"id": separation})


def revoke_separation(separation: int, at: datetime) -> bool:
    """Undo a separation; whether it stood."""
    return sql.execute(_SQL["revoke_separation"], {"id": separation, "at": at}) > 0


def separations_between(ids: Iterable[int]) -> list[int]:
    """The separations that keep some of these identifiers apart."""
    return [id_ for (id_,) in sql.tuples(_SQL["separations_between"], {"ids": list(ids)})]


def add_verdict(pairs: Sequence[Pair], event: UUID, by: str, reason: str, at: datetime) -> int:
    """Keep a verdict on pairs and claim what it says; its number."""
    arrays = _arrays(pairs)
    id_ = int(sql.scalar(_SQL["add_verdict"], {**arrays, "event": event, "by": by, "reason": reason, "at": at}))
    claim_again(pairs)
    return id_


def verdict(id_: int) -> tuple[list[Pair], bool] | None:
    """The pairs of a verdict and whether it stands."""
    found = sql.tuples(_SQL["verdict"], {"id": id_})
    return (list(zip(found[0][0], found[0][1], strict=True)), found[0][2]) if found else None


def revoke_verdict(id_: int, at: datetime) -> bool:
    """Undo a verdict; whether it stood."""
    return sql.execute(_SQL["revoke_verdict"], {"id": id_, "at": at}) > 0


def claim_again(pairs: Sequence[Pair]) -> None:
    """Let the claims on these pairs say what the verdicts that stand say."""
    sql.execute(_SQL["forget_verdict_claims"], _arrays(pairs))
    sql.execute(_SQL["claim_verdicts"], _arrays(pairs))


def standing(ids: Iterable[int]) -> list[Undoable]:
    """The verdicts of staff that stand for any of these identifiers."""
    return sql.rows(_SQL["standing"], {"ids": list(ids)}, Undoable)


def whose(profiles: Iterable[int]) -> dict[int, int]:
    """Profile → customer."""
    return dict(sql.tuples(_SQL["whose"], {"profiles": list(profiles)}))


def assignments(after: int, size: int) -> list[tuple[int, str, str, UUID, bool]]:
    """(id, kind, value, customer's public id, shared) of identifiers after an id."""
    return sql.tuples(_SQL["assignments"], {"after": after, "size": size})


def _arrays(pairs: Sequence[Pair]) -> dict[str, list[int]]:
    return {"a": [pair[0] for pair in pairs], "b": [pair[1] for pair in pairs]}
