"""The statement by which an order is placed at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from edino.kernel import sql
from edino.orders.queries import book
from edino.orders.types import OrderInput, Waiting

_SQL = sql.statements("edino.orders", "at_once.sql")


def write(
    order: OrderInput,
    allocations: Sequence[Mapping[str, Any]],
    sums: Mapping[str, int],
    payments: Sequence[Waiting],
    *,
    code: str,
    at: datetime,
) -> str | None:
    """Write an order that is placed; its number, or None when its cart, number or uid has one already."""
    delivery = order.delivery
    params = {
        **book.columns(order, allocations),
        "method": delivery.method,
        "pickup": delivery.location,
        "starts_at": delivery.slot_starts_at,
        "ends_at": delivery.slot_ends_at,
        "payments": book.text(payments),
        "code": code,
        "at": at,
        **sums,
    }
    found: str | None = sql.scalar(_SQL["write"], params)
    return found
