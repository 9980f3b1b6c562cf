"""The door of returns: asked for, approved, received, inspected, exchanged, settled."""

from edino.orders.api.returning import (
    POLICY,
    approve,
    get_return,
    inspect,
    receive,
    refuse_return,
    request_return,
    returns_of,
    withdraw_return,
)
from edino.orders.api.settling import compensate, exchange, settle

__all__ = [
    "POLICY",
    "approve",
    "compensate",
    "exchange",
    "get_return",
    "inspect",
    "receive",
    "refuse_return",
    "request_return",
    "returns_of",
    "settle",
    "withdraw_return",
]
