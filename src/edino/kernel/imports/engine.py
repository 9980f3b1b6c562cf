"""Running one import: open, map, batch, write, save the position in the same transaction, report."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any, Final

import psycopg.errors
from django.db import DataError, IntegrityError, OperationalError, connection, transaction

from edino.kernel import clock
from edino.kernel.errors import Contention, Refusal
from edino.kernel.imports import rejects, runs
from edino.kernel.imports.errors import AlreadyRunning
from edino.kernel.imports.grouping import Placed, Spool
from edino.kernel.imports.mapping import FieldMap
from edino.kernel.imports.rows import Mapper
from edino.kernel.imports.tables import Options, Record, Table, open_table
from edino.kernel.imports.types import Context, Importer, Rejection, Report, Row, Written
from edino.kernel.transactions import TryAgain

LARGEST_GROUP: Final = 20_000
ATTEMPTS: Final = 6
BLAMING: Final = 4
TRANSIENT = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure, psycopg.errors.LockNotAvailable)

Progress = Callable[[float], None]
Blamed = tuple[type[Exception], ...]


def silent(fraction: float) -> None:
    """The progress that nobody sees."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to import, and how. `again` reads a file that was imported already without a rejected row."""

    path: Path
    kind: str
    importer: Importer
    mapping: FieldMap
    options: Options
    source: str | None = None
    dry_run: bool = False
    again: bool = False


def run(job: Job, progress: Progress = silent) -> Report:
    """Import one file; refused when it cannot be read to the end."""
    told = job.mapping.options
    options = Options(
        job.options.encoding or told.get("encoding"),
        job.options.delimiter or told.get("delimiter"),
        job.options.sheet or told.get("sheet"),
    )
    table = open_table(job.path, options)
    try:
        mapper = Mapper(job.mapping, job.importer.fields, table)
        context = Context(job.source, job.path.name, clock.now(), job.dry_run)
        job.importer.prepare(context)
        how = job.mapping.fingerprint(job.source, asdict(options), job.importer.version)
        identity = runs.Identity(job.kind, fingerprint(job.path), how)
        if not runs.lock(identity):
            raise AlreadyRunning("%(file)s is being imported by another process.", file=job.path.name)
        try:
            return _Run(job, table, mapper, context).go(identity, progress)
        finally:
            if connection.is_usable():
                runs.unlock(identity)
    finally:
        table.close()


def fingerprint(path: Path) -> str:
    """BLAKE2b-128 of the content."""
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


