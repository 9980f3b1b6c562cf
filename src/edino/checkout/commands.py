"""Commands of checkout."""

import click

from edino.checkout import api


@click.group()
def checkout() -> None:
    """Purchases under way."""


@checkout.command()
def sweep() -> None:
    """Bring purchases that nobody is at to their end, and end carts that were left alone."""
    done = api.sweep()
    for name in ("looked", "placed", "released", "parked", "captured", "waiting", "ended", "refunded", "troubles"):
        click.echo(f"{name}={getattr(done, name)}")


@checkout.command()
def parked() -> None:
    """Purchases with money that wait for a person."""
    for one in api.parked():
        click.echo(f"{one.order_uid}  {one.total} {one.currency}  {one.note}")


commands: list[click.Command] = [checkout]
