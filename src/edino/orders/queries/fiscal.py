"""The outbox of fiscal receipts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from edino.kernel import sql
from edino.orders.queries.book import text
from edino.orders.types.fiscal import FiscalDocument, FiscalListing

_SQL = sql.statements("edino.orders", "fiscal.sql")


class Due(NamedTuple):
    """A receipt whose turn it is."""

    id: int
    state: str
    device: str
    device_uid: str
    attempts: int
    document: FiscalDocument
    order_uid: UUID | None


def queue(document: FiscalDocument, device: str, at: datetime) -> bool:
    """Put a receipt into the outbox; False when it is there."""
    params = {"external_id": document.external_id, "order_uid": document.order_uid, "kind": document.operation}
    return sql.execute(_SQL["queue"], {**params, "document": text(document), "device": device, "at": at}) == 1


def claim(at: datetime, until: datetime, size: int) -> list[Due]:
    """Take receipts whose turn it is."""
    found = sql.tuples(_SQL["claim"], {"at": at, "until": until, "size": size})
    due = [(*row[:5], msgspec.convert(row[5], FiscalDocument), row[6]) for row in found]
    return sorted((Due(*row) for row in due), key=lambda one: one.id)


def move(
    id_: int,
    state: str,
    at: datetime,
    next_at: datetime,
    *,
    device_uid: str = "",
    error: str = "",
    answer: Mapping[str, Any] | None = None,
) -> None:
    """What became of a receipt."""
    params = {"id": id_, "state": state, "at": at, "next_at": next_at, "device_uid": device_uid, "error": error[:2000]}
    sql.execute(_SQL["move"], {**params, "answer": text(answer or {})})


def contact(order_uid: UUID) -> tuple[str, str]:
    """E-mail and phone of an order."""
    found = sql.tuples(_SQL["contact"], {"order_uid": order_uid})
    return (found[0][0], found[0][1]) if found else ("", "")


def of_order(order_uid: UUID) -> list[FiscalListing]:
    """Receipts of an order."""
    return sql.rows(_SQL["of_order"], {"order_uid": order_uid}, FiscalListing)


def late(before: datetime, size: int) -> list[FiscalListing]:
    """Receipts that failed, or take too long."""
    return sql.rows(_SQL["late"], {"before": before, "size": size}, FiscalListing)


def again(id_: int, at: datetime) -> bool:
    """Try a failed receipt once more."""
    return sql.execute(_SQL["again"], {"id": id_, "at": at}) == 1
