"""The `edino` command: each domain brings its own subcommands."""

import os
import sys
from importlib import import_module

import click
import django

from edino.kernel.errors import Refusal

COMMANDS = ["kernel", "staff", "channels", "customers", "activity", "integrations", "faces"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="edino")
def edino() -> None:
    """Edino: one customer in every channel."""


def main() -> None:
    """Assemble the commands and run the one asked for; a refusal is a sentence and exit 1, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edino.site.settings")
    django.setup()
    for package in COMMANDS:
        for command in import_module(f"edino.{package}.commands").commands:
            edino.add_command(command)
    try:
        edino()
    except Refusal as refusal:
        click.echo(f"edino: {refusal.text}", err=True)
        for wrong in refusal.fields:
            click.echo(f"  {wrong.field}: {wrong.message}", err=True)
        sys.exit(1)
