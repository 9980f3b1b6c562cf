"""Messages to customers about their orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from edino.kernel import sql
from edino.orders.queries.book import text
from edino.orders.types.telling import Told

_SQL = sql.statements("edino.orders", "telling.sql")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice that is mine to send."""

    id: int
    order_uid: UUID | None
    return_uid: UUID | None
    kind: str
    detail: Mapping[str, Any]
    tries: int


def add_notices(rows: Sequence[Mapping[str, Any]], at: datetime) -> int:
    """Remember what is to be told; how many were new."""
    return sql.execute(_SQL["add_notices"], {"rows": text(rows), "at": at})


def claim(at: datetime, until: datetime, size: int) -> list[Claimed]:
    """Take notices that are due until a moment."""
    return sql.rows(_SQL["claim"], {"at": at, "until": until, "size": size}, Claimed)


def lost(at: datetime) -> int:
    """Give up those whose sender died; how many."""
    return sql.execute(_SQL["lost"], {"at": at})


def ended(
    id_: int, state: str, at: datetime, *, channel: str = "", note: str = "", next_at: datetime | None = None
) -> int | None:
    """Say how the sending ended; the order, None when the notice was not being sent any more."""
    values = {"id": id_, "state": state, "at": at, "channel": channel, "note": note, "next_at": next_at}
    found: int | None = sql.scalar(_SQL["ended"], values)
    return found


def notices(order_id: int) -> list[Told]:
    """What a customer was told of an order."""
    return sql.rows(_SQL["notices"], {"order_id": order_id}, Told)


def owner(profile_id: int) -> UUID | None:
    """The customer whose a profile is now."""
    found: UUID | None = sql.scalar(_SQL["owner"], {"profile_id": profile_id})
    return found