class _Run:
    """One import under way."""

    def __init__(self, job: Job, table: Table, mapper: Mapper, context: Context) -> None:
        self.job = job
        self.table = table
        self.mapper = mapper
        self.context = context
        self.report = Report(job.kind, job.path.name, dry_run=job.dry_run)
        self.run: runs.Run | None = None

    def go(self, identity: runs.Identity, progress: Progress) -> Report:
        where = rejects.place(self.job.path)
        known = None if self.job.dry_run else runs.latest(identity)
        if known is not None and known.state == "finished":
            if known.rejected == 0 and not self.job.again:
                return self._skipped(known)
            known = None
        if not self.job.dry_run:
            file, source = self.job.path.name, self.job.source
            self.run = known or runs.begin(identity, file=file, source=source, rejects_path=str(where))
        self.rejects = rejects.Rejects(where, self.table.raw_columns, self.run.rejects_length if self.run else 0)
        if self.run is not None and (not self.rejects.whole() or self.run.rejects_path != str(where)):
            self.run = runs.restart(self.run, rejects_path=str(where))
            self.rejects = rejects.Rejects(where, self.table.raw_columns, 0)
        if self.run is not None:
            self._resume(self.run)
        self._read(progress)
        self.rejects.finish()
        if self.run is not None:
            runs.finish(self.run.id)
        self.report.rejects = str(where) if self.report.rejected else None
        return self.report

    def _skipped(self, run: runs.Run) -> Report:
        self.report.skipped = True
        self.report.read = self.report.unchanged = run.position
        return self.report

    def _resume(self, run: runs.Run) -> None:
        self.report.read = self.report.resumed_at = run.position
        self.report.unchanged = run.unchanged
        self.report.rejected = run.rejected
        self.report.reasons = dict(run.reasons)

    def _read(self, progress: Progress) -> None:
        if self.job.importer.group is None:
            placed = (Placed(record, None, 0) for record in self.table.records())
            self._batches(placed, lambda: progress(self.table.progress()))
            return
        spool = Spool()
        try:
            group = self.job.importer.group
            spool.fill(_watched(self.table.records(), lambda: progress(self.table.progress() / 4)), self._key(group))
            total = max(1, spool.count())
            self._batches(spool.records(), lambda: progress(0.25 + 0.75 * self.report.read / total))
        finally:
            spool.close()

    def _key(self, group: str) -> Callable[[Record], str | None]:
        def key(record: Record) -> str | None:
            found = self.mapper.value(record, group)
            return None if found is None else str(found)

        return key

    def _batches(self, placed: Iterable[Placed], tick: Callable[[], None]) -> None:
        waiting = iter(placed)
        for _ in islice(waiting, self.report.read):
            pass
        for batch in batches(waiting, self.job.importer.batch):
            self._batch(batch)
            tick()

    def _batch(self, batch: Sequence[Placed]) -> None:
        units, refused = self._rows(batch)
        for attempt in range(1, ATTEMPTS + 1):
            # A value taken at the same instant by somebody else is retried as a whole before it is blamed on a row.
            blamed = (Refusal, DataError) if attempt < BLAMING else (Refusal, DataError, IntegrityError)
            try:
                with transaction.atomic():
                    counts = self._commit(batch, units, refused, blamed)
                break
            except (OperationalError, IntegrityError, Contention, TryAgain) as error:
                lost = isinstance(error, OperationalError) and not isinstance(error.__cause__, TRANSIENT)
                if attempt == ATTEMPTS or lost or not connection.is_usable():
                    raise
                time.sleep(0.05 * 2**attempt)
        self.rejects.length = counts.rejects_length
        report = self.report
        report.read, report.unchanged = counts.position, counts.unchanged
        report.rejected, report.reasons = counts.rejected, counts.reasons

    def _commit(
        self, batch: Sequence[Placed], units: Sequence[Sequence[Row]], refused: Sequence[Rejection], blamed: Blamed
    ) -> runs.Counts:
        """Write a batch and the position after it; a dry run takes it all back."""
        written = write(self.job.importer, units, self.context, blamed) if units else Written()
        refused = sorted([*refused, *written.rejections], key=lambda rejection: rejection.number)
        cells = {one.record.number: one.record.cells for one in batch}
        report = self.report
        counts = runs.Counts(
            position=report.read + len(batch),
            unchanged=report.unchanged + written.unchanged,
            rejected=report.rejected + len(refused),
            rejects_length=self.rejects.add((one, self.table.raw(cells[one.number])) for one in refused),
            reasons=dict(Counter(report.reasons) + Counter(one.code for one in refused) + Counter(written.remarks)),
        )
        if self.run is None:
            transaction.set_rollback(True)
        else:
            runs.advance(self.run.id, counts)
        return counts

    def _rows(self, batch: Sequence[Placed]) -> tuple[list[list[Row]], list[Rejection]]:
        """The batch as units to be written whole (a group, or a row alone), and what could not be mapped."""
        units: list[list[Row]] = []
        refused: list[Rejection] = []
        last: str | None = None
        for placed in batch:
            found = self.mapper.row(placed.record)
            if isinstance(found, Rejection):
                refused.append(found)
                continue
            if placed.place > LARGEST_GROUP:
                reason = f"more than {LARGEST_GROUP} rows have the same {self.job.importer.group}"
                refused.append(Rejection(placed.record.number, self.job.importer.group or "", "too_many", reason))
                continue
            row = Row(placed.record.number, found, placed.place)
            if placed.group is not None and units and placed.group == last:
                units[-1].append(row)
            else:
                units.append([row])
            last = placed.group
        return units, refused


def batches(placed: Iterator[Placed], size: int) -> Iterator[list[Placed]]:
    """Batches of about a size that never cut a group in two, but for groups beyond all measure."""
    batch: list[Placed] = []
    for one in placed:
        ends_group = one.group is None or not batch or one.group != batch[-1].group
        if len(batch) >= size and (ends_group or one.place % LARGEST_GROUP == 1):
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def write(importer: Importer, units: Sequence[Sequence[Row]], context: Context, blamed: Blamed) -> Written:
    """Let the importer write; when the batch as a whole is refused, halve it until the guilty rows stand alone."""
    rows = [row for unit in units for row in unit]
    try:
        with transaction.atomic():
            return importer.write(rows, context=context)
    except blamed as error:
        if isinstance(error, Contention):
            raise
        if len(units) == 1:
            return Written(0, [_refused(row, error) for row in rows])
    middle = len(units) // 2
    first = write(importer, units[:middle], context, blamed)
    second = write(importer, units[middle:], context, blamed)
    remarks = Counter(first.remarks) + Counter(second.remarks)
    return Written(first.unchanged + second.unchanged, [*first.rejections, *second.rejections], remarks)


def _refused(row: Row, error: Exception) -> Rejection:
    if isinstance(error, Refusal):
        if error.fields:
            first = error.fields[0]
            return Rejection(row.number, first.field, first.code, first.message)
        return Rejection(row.number, "", error.code, str(error))
    # The database's own words may quote the row; its first line names the constraint or type, which is enough.
    return Rejection(row.number, "", "database", str(error).split("\n", 1)[0][:200])


def _watched(records: Iterator[Record], tick: Callable[[], Any]) -> Iterator[Record]:
    for count, record in enumerate(records):
        if count % 2000 == 0:
            tick()
        yield record
