"""Refunds whose sale came after them."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from edino.kernel import sql

_SQL = sql.statements("edino.orders", "belated.sql")


class Early(NamedTuple):
    """A line of a refund that was taken before its sale."""

    sale: UUID
    refund: UUID
    id: int
    sku: str
    quantity: int
    amount: int


class Loose(NamedTuple):
    """Money of a till's refund that is of no payment."""

    id: int
    refund: UUID
    tender: str
    amount: int
    currency: str
    provider: str
    provider_ref: str


def here(uids: Sequence[UUID]) -> list[UUID]:
    """Of these sales those that are in the book."""
    return [uid for (uid,) in sql.tuples(_SQL["here"], {"uids": list(uids)})]


def alone() -> None:
    """Wait until every batch with sales has ended, and keep others out until this one has."""
    sql.tuples(_SQL["alone"])


def beside() -> None:
    """Wait for whoever is alone."""
    sql.tuples(_SQL["beside"])


def early(sales: Sequence[UUID]) -> list[Early]:
    """Lines of refunds that name these sales and are of none yet, oldest first, locked."""
    return [Early(*row) for row in sql.tuples(_SQL["early"], {"uids": list(sales)})]


def divide(parts: Sequence[tuple[int, int | None, int, int]]) -> None:
    """(line of a return, sold line, pieces, amount): the first part of each stays in its row, the others are added."""
    first = list({one[0]: one for one in reversed(parts)}.values())
    rest = [one for one in parts if one not in first]
    for name, rows in (("add_parts", rest), ("first_parts", first)):
        if rows:
            ids, lines, quantities, amounts = (list(column) for column in zip(*rows, strict=True))
            sql.execute(_SQL[name], {"ids": ids, "lines": lines, "quantities": quantities, "amounts": amounts})


def loose(refunds: Sequence[UUID]) -> list[Loose]:
    """Money of these refunds that is of no payment, locked."""
    return [Loose(*row) for row in sql.tuples(_SQL["loose"], {"refunds": [str(uid) for uid in refunds]})]


def tie_refunds(rows: Sequence[tuple[int, int, int, int]]) -> None:
    """(row of the ledger, order, payment, amount): it is of this payment, and counts on it."""
    ids, orders, payments, amounts = (list(column) for column in zip(*rows, strict=True))
    sql.execute(_SQL["tie_refunds"], {"ids": ids, "orders": orders, "payments": payments, "amounts": amounts})
