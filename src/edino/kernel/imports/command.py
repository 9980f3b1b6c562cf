"""`edino import KIND FILE…`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from django.db import DatabaseError

from edino.kernel import processes
from edino.kernel.errors import Refusal
from edino.kernel.imports import mapping
from edino.kernel.imports.engine import Job, Progress, run, silent
from edino.kernel.imports.errors import UnknownKind
from edino.kernel.imports.tables import Options
from edino.kernel.imports.types import Documents, Importer, Report
from edino.kernel.registry import importers


@click.command(name="import")
@click.argument("kind")
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option(
    "--mapping", "mapping_file", type=click.Path(path_type=Path), help="TOML or JSON: where fields come from."
)
@click.option("--source", help="The source the data belongs to, as `edino key list` names it.")
@click.option("--dry-run", is_flag=True, help="Check everything, write nothing, give the same report.")
@click.option("--again", is_flag=True, help="Read a file again that was imported without a rejected row.")
@click.option("--encoding", help="Of a CSV file; found out when not given.")
@click.option("--delimiter", help="Of a CSV file; found out when not given.")
@click.option("--sheet", help="Of a workbook: its name or number; the first when not given.")
@click.option("--fields", is_flag=True, help="Say which fields this kind takes, and stop.")
def import_command(  # noqa: PLR0917 - click passes them by name
    kind: str,
    files: tuple[str, ...],
    mapping_file: Path | None,
    source: str | None,
    dry_run: bool,
    again: bool,
    encoding: str | None,
    delimiter: str | None,
    sheet: str | None,
    fields: bool,
) -> None:
    """Import files of one KIND: tables (CSV, JSON Lines, Parquet, Excel) or documents (CommerceML, YML, Google).

    Rows that are refused go to FILE.rejects.csv with the reason. The exit code is 0 when every file was read to its
    end, whatever was refused, and 1 when one was not. A killed import goes on where it stopped when it is started
    again; the same file twice changes nothing.
    """
    importer: Importer | Documents = importer_of(kind)
    if isinstance(importer, Documents):
        _documents(importer, files, source=source, dry_run=dry_run, only_help=fields)
        return
    if fields:
        _describe(importer)
        return
    if not files:
        raise click.UsageError("name at least one FILE")
    chosen = mapping.load(mapping_file) if mapping_file else mapping.FieldMap()
    options = Options(encoding, delimiter, sheet)
    processes.prepare()
    whole = True
    for file in files:
        job = Job(Path(file), kind, importer, chosen, options, source, dry_run, again)
        whole = _one(job) and whole
    if not whole:
        sys.exit(1)


def _documents(
    importer: Documents, files: tuple[str, ...], *, source: str | None, dry_run: bool, only_help: bool
) -> None:
    """Import documents, which know their own fields."""
    if only_help:
        click.echo(importer.help)
        return
    if not files:
        raise click.UsageError("name at least one FILE")
    processes.prepare()
    whole = True
    with bar(f"{len(files)} files" if len(files) > 1 else Path(files[0]).name) as progress:
        told = importer.run([Path(file) for file in files], source=source, dry_run=dry_run, progress=progress)
        for reached_end, lines in told:
            whole = whole and reached_end
            for line in lines:
                click.echo(line, err=not reached_end)
    if not whole:
        sys.exit(1)


def importer_of(kind: str) -> Importer:
    """What is registered under this kind; refused with the list of kinds."""
    importer: Importer | None = importers.get(kind)
    if importer is None:
        raise UnknownKind(
            "Nothing imports %(kind)s; there are: %(known)s.", kind=kind, known=", ".join(importers.names())
        )
    return importer


def _one(job: Job) -> bool:
    """Import one file and say what came of it; False when its end was not reached."""
    try:
        with bar(job.path.name) as progress:
            report = run(job, progress)
    except Refusal as refusal:
        click.echo(f"edino: {refusal.text}", err=True)
        for wrong in refusal.fields:
            click.echo(f"  {wrong.field}: {wrong.message}", err=True)
        return False
    except DatabaseError as error:
        reason = str(error).strip().split("\n", 1)[0]
        click.echo(f"edino: {job.path.name}: the database failed: {reason}", err=True)
        click.echo("  Start the same command again: it goes on where it stopped.", err=True)
        return False
    for line in describe(report):
        click.echo(line)
    return True


def describe(report: Report) -> Iterator[str]:
    """A report in words."""
    if report.skipped:
        yield f"{report.file}: imported before, {report.read} rows, nothing to do (--again reads it again)"
        return
    counts = f"{report.read} rows read, {report.written} written, {report.unchanged} known before"
    yield f"{report.file}: {counts}, {report.rejected} rejected{' (dry run: nothing was kept)' * report.dry_run}"
    if report.resumed_at:
        yield f"  went on after row {report.resumed_at}, where it had stopped"
    for code, count in sorted(report.reasons.items(), key=lambda item: (-item[1], item[0])):
        yield f"  {count} × {code}"
    if report.rejects:
        yield f"  see {report.rejects}"


def _describe(importer: Importer) -> None:
    click.echo(importer.help)
    for field in importer.fields:
        needed = ", required" if field.required else ""
        click.echo(f"  {field.name} ({field.type}{needed}): {field.help}")


@contextmanager
def bar(label: str) -> Iterator[Progress]:
    """A progress bar on the terminal, silent where nobody is looking."""
    if not sys.stderr.isatty():
        yield silent
        return
    with click.progressbar(length=1000, label=label, file=sys.stderr) as bar:
        done = 0

        def move(fraction: float) -> None:
            nonlocal done
            now = int(fraction * 1000)
            bar.update(now - done)
            done = now

        yield move
        move(1.0)
