"""Tables of inventory."""

from edino.inventory.models.ledger import Inbound, Level, Movement, Reserve, Snapshot, SnapshotRow
from edino.inventory.models.places import Location, Opening, ParcelDay, Slot, SourcingRule
from edino.inventory.models.work import (
    Case,
    Correction,
    Count,
    CountArea,
    CountLine,
    Subscription,
    Transfer,
    TransferLine,
)

__all__ = [
    "Case",
    "Correction",
    "Count",
    "CountArea",
    "CountLine",
    "Inbound",
    "Level",
    "Location",
    "Movement",
    "Opening",
    "ParcelDay",
    "Reserve",
    "Slot",
    "Snapshot",
    "SnapshotRow",
    "SourcingRule",
    "Subscription",
    "Transfer",
    "TransferLine",
]
