"""Tables of inventory."""

from edino.inventory.models.ledger import Inbound, Level, Movement, Reserve, Snapshot, SnapshotRow
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
    "SnapshotRow",
    "SourcingRule",
    "Subscription",
    "Transfer",
    "TransferLine",
]
