"""Facts that orders append to the log. Bodies name orders by uid and number, people only by profile."""

from typing import Final

PLACED: Final = "order.placed"
READY: Final = "order.ready"
HANDED_OVER: Final = "order.handed_over"
SHIPPED: Final = "order.shipped"
ARRIVED: Final = "order.arrived"
BROUGHT: Final = "order.delivered"
COMING_BACK: Final = "order.coming_back"
CAME_BACK: Final = "order.came_back"
REJECTED: Final = "order.rejected"
REROUTED: Final = "order.rerouted"
PARKED: Final = "order.parked"
CANCELLED: Final = "order.cancelled"
EDITED: Final = "order.edited"
CAPTURED: Final = "payment.captured"
REFUNDED: Final = "payment.refunded"
RECEIPT_TAKEN: Final = "receipt.taken"
RETURN_REQUESTED: Final = "return.requested"
RETURN_RECEIVED: Final = "return.received"
RETURN_SETTLED: Final = "return.settled"
RETURN_REFUSED: Final = "return.refused"
RETURN_COMPENSATED: Final = "return.compensated"

TOLD: Final = frozenset(
    {PLACED, READY, SHIPPED, ARRIVED, COMING_BACK, REROUTED, PARKED, CANCELLED, REFUNDED}
    | {RETURN_REQUESTED, RETURN_RECEIVED, RETURN_REFUSED, RETURN_SETTLED, RETURN_COMPENSATED}
)
"""Facts that the customer is told of."""

COMPLETED: Final = "Order Completed"
UPDATED: Final = "Order Updated"
GIVEN_UP: Final = "Order Cancelled"
GIVEN_BACK: Final = "Order Refunded"
DELIVERED: Final = "Order Delivered"
"""The names of the tracking spec's commerce events, which the customer's timeline shows."""
