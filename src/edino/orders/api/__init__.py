"""The door of orders. Returns have a door of their own beside it: `edino.orders.api.returns`."""

from edino.orders.api.cancelling import cancel
from edino.orders.api.editing import edit
from edino.orders.api.leaving import arrive, check_code, hand_over, ready, ship
from edino.orders.api.paying import add_payment, update_payment
from edino.orders.api.placing import draft, drop_draft, place
from edino.orders.api.reading import find, history, order, order_by_cart, orders, orders_of, pickup_qr
from edino.orders.api.receiving import gaps, receive_receipts
from edino.orders.api.refunding import refunds, settle_refund
from edino.orders.api.rerouting import reject, replan

__all__ = [
    "add_payment",
    "arrive",
    "cancel",
    "check_code",
    "draft",
    "drop_draft",
    "edit",
    "find",
    "gaps",
    "hand_over",
    "history",
    "order",
    "order_by_cart",
    "orders",
    "orders_of",
    "pickup_qr",
    "place",
    "ready",
    "receive_receipts",
    "refunds",
    "reject",
    "replan",
    "settle_refund",
    "ship",
    "update_payment",
]
