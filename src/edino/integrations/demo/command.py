"""`edino demo [--check]`."""

import signal
import sys
import time
from dataclasses import asdict

import click

from edino.integrations.demo import figures, stages
from edino.kernel import processes
from edino.kernel.imports.command import bar

SHOPPERS = 1000


@click.command()
@click.option("--check", is_flag=True, help="No web to look at: verify the figures, print them, exit 0 or 1.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port of the web.")
@click.option("--shoppers", default=SHOPPERS, show_default=True, help="How many people the simulated month has.")
def demo(*, check: bool, port: int, shoppers: int) -> None:
    """Load a real retailer's year and a simulated month, and open the web."""
    began = time.monotonic()
    # Without this a SIGTERM would end the demo and leave its web behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    port = stages.free_port() if check else port
    stages.check_port(port)
    processes.prepare()
    opened = stages.open_shop()
    _say(f"the shop is open: {opened.products} products are new, {opened.pieces} pieces on the shelves")
    with bar("541,909 invoice lines") as progress:
        report = stages.load_invoices(progress)
    _say(f"{report.read} invoice lines were read: {report.written} new, {report.rejected} rejected")
    stages.stock_stores()
    year = figures.of_source(stages.retailer().id)
    printed = figures.told(year)
    _print(printed)
    wrong = figures.differences(printed)
    with stages.web(port) as (url, web):
        _say(f"the web is up at {url}; a month is sent to it")
        sent = stages.send_month(url, shoppers)
        month = figures.of_month([source.id for source in stages.month_sources().values()])
        _print({f"month_{name}": str(value) for name, value in asdict(month).items()})
        _print({"month_rejected": str(sent.rejected), "seconds": f"{time.monotonic() - began:.0f}"})
        missing = sum(sent.events.values()) - month.events - sent.rejected
        wrong += [f"the month: {missing} events are not on the log"] if missing > 0 else []
        _print({"story_steps": str(stages.tell_stories(url, _say))})
        if not check:
            _show(url, year, month)
            _wait(web)
    for line in wrong:
        _say(f"edino: {line}")
    _print({"check": "failed" if wrong else "ok"})
    if wrong:
        sys.exit(1)


def _show(url: str, year: figures.Figures, month: figures.Month) -> None:
    sales = year.invoices - year.returns
    click.echo(f"\nA shop's year: {year.customers:,} customers, {sales:,} orders, {year.returns:,} returns, ", nl=False)
    click.echo(f"£{year.gross:,.2f}.")
    click.echo(
        f"A month in five channels: {month.events:,} events, {month.orders:,} orders, {month.returns:,} returns;"
    )
    click.echo(f"{month.fragments:,} fragments are {month.customers:,} people.")
    click.echo(f"\nEdino is at {url}")
    for account in stages.log_ins():
        click.echo(f"  {account.role:<14} {account.email:<22} {account.password}")
    click.echo("Ctrl-C ends it.")


def _print(told: dict[str, str]) -> None:
    for name, value in told.items():
        click.echo(f"{name}={value}")


def _wait(web: stages.Web) -> None:
    try:
        web.wait()
    except KeyboardInterrupt:
        click.echo()


def _say(text: str) -> None:
    click.echo(text, err=True)
