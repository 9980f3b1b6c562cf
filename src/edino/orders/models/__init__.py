"""Tables of the order book. What each is for: docs/algorithms/returns.md and the texts of the classes."""

from edino.orders.models.book import Allocation, Credit, Effect, Fulfilment, History, Line, Order, Payment, Refund
from edino.orders.models.fiscal import FiscalReceipt
from edino.orders.models.receipts import Receipt
from edino.orders.models.returns import Return, ReturnLine

__all__ = [
    "Allocation",
    "Credit",
    "Effect",
    "FiscalReceipt",
    "Fulfilment",
    "History",
    "Line",
    "Order",
    "Payment",
    "Receipt",
    "Refund",
    "Return",
    "ReturnLine",
]
