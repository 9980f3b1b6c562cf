"""Facts that inventory appends to the log."""

from typing import Final

WANTED: Final = "stock.wanted"
"""Somebody waits for a variant: subscription, variant, sku, kind, location (or empty)."""

BACK: Final = "stock.back"
"""What somebody waited for can be had again: subscription, variant, sku, kind, location, free."""

OVERCOMMITTED: Final = "stock.overcommitted"
"""More is promised than lies there: case, sku, location, missing, cause."""

SNAPSHOT: Final = "stock.snapshot"
"""A stock file was applied: snapshot, as_of, rows, changed, zeroed."""

TRANSFER_SENT: Final = "transfer.sent"
"""Goods left for another location: transfer, origin, destination, units."""

TRANSFER_RECEIVED: Final = "transfer.received"
"""Goods of a transfer came: transfer, destination, units, lost, closed."""

COUNTED: Final = "stock.counted"
"""A count was closed: count, location, lines, found, missing."""
