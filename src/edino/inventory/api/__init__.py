"""The door of inventory."""

from edino.inventory.api.counts import close_count, open_count, record_count
from edino.inventory.api.moving import give_up, leave, move, put_back, sell_many, sell_now
from edino.inventory.api.places import location, locations, save_location, save_slots, slots
from edino.inventory.api.reading import availability, by_city, trace
from edino.inventory.api.snapshots import snapshot
from edino.inventory.api.sourcing import plan
from edino.inventory.api.transfers import create_transfer, receive_transfer, send_transfer
from edino.inventory.api.waiting import cases, expect, subscribe

__all__ = [
    "availability",
    "by_city",
    "cases",
    "close_count",
    "create_transfer",
    "expect",
    "give_up",
    "leave",
    "location",
    "locations",
    "move",
    "open_count",
    "plan",
    "put_back",
    "receive_transfer",
    "record_count",
    "save_location",
    "save_slots",
    "sell_many",
    "sell_now",
    "send_transfer",
    "slots",
    "snapshot",
    "subscribe",
    "trace",
]
