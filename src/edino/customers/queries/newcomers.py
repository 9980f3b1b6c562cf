"""Statements about people nobody knew."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from edino.kernel import sql

_SQL = sql.statements("edino.customers", "newcomers.sql")


def reserve(identifiers: int) -> tuple[list[int], int]:
    """Ids for so many identifiers about to be made, and for their profile."""
    found = sql.tuples(_SQL["reserve"], {"identifiers": identifiers})[0]
    return found[0], found[1]


def add(
    profile: dict[str, Any], identifiers: Sequence[tuple[int, str, str, bool]], claims: Sequence[tuple[int, int, bool]]
) -> tuple[int, bool, UUID]:
    """Store a profile, (id, kind, value, login), (a, b, verified): how many values were new, if it was, its uid."""
    params = {
        **profile,
        "ids": [one[0] for one in identifiers],
        "kinds": [one[1] for one in identifiers],
        "values": [one[2] for one in identifiers],
        "logins": [one[3] for one in identifiers],
        "a": [one[0] for one in claims],
        "b": [one[1] for one in claims],
        "verified": [one[2] for one in claims],
    }
    count, made, uid = sql.tuples(_SQL["add"], params)[0]
    return count, bool(made), uid
