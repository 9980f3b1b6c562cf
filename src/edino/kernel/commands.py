"""Commands of the kernel: running Edino, looking after it, reading files into it."""

import sys
from pathlib import Path

import click

from edino.kernel import backup, doctor, environment, postgres, processes, reconciling, views, worker
from edino.kernel.bench_commands import bench
from edino.kernel.exports import export
from edino.kernel.imports.command import import_command
from edino.kernel.log_commands import log_group


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option(
    "--workers", default=None, type=click.IntRange(1, 64), help="Web processes. [default: EDINO_WORKERS or 2]"
)
@click.option("--no-worker", is_flag=True, help="Do not run readers and jobs here; run `edino work` elsewhere.")
def serve(host: str, port: int, workers: int | None, no_worker: bool) -> None:
    """Run the web, with a worker beside it."""
    processes.serve(
        host=host,
        port=port,
        workers=workers or environment.read().workers,
        worker=not no_worker,
        ready=lambda address: click.echo(f"Edino is at {address} (Ctrl-C ends it)"),
    )
    click.echo("Edino has stopped.")


@click.command("work")
@click.option("--drain", is_flag=True, help="Read what there is, run the jobs that are due, and end.")
def work(drain: bool) -> None:
    """Read the log and run scheduled jobs."""
    if drain:
        click.echo(f"{worker.drain()} rows of the log were read.")
        return
    worker.work()


@click.command("reconcile")
def reconcile() -> None:
    """Prove that every ledger says what the balances beside it say; exit 1 if not."""
    processes.prepare()
    found = reconciling.reconcile()
    for name, wrong in found.items():
        click.echo(f"{name}: {'agrees' if not wrong else f'{len(wrong)} differences'}")
        for one in wrong:
            click.echo(f"  {one.text}")
    if any(found.values()):
        sys.exit(1)


@click.command("migrate")
def migrate() -> None:
    """Bring the database to this version."""
    processes.reach_database()
    views.migrate()
    click.echo("The database is up to date.")


@click.command("doctor")
def doctor_command() -> None:
    """Check the settings, the database and the machine, and say what to mend. Exit 1 when something is broken."""
    findings = doctor.examine()
    for finding in findings:
        click.echo(f"{doctor.SIGNS[finding.state]} {finding.subject}: {finding.text}")
        if finding.mend:
            click.echo(f"     {finding.mend}")
    broken = sum(finding.state == "broken" for finding in findings)
    click.echo(f"{len(findings)} checks, {broken} broken.")
    sys.exit(1 if broken else 0)


@click.command("stop")
def stop() -> None:
    """Stop the embedded database; everything is kept."""
    home = environment.read().home
    processes.let_go()
    click.echo("The database has stopped." if postgres.stop(home) else "The database was not running.")


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup_command(file: Path) -> None:
    """Write the whole database to FILE."""
    size = backup.backup(processes.reach_database(), file)
    click.echo(f"{file}: {size / 1_000_000:.1f} MB")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--replace", is_flag=True, help="Put the backup in the place of the data that is there now.")
def restore(file: Path, replace: bool) -> None:
    """Put the backup in FILE into the database."""
    url = processes.reach_database()
    processes.let_go()
    epoch = backup.restore(url, file, replace=replace)
    views.migrate()
    click.echo(f"Restored. The log is in epoch {epoch}.")


commands: list[click.Command] = [
    log_group,
    serve,
    work,
    migrate,
    reconcile,
    doctor_command,
    stop,
    backup_command,
    restore,
    import_command,
    export,
    bench,
]
