"""A door beside that of orders: an order that nobody has to wait for is placed as it is written."""

from collections.abc import Sequence
from datetime import datetime

from edino.kernel import log
from edino.orders import events
from edino.orders.api import acting, placing
from edino.orders.errors import WrongState
from edino.orders.queries import at_once as queries
from edino.orders.rules import codes
from edino.orders.types import Fresh, OrderInput, Waiting

__all__ = ["place"]


def place(*, order: OrderInput, payments: Sequence[Waiting], at: datetime) -> Fresh:
    """Write an order and place it: what `draft`, `add_payment` and `place` do, where no money was taken yet.

    In the caller's transaction, in which everything of the order was promised. Not for goods that are carried out.
    `WrongSums` names the line whose numbers do not add up; `WrongState`: the cart has an order.
    """
    sums = placing.sums_of(order)
    code = codes.new() if order.delivery.method == "pickup" else ""
    number = queries.write(order, placing.allocated(order), sums, payments, code=code, at=at)
    if number is None:
        raise WrongState(state="placed")
    fresh = Fresh(
        uid=order.uid,
        number=number,
        state="placed",
        source_id=order.source_id,
        channel=order.channel,
        currency=order.currency,
        contact=order.contact,
        delivery=order.delivery,
        total=sums["total"],
        due=sums["total"],
        pickup_code=code,
        lines=order.lines,
    )
    log.append([acting.fact(fresh, events.PLACED, at, method=fresh.delivery.method), placing.completed(fresh, at)])
    return fresh
