"""The door of inventory."""

from edino.inventory.api.moving import give_up, leave, move, put_back, sell_many, sell_now
from edino.inventory.api.places import location, locations, save_location, save_slots, slots
from edino.inventory.api.reading import availability, by_city, trace
from edino.inventory.api.sourcing import plan

__all__ = [
    "availability",
    "by_city",
    "give_up",
    "leave",
    "location",
    "locations",
    "move",
    "plan",
    "put_back",
    "save_location",
    "save_slots",
    "sell_many",
    "sell_now",
    "slots",
    "trace",
]
