"""Commands of customers, and the kinds of files it imports: people and their permissions."""

import click

from edino.customers.commands.consents import Consents
from edino.customers.commands.people import People
from edino.customers.commands.privacy import customer
from edino.kernel.registry import importers

importers.register("customers", People())
importers.register("consents", Consents())

commands: list[click.Command] = [customer]
