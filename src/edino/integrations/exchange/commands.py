"""`edino feed`: what is offered, as files."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import click
from django.conf import settings

from edino.catalogue import api as catalogue
from edino.integrations.commerceml import exporting
from edino.integrations.exchange.feeds import FEEDS, shop_address
from edino.integrations.exchange.offering import Offering
from edino.kernel import clock

Write = Callable[[Offering], Iterator[str]]


def _goods(offering: Offering) -> Iterator[str]:
    return exporting.goods(offering, at=clock.now(), zone=settings.TIME_ZONE)


def _offers(offering: Offering) -> Iterator[str]:
    return exporting.offers(offering, at=clock.now(), zone=settings.TIME_ZONE)


FILES: Final[dict[str, dict[str, Write]]] = {
    "commerceml": {"import.xml": _goods, "offers.xml": _offers},
    "yml": {"yml.xml": FEEDS["yml"]},
    "google": {"google.xml": FEEDS["google"], "google-local.xml": FEEDS["google-local"]},
}


@click.command()
@click.argument("kind", type=click.Choice(sorted(FILES)))
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Where to write.")
@click.option("--assortment", default="", help="What is offered; the default assortment when not given.")
def feed(kind: str, folder: Path, assortment: str) -> None:
    """Write what is offered as CommerceML, YML or Google's feeds."""
    found = {one.code: one for one in catalogue.assortments()}
    if assortment and assortment not in found:
        raise click.UsageError(f"there is no assortment {assortment} (there are {', '.join(found)})")
    chosen = found[assortment] if assortment else catalogue.default_assortment()
    offering = Offering(chosen, base=shop_address())
    folder.mkdir(parents=True, exist_ok=True)
    for name, write in FILES[kind].items():
        part = folder / f"{name}.partial"
        with part.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(write(offering))
        part.replace(folder / name)
        click.echo(folder / name)
