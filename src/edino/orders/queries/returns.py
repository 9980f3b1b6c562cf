"""Returns."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from edino.kernel import sql
from edino.orders.queries.book import text
from edino.orders.types import Return, ReturnLine

_SQL = sql.statements("edino.orders", "returns.sql")
_Line = tuple[
    int, int | None, UUID | None, str | None, int | None, str, str, int, int, str, str, str
]  # fmt: skip


def add_return(**values: Any) -> int | None:
    """Open a return; its id, or None when its uid is taken."""
    found: int | None = sql.scalar(_SQL["add_return"], values)
    return found


def add_lines(return_id: int, lines: Sequence[Mapping[str, Any]]) -> None:
    """Goods of a return."""
    sql.execute(_SQL["add_lines"], {"return_id": return_id, "lines": text(lines)})


def read(uid: UUID) -> tuple[Return, bytes] | None:
    """A return with its lines, and what tells it from another under its uid."""
    found = sql.tuples(_SQL["return"], {"uid": uid})
    if not found:
        return None
    *values, mark, lines = found[0]
    values[7] = values[7] or ""
    told = tuple(_line(one) for one in msgspec.convert(lines or [], list[_Line]))
    every: list[Any] = [*values, told]
    return Return(*every), bytes(mark or b"")


def _line(one: _Line) -> ReturnLine:
    values: list[Any] = [*one[:3], one[3] or "", *one[4:]]
    return ReturnLine(*values)


def lock(uid: UUID) -> bool:
    """Lock a return; False when there is none."""
    return sql.scalar(_SQL["lock_return"], {"uid": uid}) is not None


def move(
    id_: int,
    state: str,
    at: datetime,
    *,
    location_id: int | None = None,
    reason: str = "",
    worth: int | None = None,
    settlement: Mapping[str, Any] | None = None,
    exchange_uid: UUID | None = None,
) -> None:
    """Move a return on."""
    params = {"id": id_, "state": state, "at": at, "location_id": location_id, "reason": reason, "worth": worth}
    told = None if settlement is None else text(settlement)
    sql.execute(_SQL["move_return"], {**params, "settlement": told, "exchange_uid": exchange_uid})


def no_exchange(id_: int) -> None:
    """Nothing is taken instead after all."""
    sql.execute(_SQL["no_exchange"], {"id": id_})


def compensate(id_: int, code: str) -> bool:
    """Remember the coupon given for the trouble; False when there is one."""
    return sql.execute(_SQL["compensate"], {"id": id_, "code": code}) == 1


def inspect(rows: Sequence[tuple[int, str, str]]) -> None:
    """(line, disposition, note) of goods."""
    ids, dispositions, notes = (list(column) for column in zip(*rows, strict=True))
    sql.execute(_SQL["inspect"], {"ids": ids, "dispositions": dispositions, "notes": notes})


def receiptless(customer_id: int, since: datetime, currency: str) -> tuple[int, int]:
    """Times and worth of a customer's returns without a receipt since a moment."""
    params = {"customer_id": customer_id, "since": since, "currency": currency}
    found = sql.tuples(_SQL["receiptless"], params)[0]
    return found[0], found[1]


def returns_of(profiles: Sequence[int], size: int) -> list[UUID]:
    """Returns that stand on profiles, newest first."""
    return [uid for (uid,) in sql.tuples(_SQL["returns_of"], {"profiles": list(profiles), "size": size})]
