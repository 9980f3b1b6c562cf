"""Till receipts, whole batches at a time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from edino.kernel import sql
from edino.orders.queries.book import text
from edino.orders.types import ReceiptProblem, TillGap

_SQL = sql.statements("edino.orders", "receipts.sql")
Rows = Sequence[Mapping[str, Any]]


class SoldLine(NamedTuple):
    """A sold line of which something may come back, locked."""

    id: int
    order_id: int
    quantity: int
    cancelled: int
    returned: int
    fulfilled: int
    net: int
    less: int


class Before(NamedTuple):
    """A receipt that is here: what tells its content from others, and what its till was answered."""

    mark: bytes
    hash: str
    kind: str
    warnings: tuple[ReceiptProblem, ...] = ()


def known(uids: Sequence[UUID]) -> dict[UUID, Before]:
    """Receipts that are here."""
    found = sql.tuples(_SQL["known"], {"uids": list(uids)})
    return {
        uid: Before(bytes(mark), hash_, kind, tuple(ReceiptProblem(**one) for one in warnings))
        for uid, mark, hash_, kind, warnings in found
    }


def warned(warnings: Mapping[UUID, Sequence[ReceiptProblem]]) -> None:
    """Keep what tills were warned of, by receipt."""
    if warnings:
        rows = [{"uid": uid, "warnings": [asdict(one) for one in told]} for uid, told in warnings.items()]
        sql.execute(_SQL["warned"], {"rows": text(rows)})


def add_receipts(source_id: int, receipts: Rows, at: datetime) -> set[UUID]:
    """Take receipts; the uids that were free."""
    params = {"source_id": source_id, "receipts": text(receipts), "at": at}
    return {uid for (uid,) in sql.tuples(_SQL["add_receipts"], params)}


def places(codes: Sequence[str]) -> dict[str, int]:
    """Locations by code."""
    return dict(sql.tuples(_SQL["places"], {"codes": list(codes)})) if codes else {}


def goods(codes: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Variant and SKU by what a till's line names."""
    return {code: (id_, sku) for code, id_, sku in sql.tuples(_SQL["goods"], {"codes": list(codes)})}


def add_sales(
    *,
    source_id: int,
    channel: str,
    origin: str,
    at: datetime,
    sales: Rows,
    lines: Rows,
    payments: Rows,
    credits: Rows,  # noqa: A002 - the ledger's name
) -> None:
    """Write sales that happened."""
    params = {"source_id": source_id, "channel": channel, "origin": origin, "at": at, "sales": text(sales)}
    more = {"lines": text(lines), "payments": text(payments), "credits": text(credits)}
    sql.execute(_SQL["add_sales"], {**params, **more})


def owners(profiles: Sequence[int]) -> dict[int, int]:
    """The customer of each profile."""
    return dict(sql.tuples(_SQL["owners"], {"profiles": list(profiles)})) if profiles else {}


def sold_by_uid(uids: Sequence[UUID]) -> list[tuple[UUID, str, str, SoldLine]]:
    """(sale's uid, key, SKU, line) of sales, locked."""
    found = sql.tuples(_SQL["sold_by_uid"], {"uids": list(uids)})
    return [(row[0], row[1], row[2], SoldLine(*row[3:])) for row in found]


def sold_to(wanted: Sequence[tuple[int, str]], currency: str) -> list[tuple[int, str, SoldLine, datetime]]:
    """(customer, SKU, line, when) of what customers bought of goods and still have, locked."""
    params = {"owners": [owner for owner, _ in wanted], "skus": [sku for _, sku in wanted], "currency": currency}
    return [(row[0], row[1], SoldLine(*row[2:10]), row[10]) for row in sql.tuples(_SQL["sold_to"], params)]


def payments_of(order_ids: Sequence[int]) -> list[tuple[int, int, str, int]]:
    """(payment, order, tender, what it still holds), locked."""
    return list(sql.tuples(_SQL["payments_of"], {"order_ids": list(order_ids)}))


def add_settled(*, source_id: int | None, way: str, returns: Rows, lines: Rows) -> None:
    """Write returns that happened."""
    params = {"source_id": source_id, "way": way, "returns": text(returns), "lines": text(lines)}
    sql.execute(_SQL["add_settled"], params)


def less_due(less: Mapping[int, int]) -> None:
    """Sales are worth less."""
    sql.execute(_SQL["less_due"], {"ids": list(less), "less": list(less.values())})


def without_predecessor(uids: Sequence[UUID]) -> set[UUID]:
    """Receipts whose predecessor is not here."""
    return {uid for (uid,) in sql.tuples(_SQL["without_predecessor"], {"uids": list(uids)})}


def gaps(since: datetime, size: int) -> list[TillGap]:
    """Receipts whose predecessor never came."""
    return sql.rows(_SQL["gaps"], {"since": since, "size": size}, TillGap)


def cards_of(uids: Collection[UUID]) -> dict[UUID, int]:
    """The gift card that alone paid each of these sales with a card."""
    if not uids:
        return {}
    return {uid: int(card) for uid, card in sql.tuples(_SQL["cards_of"], {"uids": sorted(uids)})}


def open_cases(rows: Sequence[Mapping[str, Any]], at: datetime) -> int:
    """Open cases; how many were new."""
    return sql.execute(_SQL["open_cases"], {"rows": text(rows), "at": at}) if rows else 0


def close_case(uid: UUID, by: str, at: datetime) -> bool:
    """Somebody looked into it; False when it was closed, or never was."""
    return sql.scalar(_SQL["close_case"], {"uid": uid, "by": by, "at": at}) is not None
