"""Goods on their way, and the counters of sold lines."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from edino.kernel import sql
from edino.orders.queries.book import text

_SQL = sql.statements("edino.orders", "fulfilment.sql")


class Sold(NamedTuple):
    """A sold line, locked, with what its order says."""

    id: int
    order_id: int
    order_uid: UUID
    number: str
    currency: str
    profile_id: int | None
    state: str
    variant_id: int | None
    sku: str
    name: str
    quantity: int
    cancelled: int
    fulfilled: int
    returned: int
    unit: int
    net: int
    less: int
    measure: str


def move_fulfilment(
    id_: int,
    state: str,
    from_: Sequence[str],
    at: datetime,
    *,
    reason: str = "",
    carrier: str = "",
    tracking: str = "",
) -> bool:
    """Move a fulfilment on; False when it was in another state."""
    params = {"id": id_, "state": state, "from_": list(from_), "at": at, "reason": reason, "carrier": carrier}
    return sql.execute(_SQL["move_fulfilment"], {**params, "tracking": tracking}) == 1


def goods_left(pieces: Mapping[int, int]) -> None:
    """Goods of allocations left."""
    sql.execute(_SQL["goods_left"], {"ids": list(pieces), "quantities": list(pieces.values())})


def give_up(pieces: Sequence[tuple[int, int, bool]]) -> None:
    """(allocation, pieces, whether they had left already) that are no longer wanted."""
    ids, quantities, gone = (list(column) for column in zip(*pieces, strict=True))
    sql.execute(_SQL["give_up"], {"ids": ids, "quantities": quantities, "gone": gone})


def count_lines(changes: Mapping[int, tuple[int, int, int, int]]) -> None:
    """Add (cancelled, fulfilled, returned, less) to lines: pieces, and what those cancelled or returned are worth."""
    cancelled, fulfilled, returned, less = (list(column) for column in zip(*changes.values(), strict=True))
    params = {"ids": list(changes), "cancelled": cancelled, "fulfilled": fulfilled, "returned": returned, "less": less}
    sql.execute(_SQL["count_lines"], params)


def lock_lines(ids: Sequence[int]) -> dict[int, Sold]:
    """Lock sold lines."""
    return {row[0]: Sold(*row) for row in sql.tuples(_SQL["lock_lines"], {"ids": list(ids)})}


def settle_order(less: Mapping[int, int], at: datetime) -> None:
    """Bring orders to the state their lines, parcels and payments say; `less` is what is no longer due."""
    sql.execute(_SQL["settle_order"], {"ids": list(less), "less": list(less.values()), "at": at})


def add_allocations(rows: Sequence[Mapping[str, Any]]) -> None:
    """Allocations of lines that are there."""
    sql.execute(_SQL["add_allocations"], {"rows": text(rows)})


def park(order_id: int, why: str) -> None:
    """Say that nobody could fulfil an order; "" takes it back."""
    sql.execute(_SQL["park"], {"id": order_id, "why": why})


def promise_more(order_id: int, wants: Sequence[tuple[int, int, str]]) -> None:
    """(capacity, quantity, kind) that an order takes after it was placed, and gives back with the rest."""
    sql.execute(_SQL["promise_more"], {"id": order_id, "wants": text(wants)})


def add_credit(**values: Any) -> None:
    """Whose sale it is, too."""
    sql.execute(_SQL["add_credit"], values)


def cancel_empty(order_id: int, at: datetime) -> None:
    """Cancel fulfilments from which everything was taken away."""
    sql.execute(_SQL["cancel_empty"], {"order_id": order_id, "at": at})


def add_lines(order_id: int, lines: Sequence[Any]) -> dict[str, int]:
    """Add lines to an order; their ids by key."""
    found = sql.tuples(_SQL["add_lines"], {"order_id": order_id, "lines": text(lines)})
    return {key: id_ for id_, key in found}


def grow(order_id: int, *, gross: int, discount: int, net: int) -> None:
    """Add to the sums of an order."""
    sql.execute(_SQL["grow"], {"id": order_id, "gross": gross, "discount": discount, "net": net})
