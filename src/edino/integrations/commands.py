"""`edino simulate`: a seeded retailer through the public API, with the truth kept beside."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path

import click
import msgspec

from edino.customers import api as customers
from edino.integrations.demo.command import demo
from edino.integrations.exchange.commands import feed
from edino.integrations.exchange.files import Files
from edino.integrations.exchange.formats import FORMATS
from edino.integrations.simulator import SOURCES, City, Score, SimulatedEvent, Truth, generate, known, score
from edino.integrations.simulator.sending import BATCH, Sender
from edino.integrations.simulator.truth import write
from edino.kernel.registry import importers

_USUAL = City()

for _format in FORMATS:
    importers.register(_format, Files(_format))


@click.command()
@click.option("--shoppers", default=_USUAL.shoppers, show_default=True, help="How many people live in the city.")
@click.option("--days", default=_USUAL.days, show_default=True, help="How many days are simulated.")
@click.option("--seed", default=_USUAL.seed, show_default=True, help="Equal seeds give equal events, byte for byte.")
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), help=f"First day.  [default: {_USUAL.start}]")
@click.option("--poison", default=_USUAL.poison, show_default=True, help="Share of events with a value of nobody's.")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="Where the collector listens.")
@click.option("--key", "keys", multiple=True, help="Write key: SOURCE=KEY for each source, or one KEY for all.")
@click.option("--batch", default=BATCH, show_default=True, help="Events in one call.")
@click.option("--truth", type=click.Path(path_type=Path, dir_okay=False), help="Write the truth: .jsonl or .parquet.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the events as JSONL.")
@click.option("--score", "scored", is_flag=True, help="Compare what Edino joined with the truth (this database).")
def simulate(
    *,
    shoppers: int,
    days: int,
    seed: int,
    start: datetime | None,
    poison: float,
    url: str,
    keys: tuple[str, ...],
    batch: int,
    truth: Path | None,
    out: Path | None,
    scored: bool,
) -> None:
    """Play a retailer whose shoppers move between site, app, till, kiosk and phone.

    With --key the events go to the collector; with --out into a file; --truth and --score need neither, so a run can
    be scored after its events have settled.
    """
    if not (keys or out or truth or scored):
        raise click.UsageError("say where to: --key to send, --out, --truth or --score")
    city = _city(shoppers, days, seed, start.date() if start else _USUAL.start, poison)
    if keys or out:
        _play(generate(city), url=url, keys=_keys(keys), batch=batch, out=out)
    if truth:
        click.echo(f"identifiers={write(known(city), truth)}")
    if scored:
        assigned = ((each.kind, each.value, each.customer) for each in customers.assignments())
        _print(score(Truth(known(city)), assigned))


def _city(shoppers: int, days: int, seed: int, start: date, poison: float) -> City:
    try:
        return City(shoppers=shoppers, days=days, seed=seed, start=start, poison=poison)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _keys(given: tuple[str, ...]) -> dict[str, str]:
    """Write keys by source; a key without a source serves those that have none of their own."""
    named = dict(key.split("=", 1) for key in given if "=" in key)
    unknown = sorted(set(named) - set(SOURCES))
    if unknown:
        raise click.UsageError(f"no such source: {', '.join(unknown)} (there are {', '.join(SOURCES)})")
    for key in given:
        if "=" not in key:
            named = dict.fromkeys(SOURCES, key) | named
    missing = [source for source in SOURCES if source not in named]
    if given and missing:
        raise click.UsageError(f"no key for {', '.join(missing)}")
    return named


def _play(events: Iterable[SimulatedEvent], *, url: str, keys: dict[str, str], batch: int, out: Path | None) -> None:
    with ExitStack() as closing:
        file = closing.enter_context(out.open("wb")) if out else None
        sender = closing.enter_context(Sender(url, keys, batch=batch)) if keys else None
        count = 0
        for event in _shown(events):
            count += 1
            if file:
                file.write(msgspec.json.encode({"source": event.source, **event.message}) + b"\n")
            if sender:
                sender.add(event)
    click.echo(f"events={count}")
    if sender:
        click.echo(f"rejected={sender.sent.rejected}")
        for reason in sender.sent.reasons:
            click.echo(f"  {reason}", err=True)


def _shown(events: Iterable[SimulatedEvent]) -> Iterator[SimulatedEvent]:
    """Tell a person who waits how far it is; a file or a pipe gets no such lines."""
    live = sys.stderr.isatty()
    for count, event in enumerate(events, start=1):
        if live and count % 5_000 == 0:
            click.echo(f"\r{count:,} events", nl=False, err=True)
        yield event
    if live:
        click.echo("\r", nl=False, err=True)


def _print(result: Score) -> None:
    for name, value in json.loads(msgspec.json.encode(result)).items():
        click.echo(f"{name}={value:.6f}" if isinstance(value, float) else f"{name}={value}")


commands: list[click.Command] = [simulate, demo, feed]
