"""The door of returns: asked for, approved, received, inspected, exchanged, settled."""

from edino.orders.api.limiting import allowance
from edino.orders.api.returning import (
    approve,
    get_return,
    inspect,
    receive,
    refuse_return,
    request_return,
    returns_of,
    withdraw_return,
)
from edino.orders.api.settling import (
    compensate,
    compensations,
    exchange,
    foreseen,
    gift_card_codes,
    no_exchange,
    settle,
)

__all__ = [
    "allowance",
    "approve",
    "compensate",
    "compensations",
    "exchange",
    "foreseen",
    "get_return",
    "gift_card_codes",
    "inspect",
    "no_exchange",
    "receive",
    "refuse_return",
    "request_return",
    "returns_of",
    "settle",
    "withdraw_return",
]
