"""What the screens of the office and of the stores read of the book, one function per statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from edino.kernel import sql
from edino.orders.types.office import BookFilter, BookRow, ReturnFilter, ReturnRow, SoldRow, Trouble, WorkRow

_OFFICE: Final = sql.statements("edino.orders", "office.sql")
COUNTED: Final = 10_001
"""Beyond this many a total is not worth its time."""


@dataclass(frozen=True, slots=True)
class _Uid:
    uid: UUID


def book(given: BookFilter, *, after: tuple[str, int] | None, size: int) -> list[BookRow]:
    """A page of the order book, newest first."""
    at, id_ = after or (None, None)
    return sql.rows(_OFFICE["book"], {**_values(given), "after_at": at, "after_id": id_, "size": size}, BookRow)


def count_book(given: BookFilter) -> int:
    """How many orders a filter keeps, at most `COUNTED`."""
    return int(sql.scalar(_OFFICE["count_book"], {**_values(given), "most": COUNTED}))


def store_work(location_id: int, *, size: int) -> list[WorkRow]:
    """What waits in a location, in order of slots."""
    return sql.rows(_OFFICE["store_work"], {"location_id": location_id, "size": size}, WorkRow)


def order_of_parcel(uid: UUID) -> UUID | None:
    """The order a parcel belongs to."""
    found = sql.rows(_OFFICE["parcel"], {"uid": uid}, _Uid)
    return found[0].uid if found else None


def sold_to(customer_id: int, *, size: int) -> list[SoldRow]:
    """What a customer may still bring back."""
    return sql.rows(_OFFICE["sold_to"], {"customer_id": customer_id, "size": size}, SoldRow)


def returns(given: ReturnFilter, *, below: int | None, size: int) -> list[ReturnRow]:
    """A page of returns, newest first."""
    return sql.rows(_OFFICE["returns"], {**_values(given), "below": below, "size": size}, ReturnRow)


def count_returns(given: ReturnFilter) -> int:
    """How many returns a filter keeps, at most `COUNTED`."""
    return int(sql.scalar(_OFFICE["count_returns"], {**_values(given), "most": COUNTED}))


def returns_of(order_id: int) -> list[ReturnRow]:
    """The returns that touch an order."""
    return sql.rows(_OFFICE["returns_of"], {"order_id": order_id}, ReturnRow)


def troubles(*, overdue: datetime, size: int) -> list[Trouble]:
    """What is nobody's turn; a parcel that was sent before `overdue` should have been heard of."""
    return sql.rows(_OFFICE["troubles"], {"overdue": overdue, "size": size}, Trouble)


def _values(given: BookFilter | ReturnFilter) -> Mapping[str, Any]:
    return {name: getattr(given, name) for name in type(given).__slots__}
