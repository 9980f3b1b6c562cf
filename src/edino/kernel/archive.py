"""Behaviour that is old leaves the database: a month at a time to Parquet, then its partition is dropped.

The file is complete, on disk and counted before anything is dropped, so a crash at any moment loses nothing: the next
run writes the month again. A month that a reader has not read to its end, or whose keys must still be remembered,
stays.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction

from edino.kernel import clock, log, sql
from edino.kernel.errors import Conflict

_SQL = sql.statements("edino.kernel", "archive.sql")
_ROWS = 20_000
_SCHEMA: Final = pa.schema(
    [
        ("id", pa.int64()),
        ("epoch", pa.int16()),
        ("xid", pa.string()),
        ("profile_id", pa.int64()),
        ("received_at", pa.timestamp("us", tz="UTC")),
        ("occurred_at", pa.timestamp("us", tz="UTC")),
        ("key", pa.string()),
        ("fingerprint", pa.int64()),
        ("source_id", pa.int32()),
        ("type", pa.string()),
        ("body", pa.string()),
    ]
)


class NotRead(Conflict):
    """The reader %(reader)s has not read this month to its end; run `edino work` first."""

    code = "archive_not_read"


@dataclass(frozen=True, slots=True)
class Archived:
    """A month that left: the partition's name, its rows, the file that holds them."""

    partition: str
    rows: int
    file: Path


def archive(*, before: datetime, folder: Path) -> Iterator[Archived]:
    """Archive every month of behaviour that ended before a moment, oldest first; yields each when it is done."""
    before = min(before, clock.now() - log.REMEMBERED)
    folder.mkdir(parents=True, exist_ok=True)
    for name, until in sql.tuples(_SQL["months"]):
        if until <= before:
            yield _archive_month(name, folder)


def _archive_month(name: str, folder: Path) -> Archived:
    with transaction.atomic():
        sql.execute(_lock(name))
        _check_readers(name)
        path = folder / f"{name.removeprefix('kernel_log_')}.parquet"
        rows = _write(name, path)
        sql.execute(f'ALTER TABLE kernel_log_behaviour DETACH PARTITION "{name}"')
        sql.execute(f'DROP TABLE "{name}"')
    return Archived(name, rows, path)


def _lock(name: str) -> str:
    return f'LOCK TABLE "{name}" IN ACCESS EXCLUSIVE MODE'


def _check_readers(name: str) -> None:
    behind = sql.tuples(f'SELECT name FROM kernel_reader r WHERE EXISTS (SELECT FROM "{name}" l WHERE {_AFTER})')
    if behind:
        raise NotRead(reader=behind[0][0])


_AFTER = "(l.epoch, l.xid, l.id) > (r.epoch, r.xid, r.id)"


def _write(name: str, path: Path) -> int:
    partial = path.with_suffix(".partial")
    rows = 0
    with pq.ParquetWriter(partial, _SCHEMA, compression="zstd") as writer:
        after = (-1, "0", 0)
        while batch := _batch(name, after):
            writer.write_batch(pa.RecordBatch.from_pylist(batch, schema=_SCHEMA))
            rows += len(batch)
            last = batch[-1]
            after = (last["epoch"], last["xid"], last["id"])
    counted = sql.scalar(f'SELECT count(*) FROM "{name}"')
    if pq.read_metadata(partial).num_rows != counted:
        raise RuntimeError(f"{partial} holds {rows} rows, {name} {counted}")
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(path)
    return rows


def _batch(name: str, after: tuple[int, str, int]) -> list[dict[str, Any]]:
    found = sql.tuples(
        f"SELECT l.id, l.epoch, l.xid::text, l.profile_id, l.received_at, l.occurred_at, l.key::text, l.fingerprint,"
        f' l.source_id, l.type, l.body::text FROM "{name}" l'
        f" WHERE (l.epoch, l.xid, l.id) > (%(epoch)s::smallint, %(xid)s::text::xid8, %(id)s::bigint)"
        f" ORDER BY l.epoch, l.xid, l.id LIMIT {_ROWS}",
        {"epoch": after[0], "xid": after[1], "id": after[2]},
    )
    return [dict(zip(_SCHEMA.names, row, strict=True)) for row in found]


def month(text: str) -> datetime:
    """The first moment of a month given as YYYY-MM."""
    return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
