"""Statements about who may be one person: what is compared, and the cases kept for people to decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from edino.kernel import sql

_SQL = sql.statements("edino.customers", "suggestions.sql")

NAMES: Final = ("first_name", "last_name", "name")
_FIELDS: Final = (*NAMES, "patronymic", "birthday", "city", "address")


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as the matching sees him: traits by field as their sources gave them, one phone, one e-mail."""

    customer_id: int
    traits: dict[str, Any]
    phone: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Likely:
    """Two customers, the smaller id left, that may be one person.

    `evidence`: per field its degree of agreement and its weight in bits, the weightiest first. It holds no values:
    what a person erases must not live on in a case.
    """

    left_id: int
    right_id: int
    probability: float
    evidence: Sequence[Mapping[str, str | float]]


def people() -> list[Person]:
    """Every customer that some source named."""
    return sql.rows(_SQL["people"], {"fields": list(_FIELDS), "names": list(NAMES)}, Person)


def keep(found: Sequence[Likely], at: datetime) -> tuple[int, int]:
    """Open or renew the cases of these pairs; how many were opened, and how many renewed."""
    params = {
        **_pairs(found),
        "scores": [pair.probability for pair in found],
        "evidence": [msgspec.json.encode(list(pair.evidence)).decode() for pair in found],
        "at": at,
    }
    opened = [new for (new,) in sql.tuples(_SQL["keep"], params)]
    return sum(opened), len(opened) - sum(opened)


def drop_others(found: Sequence[Likely]) -> int:
    """Take back open suggestions of other pairs; how many."""
    return sql.execute(_SQL["drop_others"], _pairs(found))


def _pairs(found: Sequence[Likely]) -> dict[str, list[int]]:
    return {"lefts": [pair.left_id for pair in found], "rights": [pair.right_id for pair in found]}
