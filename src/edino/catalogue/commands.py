"""Commands of catalogue."""

import click

commands: list[click.Command] = []
