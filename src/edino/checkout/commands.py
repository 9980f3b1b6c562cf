"""Commands of checkout."""

import click

commands: list[click.Command] = []
