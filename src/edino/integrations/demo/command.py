"""`edino demo [--check]`."""

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
    processes.prepare()
    with bar("541,909 invoice lines") as progress:
        report = stages.load_invoices(progress)
    _say(f"invoices: {report.read} lines read, {report.written} new, {report.rejected} rejected")
    printed = figures.told(figures.of_source(stages.shop().id))
    wrong = figures.differences(printed)
    with stages.web(stages.free_port() if check else port, lambda url: _say(f"the web is up at {url}")) as (url, web):
        sent = stages.send_month(url, shoppers)
        month = figures.of_month([source.id for source in stages.month_sources().values()])
        for name, value in {**printed, **{f"month_{name}": value for name, value in asdict(month).items()}}.items():
            click.echo(f"{name}={value}")
        click.echo(f"month_rejected={sent.rejected}")
        click.echo(f"seconds={time.monotonic() - began:.0f}")
        if check:
            missing = sum(sent.events.values()) - month.events - sent.rejected
            wrong += [f"the month: {missing} events are not on the log"] if missing > 0 else []
        else:
            _show(url)
            _wait(web)
    for line in wrong:
        click.echo(f"edino: {line}", err=True)
    click.echo(f"check={'failed' if wrong else 'ok'}")
    if wrong:
        sys.exit(1)


def _show(url: str) -> None:
    click.echo(f"\nEdino is at {url}")
    for account in stages.log_ins():
        click.echo(f"  {account.role:<14} {account.email:<22} {account.password}")
    click.echo("Ctrl-C ends it.")


def _wait(web: stages.Web) -> None:
    try:
        web.wait()
    except KeyboardInterrupt:
        click.echo()


def _say(text: str) -> None:
    click.echo(text, err=True)
