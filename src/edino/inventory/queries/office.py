"""Statements of the screens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from edino.kernel import sql

_SQL = sql.statements("edino.inventory", "office.sql")
COUNTED: Final = 10_000
"""Rows are counted up to here."""


@dataclass(frozen=True, slots=True)
class StockRow:
    """A level in the list of stock."""

    id: int
    variant_id: int
    sku: str
    names: Mapping[str, str]
    options: Mapping[str, str]
    location_id: int
    location: str
    transit: bool
    on_hand: int
    promised: int
    free: int
    over: int
    aside: int
    expected: int


@dataclass(frozen=True, slots=True)
class StockFilter:
    """What of the stock is asked for."""

    words: str = ""
    location: str = ""
    state: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class MovementRow:
    """A line of the ledger."""

    id: int
    occurred_at: datetime
    location: str
    transit: bool
    kind: str
    condition: str
    quantity: int
    cause_kind: str
    cause_id: str
    by: str


def stock(given: StockFilter, *, after: tuple[str, int] | None, limit: int) -> list[StockRow]:
    """Levels by SKU, after a place in the list."""
    values = {
        "words": given.words,
        "location": given.location,
        "state": given.state,
        "channel": given.channel,
        "after_sku": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": limit,
    }
    return sql.rows(_SQL["stock"], values, StockRow)


def count_stock(given: StockFilter) -> int | None:
    """How many there are; None when a state is asked for, or when there are too many to count."""
    if given.state:
        return None
    values = {"words": given.words, "location": given.location, "limit": COUNTED}
    counted = int(sql.scalar(_SQL["count_stock"], values))
    return counted if counted < COUNTED else None


def movements(variant_id: int, limit: int) -> list[MovementRow]:
    """The last movements of a variant."""
    return sql.rows(_SQL["movements"], {"variant_id": variant_id, "limit": limit}, MovementRow)
