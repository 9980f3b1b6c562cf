"""Commands of promotions: none of its own."""

import click

commands: list[click.Command] = []
