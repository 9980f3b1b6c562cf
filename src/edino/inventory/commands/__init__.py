"""Commands of inventory, and the kind of file it imports."""

import click

from edino.inventory.commands.stock import stock
from edino.inventory.commands.stock_files import StockFiles
from edino.kernel.registry import importers

importers.register("stock", StockFiles())

commands: list[click.Command] = [stock]
