"""Commands of activity, and the kinds of files it imports and exports."""

import click

from edino.activity.commands.events import Events
from edino.activity.commands.extracts import EVENTS
from edino.activity.commands.orders import Orders
from edino.kernel.registry import extracts, importers

importers.register("events", Events())
importers.register("orders", Orders())
extracts.register("events", EVENTS)

commands: list[click.Command] = []
