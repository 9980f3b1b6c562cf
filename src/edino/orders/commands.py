"""Commands of orders."""

import click

commands: list[click.Command] = []
