"""What every change of an order begins and ends with: locking it, knowing who does it, doing it once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from edino.kernel import log
from edino.kernel.idempotency import fingerprint
from edino.orders.api.reading import order as read
from edino.orders.errors import KeyTaken, NoSuchOrder
from edino.orders.queries import book
from edino.orders.types import Fresh, Order
from edino.staff import api as staff
from edino.staff.types import Actor, Person

By = Person | Actor | None
"""Who does something: a person of the staff, a source or command, or nobody known (the customer)."""


def name(by: By) -> str:
    """Who it was, for the history."""
    return by.name if by is not None else ""


def locked(uid: UUID) -> Order:
    """The order, locked for the rest of the transaction."""
    if not book.lock([uid]):
        raise NoSuchOrder
    return read(uid=uid)


def first_time(order: Order, key: str, what: str, meant: Any) -> bool:
    """Take a key of the order; False when the same was done under it before, `KeyTaken` when something else was."""
    if not key:
        return True
    mark = fingerprint(meant)
    if book.take_effect(order.id, key, what, mark):
        return True
    if book.effect(order.id, key) != (what, mark):
        raise KeyTaken
    return False


def noted(
    order: Order,
    what: str,
    at: datetime,
    *,
    by: By,
    why: str = "",
    detail: Mapping[str, Any] | None = None,
    audited: bool = True,
) -> None:
    """Write the history of an order, and the trail when staff or a source did it."""
    book.add_history(order.id, at, what, by=name(by), why=why, detail=detail)
    if audited and by is not None:
        staff.audit(
            actor=by, operation="orders.edit", subject=("order", str(order.uid)), detail={"did": what, **(detail or {})}
        )


def fact(order: Order | Fresh, type_: str, at: datetime, **more: Any) -> log.Fact:
    """A fact of the house about an order: for readers, not for the timeline, so it stands on no profile."""
    body = {
        "order": str(order.uid),
        "number": order.number,
        "state": order.state,
        "channel": order.channel,
        "currency": order.currency,
        "total": order.total,
        "due": order.due,
        "profile": order.contact.profile_id,
        **more,
    }
    return log.Fact(type_, "fact", at, body, None, order.source_id)
