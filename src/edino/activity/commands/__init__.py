"""Commands of activity, and the kind of file it imports and exports."""

import click

from edino.activity.commands.events import Events
from edino.activity.commands.extracts import EVENTS
from edino.kernel.registry import extracts, importers

importers.register("events", Events())
extracts.register("events", EVENTS)

commands: list[click.Command] = []
