"""Commands of the kernel."""

import click

from edino.kernel.imports.command import import_command

commands: list[click.Command] = [import_command]
