"""Commands of inventory."""

import click

commands: list[click.Command] = []
