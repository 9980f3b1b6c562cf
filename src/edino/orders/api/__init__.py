"""The door of orders."""

from edino.orders.api.paying import add_payment, update_payment
from edino.orders.api.placing import draft, drop_draft, place
from edino.orders.api.reading import find, history, order, order_by_cart, orders, orders_of, pickup_qr

__all__ = [
    "add_payment",
    "draft",
    "drop_draft",
    "find",
    "history",
    "order",
    "order_by_cart",
    "orders",
    "orders_of",
    "pickup_qr",
    "place",
    "update_payment",
]
