"""Reading the order book."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from edino.orders.errors import NoSuchOrder
from edino.orders.queries import book
from edino.orders.rules import codes
from edino.orders.types import Moment, Order, OrderListing


def order(*, uid: UUID) -> Order:
    """An order with lines, fulfilments, payments, refunds and credits; `NoSuchOrder`."""
    found = book.order(uid)
    if found is None:
        raise NoSuchOrder
    return found


def order_by_cart(*, cart_uid: UUID) -> Order | None:
    """The order of a cart that was not dropped, if there is one."""
    uid = book.uid_of_cart(cart_uid)
    return order(uid=uid) if uid else None


def orders_of(*, profiles: Sequence[int], limit: int = 20) -> list[OrderListing]:
    """The orders and receipts that stand on these profiles, newest first."""
    return book.listing(profiles=profiles, size=limit) if profiles else []


def orders(
    *,
    before: datetime | None = None,
    before_id: int = 0,
    state: str = "",
    origin: str = "",
    parked: bool = False,
    location_id: int | None = None,
    limit: int = 50,
) -> list[OrderListing]:
    """Orders by state, origin or place, newest first; `parked`: those that nobody could fulfil."""
    return book.listing(
        before=before,
        before_id=before_id,
        state=state,
        origin=origin,
        parked=parked,
        location_id=location_id,
        size=limit,
    )


def find(*, text: str) -> list[Order]:
    """Orders by what a person reads out or a scanner reads: number, pickup code, receipt."""
    text = text.strip()[:100]
    return [order(uid=uid) for uid in book.found(text, codes.plain(text))] if text else []


def history(*, uid: UUID) -> list[Moment]:
    """What was done to an order, oldest first."""
    return book.history(order(uid=uid).id)


def pickup_qr(*, order: Order) -> str:
    """What the QR of a pickup says; a scanner reads it into `find` and `hand_over`."""
    return codes.scanned(order.number, order.pickup_code) if order.pickup_code else ""
