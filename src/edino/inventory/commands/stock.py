"""`edino stock`: prove that the books of stock add up."""

import sys

import click

from edino.inventory.api.waiting import reconcile
from edino.kernel import processes


@click.group()
def stock() -> None:
    """Look after the books of stock."""


@stock.command()
def check() -> None:
    """Prove that every level is the sum of its movements, and what is held the sum of its holds; exit 1 if not."""
    processes.prepare()
    levels, capacities = reconcile()
    for one in levels:
        click.echo(f"{one.location} {one.sku}: {one.what} is {one.kept}, its movements sum to {one.summed}")
    for capacity, held, summed in capacities:
        click.echo(f"capacity {capacity}: held is {held}, its holds sum to {summed}")
    if levels or capacities:
        sys.exit(1)
    click.echo("Every level is the sum of its movements, everything held the sum of its holds.")
