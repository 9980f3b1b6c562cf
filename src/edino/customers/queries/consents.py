"""Statements about permissions and preferences."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from edino.customers.types import CONTACT_KINDS, Identifier, Purpose, State, Statement
from edino.kernel import clock, sql

_SQL = sql.statements("edino.customers", "consents.sql")


class Point(NamedTuple):
    """A contact point."""

    id: int
    kind: str
    value: str
    shared: bool


class NewConsent(NamedTuple):
    """A statement about to be recorded; `proof` is encoded JSON."""

    key: UUID
    identifier_id: int
    purpose: str
    brand: str
    state: State
    at: datetime
    verified: bool
    proof: str


class LedgerRow(NamedTuple):
    """A statement with all that is kept of it."""

    identifier_id: int
    purpose: str
    brand: str
    state: str
    at: datetime
    verified: bool
    source_id: int | None
    by: str
    proof: dict[str, Any]
    recorded_at: datetime


def purposes() -> list[Purpose]:
    """Every purpose."""
    return sql.rows(_SQL["purposes"], None, Purpose)


def add_consents(rows: Sequence[NewConsent], source_id: int | None, by: str) -> set[UUID]:
    """Add statements; the keys of those that were new."""
    names = ("keys", "identifiers", "purposes", "brands", "states", "ats", "verified", "proofs")
    arrays = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    params = {**arrays, "source_id": source_id, "by": by, "now": clock.now()}
    return {key for (key,) in sql.tuples(_SQL["add_consents"], params)}


def statements(points: Iterable[int]) -> list[Statement]:
    """Everything stated at these points."""
    return [Statement(*row) for row in sql.tuples(_SQL["statements"], {"identifiers": list(points)})]


def suppressed(hashes: Iterable[bytes]) -> list[tuple[bytes, str, str, datetime, bool]]:
    """(hash, purpose, brand, moment, verified) of refusals that outlived an erasure."""
    found = sql.tuples(_SQL["suppressed"], {"hashes": list(hashes)})
    return [(bytes(row[0]), *row[1:]) for row in found]


def ledger(points: Iterable[int]) -> list[LedgerRow]:
    """The whole ledger of these points, oldest first."""
    return [LedgerRow(*row) for row in sql.tuples(_SQL["ledger"], {"identifiers": list(points)})]


def points_beside(item: Identifier) -> list[Point]:
    """A contact point and the others of its customer; none when nobody knows it."""
    params = {"kind": item.kind, "value": item.value, "kinds": list(CONTACT_KINDS)}
    return [Point(*row) for row in sql.tuples(_SQL["points_beside"], params)]


def points_of(customer: int) -> list[Point]:
    """The contact points of a customer."""
    found = sql.tuples(_SQL["points_of"], {"customer": customer, "kinds": list(CONTACT_KINDS)})
    return [Point(*row) for row in found]


def profiles_for(points: Iterable[int]) -> dict[int, int | None]:
    """Contact point → a profile of its customer on which a fact about it may stand."""
    return dict(sql.tuples(_SQL["profiles_for"], {"identifiers": list(points)}))


def prefer(point: int, given: Mapping[str, Any], at: datetime, source_id: int | None) -> None:
    """Keep what is liked at a point."""
    values = [msgspec.json.encode(value).decode() for value in given.values()]
    params = {"identifier": point, "names": list(given), "values": values, "at": at, "source_id": source_id}
    sql.execute(_SQL["prefer"], params)


def preferences(points: Iterable[int]) -> list[tuple[int, str, Any, datetime]]:
    """(point, name, value, moment) rows."""
    return sql.tuples(_SQL["preferences"], {"identifiers": list(points)})
