"""Commands of catalogue, and the kinds of files it imports and exports."""

import click

commands: list[click.Command] = []
