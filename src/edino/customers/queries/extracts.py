"""Statements that read everything of a kind, in steps of so many rows after a key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from edino.customers.types import Said
from edino.kernel import sql

_SQL = sql.statements("edino.customers", "extracts.sql")
STEP: Final = 2_000


def customers(after: int) -> list[tuple[int, UUID, datetime]]:
    """(id, uid, first known at) of the next customers."""
    return sql.tuples(_SQL["customers"], {"after": after, "size": STEP})


def identifiers_of(customers: Sequence[int]) -> list[tuple[int, str, str]]:
    """(customer, kind, value) of these customers, oldest first."""
    return sql.tuples(_SQL["identifiers_of"], {"customers": list(customers)})


def traits_of(customers: Sequence[int]) -> list[tuple[int, str, Said]]:
    """(customer, field, what was said) of these customers."""
    return [(row[0], row[1], Said(*row[2:])) for row in sql.tuples(_SQL["traits_of"], {"customers": list(customers)})]


def identifiers(after: int) -> list[tuple[Any, ...]]:
    """(id, customer, kind, value, confirmed, shared, since) of the next identifiers."""
    return sql.tuples(_SQL["identifiers"], {"after": after, "size": STEP})


def consents(after: int) -> list[tuple[Any, ...]]:
    """(id, customer, kind, value, purpose, brand, state, at, verified, source, by, proof, recorded_at) of the next."""
    return sql.tuples(_SQL["consents"], {"after": after, "size": STEP})
