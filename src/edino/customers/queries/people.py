"""Statements about who somebody is: what was said of them, and what the card shows."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from edino.kernel import sql

_SQL = sql.statements("edino.customers", "people.sql")


class NewTrait(NamedTuple):
    """A field as a source said it; `value` is encoded JSON."""

    profile_id: int
    field: str
    value: str
    verified: bool
    at: datetime
    event: UUID


def learn(rows: Sequence[NewTrait]) -> list[tuple[int, str, bool, bool]]:
    """Keep what is newer. (profile, field, was it known, did it change) of each row that was."""
    profiles, fields, values, verified, ats, events = map(list, zip(*rows, strict=True))
    params = {"profiles": profiles, "fields": fields, "values": values}
    return sql.tuples(_SQL["learn"], {**params, "verified": verified, "ats": ats, "events": events})  # type: ignore[return-value]


def forget_words(fields: Sequence[tuple[int, str]]) -> None:
    """Drop the search words of (profile, field) pairs."""
    sql.execute(_SQL["forget_words"], {"profiles": [f[0] for f in fields], "fields": [f[1] for f in fields]})


def add_words(rows: Sequence[tuple[int, str, str]]) -> None:
    """(profile, field, word) rows."""
    params = {"profiles": [row[0] for row in rows], "fields": [row[1] for row in rows], "words": [row[2] for row in rows]}
    sql.execute(_SQL["add_words"], params)
