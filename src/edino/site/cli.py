"""The `edino` command: each domain brings its own subcommands."""

import os
import sys
from importlib import import_module

import click
import django

from edino.kernel import doctor, processes
from edino.kernel.errors import Refusal

COMMANDS = ["kernel", "staff", "channels", "customers", "activity", "catalogue", "promotions", "inventory", "orders"]
COMMANDS += ["checkout", "integrations", "faces"]
WITHOUT_DATABASE = {"serve", "migrate", "doctor", "stop", "restore", "bench"}
"""They reach for the database themselves, or must work without one."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="edino")
@click.pass_context
def edino(context: click.Context) -> None:
    """Edino: one customer in every channel."""
    asked_for_help = {"-h", "--help"} & set(sys.argv[1:])
    if context.invoked_subcommand not in WITHOUT_DATABASE and not asked_for_help:
        processes.prepare()


def main() -> None:
    """Assemble the commands and run the one asked for; a refusal is a sentence and exit 1, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edino.site.settings")
    _check_settings()
    try:
        django.setup()
        assemble()
        edino()
    except Refusal as refusal:
        click.echo(f"edino: {refusal.text}", err=True)
        for wrong in refusal.fields:
            click.echo(f"  {wrong.field}: {wrong.message}", err=True)
        sys.exit(1)


def assemble() -> click.Group:
    """The command with everything that the domains bring; Django is set up."""
    for package in COMMANDS:
        for command in import_module(f"edino.{package}.commands").commands:
            edino.add_command(command)
    return edino


def _check_settings() -> None:
    """Wrong settings are told before anything trips over them."""
    wrong = [finding for finding in doctor.settings(os.environ) if finding.state == "broken"]
    for finding in wrong:
        click.echo(f"edino: {finding.subject}: {finding.text}. {finding.mend}", err=True)
    if wrong:
        sys.exit(1)
