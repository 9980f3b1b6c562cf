"""Commands of customers, and the kinds of files it imports and exports."""

import click

from edino.customers.commands.consents import Consents
from edino.customers.commands.extracts import EXTRACTS
from edino.customers.commands.people import People
from edino.customers.commands.privacy import customer
from edino.kernel.registry import extracts, importers

importers.register("customers", People())
importers.register("consents", Consents())
for kind, extract in EXTRACTS.items():
    extracts.register(kind, extract)

commands: list[click.Command] = [customer]
