"""Where ledgers of orders and balances differ: what it is about, what is kept, what the ledger says."""

from edino.kernel import sql

_SQL = sql.statements("edino.orders", "drift.sql")
Row = tuple[str, int, int]


def payments() -> list[Row]:
    """What payments have given back, against the ledger of refunds."""
    return [*sql.tuples(_SQL["payments"]), *sql.tuples(_SQL["gift_cards"])]


def returned() -> list[Row]:
    """Pieces that came back, against the returns."""
    return sql.tuples(_SQL["returned"])


def promised() -> list[Row]:
    """What is promised of stock, against the allocations."""
    return sql.tuples(_SQL["promised"])


def slots() -> list[Row]:
    """What is taken of times of pickup, against the orders."""
    return sql.tuples(_SQL["slots"])
