"""Tables of the order book. What each is for: docs/algorithms/returns.md and the texts of the classes."""

from edino.orders.models.book import Allocation, Credit, Effect, Fulfilment, History, Line, Order, Payment, Refund
from edino.orders.models.fiscal import FiscalReceipt
from edino.orders.models.receipts import Receipt
from edino.orders.models.returns import Return, ReturnLine
from edino.orders.models.telling import Notice
from edino.orders.models.work import Case, Picked

__all__ = [
    "Allocation",
    "Case",
    "Credit",
    "Effect",
    "FiscalReceipt",
    "Fulfilment",
    "History",
    "Line",
    "Notice",
    "Order",
    "Payment",
    "Picked",
    "Receipt",
    "Refund",
    "Return",
    "ReturnLine",
]
