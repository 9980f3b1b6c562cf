"""Commands of activity, and the kinds of files it imports: events and orders."""

import click

from edino.activity.commands.events import Events
from edino.activity.commands.orders import Orders
from edino.kernel.registry import importers

importers.register("events", Events())
importers.register("orders", Orders())

commands: list[click.Command] = []
