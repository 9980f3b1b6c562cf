"""Commands of orders, and the kinds of files it imports."""

import click

commands: list[click.Command] = []
