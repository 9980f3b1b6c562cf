"""Commands of checkout."""

from datetime import timedelta

import click

from edino.checkout import api
from edino.kernel import clock


@click.group()
def checkout() -> None:
    """Purchases under way."""


@checkout.command()
@click.option("--after", default=0, metavar="MINUTES", help="As if so many minutes had passed: leases run out sooner.")
def sweep(*, after: int) -> None:
    """Bring purchases that nobody is at to their end, and end carts that were left alone.

    After a crash nobody can be at any purchase: `--after 5` does not wait for their leases.
    """
    done = api.sweep(now=clock.now() + timedelta(minutes=after))
    for name in ("looked", "placed", "released", "parked", "captured", "waiting", "ended", "refunded", "troubles"):
        click.echo(f"{name}={getattr(done, name)}")


@checkout.command()
def parked() -> None:
    """Purchases with money that wait for a person."""
    for one in api.parked():
        click.echo(f"{one.order_uid}  {one.total} {one.currency}  {one.note}")


commands: list[click.Command] = [checkout]
