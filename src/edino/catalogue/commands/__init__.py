"""Commands of catalogue, and the kinds of files it imports and exports."""

import click

from edino.catalogue.commands.attributes import Attributes
from edino.catalogue.commands.catalogue import catalogue
from edino.catalogue.commands.extracts import EXTRACTS
from edino.catalogue.commands.prices import Prices
from edino.catalogue.commands.products import Products
from edino.kernel.registry import extracts, importers

importers.register("products", Products())
importers.register("attributes", Attributes())
importers.register("prices", Prices())
for kind, extract in EXTRACTS.items():
    extracts.register(kind, extract)

commands: list[click.Command] = [catalogue]
