"""Statements that find people."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from edino.customers.types import Said
from edino.kernel import sql

_SQL = sql.statements("edino.customers", "search.sql")
_REACH: Final = 3
"""A name is on several profiles of one person, so more hits are read than people are shown."""
_AMONG: Final = 500
"""Words of one person on different profiles are looked for among this many."""


def by_value(values: Sequence[str], size: int) -> list[int]:
    """Customers known by one of these exact values."""
    return _ids(sql.tuples(_SQL["by_value"], {"values": list(values), "size": size}))


def by_tail(digits: str, size: int) -> list[int]:
    """Customers whose telephone or card ends with these digits."""
    return _ids(sql.tuples(_SQL["by_tail"], {"tail": digits[::-1], "size": size}))


def by_words(prefixes: Sequence[str], size: int) -> list[int]:
    """Customers who have, for each of these folded prefixes, a word that begins with it."""
    first, *others = sorted(prefixes, key=len, reverse=True)
    params = {"first": first, "others": others, "reach": size * _REACH, "size": size}
    found = sql.tuples(_SQL["by_words"], params)
    if not found and others:
        found = sql.tuples(_SQL["by_words_apart"], {**params, "among": _AMONG})
    return _ids(found)


def names(customers: Sequence[int]) -> dict[int, list[tuple[str, Said]]]:
    """What is said of the names of customers."""
    found: dict[int, list[tuple[str, Said]]] = {}
    for customer, field, *said in sql.tuples(_SQL["names"], {"customers": list(customers)}):
        found.setdefault(customer, []).append((field, Said(*said)))
    return found


def contacts(customers: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """(kind, value) contacts of customers, telephones first."""
    found: dict[int, list[tuple[str, str]]] = {}
    for customer, kind, value in sql.tuples(_SQL["contacts"], {"customers": list(customers)}):
        found.setdefault(customer, []).append((kind, value))
    return found


def last_seen(customers: Sequence[int]) -> dict[int, datetime]:
    """When customers were last seen."""
    return dict(sql.tuples(_SQL["last_seen"], {"customers": list(customers)}))


def _ids(found: Iterable[tuple[int, ...]]) -> list[int]:
    return [row[0] for row in found]
