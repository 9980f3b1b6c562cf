"""Commands of promotions."""

import click

commands: list[click.Command] = []
