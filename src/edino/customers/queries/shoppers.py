"""Statements of shoppers' own log-in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from edino.customers.types import ACT
from edino.kernel import sql

_SQL = sql.statements("edino.customers", "shoppers.sql")


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser that is logged in."""

    kind: str
    value: str
    identifier_id: int
    profile_id: int
    customer_id: int
    uid: UUID
    seen_at: datetime
    until: datetime


def add_session(*, token: bytes, identifier: int, profile: int, source: int, at: datetime, until: datetime) -> None:
    """Log a browser in."""
    params = {"token": token, "identifier": identifier, "profile": profile, "source": source, "at": at, "until": until}
    sql.execute(_SQL["add_session"], params)


def session(token: bytes, at: datetime) -> SessionRow | None:
    """Whose browser this is."""
    return sql.row(_SQL["session"], {"token": token, "at": at}, SessionRow)


def keep_session(token: bytes, at: datetime, until: datetime, most: timedelta) -> None:
    """Put off the end of a session."""
    sql.execute(_SQL["keep_session"], {"token": token, "at": at, "until": until, "most": most})


def end_session(token: bytes) -> None:
    """Log a browser out."""
    sql.execute(_SQL["end_session"], {"token": token})


def end_old_sessions(at: datetime) -> None:
    """Drop sessions that are over."""
    sql.execute(_SQL["end_old_sessions"], {"at": at})


def end_sessions_of(identifiers: Sequence[int]) -> None:
    """Log out whoever proved these contacts."""
    sql.execute(_SQL["end_sessions_of"], {"identifiers": list(identifiers)})


def proved(identifier: int) -> set[int]:
    """What was proved together with this identifier, itself included."""
    return {id_ for (id_,) in sql.tuples(_SQL["proved"], {"identifier": identifier, "act": ACT})}
