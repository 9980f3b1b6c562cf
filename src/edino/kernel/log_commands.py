"""Commands of the log: archive old behaviour, put closed months in order, replay a reader, see where readers stand."""

from datetime import UTC, datetime
from pathlib import Path

import click

from edino.kernel import archive, environment, log, processes, tidy


@click.group("log")
def log_group() -> None:
    """The event log: archive, order, readers, replay."""


@log_group.command("archive")
@click.option("--before", required=True, metavar="YYYY-MM", help="Archive the months before this one.")
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), help="Where to. [default: EDINO_HOME/archive]"
)
def archive_command(before: str, folder: Path | None) -> None:
    """Write old behaviour to Parquet and drop its partitions. Business facts stay."""
    try:
        moment = archive.month(before)
    except ValueError as error:
        raise click.BadParameter("a month is written as 2026-01", param_hint="--before") from error
    processes.reach_database()
    total = 0
    for done in archive.archive(before=moment, folder=folder or environment.read().home / "archive"):
        click.echo(f"{done.partition}: {done.rows} rows in {done.file}")
        total += 1
    click.echo(f"{total} months were archived.")


@log_group.command("tidy")
def tidy_command() -> None:
    """Rewrite months that are over in the order of people, so that a card reads few pages. `edino work` does it too."""
    processes.reach_database()
    total = 0
    for done in tidy.tidy():
        click.echo(f"{done.partition}: {done.rows} rows are in order")
        total += 1
    click.echo(f"{total} months were put in order.")


@log_group.command("readers")
def readers_command() -> None:
    """Where each reader of the log stands."""
    processes.reach_database()
    for name, seen, moved, behind in log.lag():
        click.echo(f"{name}: {seen} rows, last moved {moved:%Y-%m-%d %H:%M:%S}, {'behind' if behind else 'at the end'}")


@log_group.command("replay")
@click.argument("reader")
@click.option("--since", required=True, type=click.DateTime(), help="Read again what was received since then (UTC).")
def replay_command(reader: str, since: datetime) -> None:
    """Set a reader back, so that it reads again from a moment on."""
    if reader not in log.readers:
        raise click.BadParameter(f"readers are: {', '.join(sorted(log.readers))}", param_hint="READER")
    processes.reach_database()
    log.rewind(reader, since=since.replace(tzinfo=UTC))
    click.echo(f"{reader} will read again from {since:%Y-%m-%d %H:%M:%S} on.")
