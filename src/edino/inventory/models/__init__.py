"""Tables of inventory."""

from edino.inventory.models.ledger import Inbound, Level, Movement, Reserve, Snapshot
from edino.inventory.models.places import Location, Slot, SourcingRule
from edino.inventory.models.work import Case, Count, CountLine, Subscription, Transfer, TransferLine

__all__ = [
    "Case",
    "Count",
    "CountLine",
    "Inbound",
    "Level",
    "Location",
    "Movement",
    "Reserve",
    "Slot",
    "Snapshot",
    "SourcingRule",
    "Subscription",
    "Transfer",
    "TransferLine",
]
