"""`edino catalogue …`: work on the catalogue that is asked for by hand."""

import click

from edino.catalogue.api import fetching, relating, upserting


@click.group()
def catalogue() -> None:
    """Work on the catalogue."""


@catalogue.command()
def relate() -> None:
    """Work out anew which products are similar and which are bought together."""
    found = relating.relate()
    click.echo(
        f"products={found.products} similar={found.similar} baskets={found.baskets} bought_together={found.together}"
    )


@catalogue.command()
def refresh() -> None:
    """Write anew how products are found and what they lack, all of them."""
    click.echo(f"products={upserting.refresh_all()}")


@catalogue.command()
@click.option("--limit", default=10_000, help="How many at most.")
def pictures(limit: int) -> None:
    """Fetch pictures that lie elsewhere, so that they have thumbnails here."""
    found = fetching.fetch_pictures(limit=limit)
    click.echo(f"fetched={found.fetched} known={found.known} failed={len(found.failed)}")
    for address, reason in found.failed:
        click.echo(f"  {address}: {reason}", err=True)
