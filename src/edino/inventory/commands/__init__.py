"""Commands of inventory, the kind of file it imports, and what it has `edino doctor` look at."""

import click

from edino.inventory.commands.stock import looked_at, stock
from edino.inventory.commands.stock_files import StockFiles
from edino.kernel.registry import doctor_checks, importers

importers.register("stock", StockFiles())
doctor_checks.register("stock", looked_at)

commands: list[click.Command] = [stock]
