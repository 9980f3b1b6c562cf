"""Commands of orders, and the kinds of files it imports."""

import click

from edino.kernel.registry import importers
from edino.orders.commands.orders import Orders

importers.register("orders", Orders())

commands: list[click.Command] = []
