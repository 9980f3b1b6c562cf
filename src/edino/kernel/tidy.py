"""A closed month of the log is rewritten in the order of profiles, so that what a person did in it lies together.

Events come in the order of time, so the fifty that a card shows lie on fifty pages. Nothing is written into a month
that is over, and it is read by person from then on: in the order of profiles they lie on about as many pages as there
are months. What is written, when it was, and where readers of the log stand is not touched: only where a row lies.

The rows go to a table beside, a few thousand in a transaction, since one that writes for long holds up every reader of
the log. The old table is locked against writing meanwhile (nobody writes there). Then the two change places, under a
lock that is waited for in short attempts, because all who read the log queue up behind it. A crash before that leaves
the log as it was and a table that the next run drops.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any, Final

import psycopg
import structlog
from django.db import connection as django
from psycopg import errors

from edino.kernel import clock, sql
from edino.kernel.errors import Conflict

LEAST_BYTES: Final = 32 * 1024 * 1024
"""A smaller month is in memory anyway."""
CLOSED_FOR: Final = timedelta(days=1)
"""How long a month must be over: longer than any transaction that may still write into it."""
MARK: Final = "in the order of profiles"
ROWS: Final = 20_000
ATTEMPTS: Final = 60
PAUSE_SECONDS: Final = 2.0

_SQL = sql.statements("edino.kernel", "tidy.sql")
_COLUMNS: Final = "id, xid, profile_id, received_at, occurred_at, key, fingerprint, source_id, epoch, class, type, body"
_PATIENT: Final = "SET LOCAL lock_timeout = '300ms'"
_FOR_COPYING: Final = (
    "SET synchronous_commit = off",  # the exchange is committed after it, and waits for all of it
    "SET max_parallel_workers_per_gather = 0",
    "SET work_mem = '64MB'",
    "SET idle_in_transaction_session_timeout = 0",
    "SET statement_timeout = 0",
)
logger = structlog.get_logger("edino.log")
Connection = psycopg.Connection[Any]


class LogBusy(Conflict):
    """%(partition)s is read all the time; it stays as it is. Try again when less is going on."""

    code = "log_busy"


@dataclass(frozen=True, slots=True)
class Tidied:
    """A partition whose rows now lie in the order of profiles, and how many they are."""

    partition: str
    rows: int


@dataclass(frozen=True, slots=True)
class _Leaf:
    name: str
    parent: str
    bounds: str
    holds: str

    @property
    def copy(self) -> str:
        """The table that takes its place."""
        return f"{self.name}_ordered"


def tidy(*, least: int = LEAST_BYTES) -> Iterator[Tidied]:
    """Rewrite closed partitions of at least so many bytes, newest first; yields each when it is done.

    Yields nothing while another process does the same. `LogBusy` when a partition's place cannot be changed.
    """
    with _session() as writing:
        if not writing.execute(_SQL["mine"].text).fetchall()[0][0]:
            return
        for (name,) in writing.execute(_SQL["leftovers"].text).fetchall():
            writing.execute(f'DROP TABLE "{name}"')
        told = {"before": clock.now() - CLOSED_FOR, "least": least, "mark": MARK}
        for row in writing.execute(_SQL["closed"].text, told).fetchall():
            yield _rewrite(_Leaf(*row), writing)


def _rewrite(leaf: _Leaf, writing: Connection) -> Tidied:
    started = time.monotonic()
    writing.execute(
        f'CREATE TABLE "{leaf.copy}" (LIKE "{leaf.name}" INCLUDING ALL EXCLUDING COMMENTS EXCLUDING INDEXES)'
    )
    # What the table holds is known when it is attached, and need not be looked through under the lock.
    writing.execute(f'ALTER TABLE "{leaf.copy}" ADD CONSTRAINT "{leaf.copy}" CHECK ({leaf.holds})')
    try:
        with _session() as reading, reading.transaction():
            reading.execute(f'LOCK TABLE "{leaf.name}" IN SHARE MODE')
            rows = _copy(leaf, reading, writing)
            _index(leaf, writing)
            writing.execute(f'VACUUM (FREEZE, ANALYZE) "{leaf.copy}"')
            _exchange(leaf, reading)
    except BaseException:
        with suppress(psycopg.Error):  # a connection that broke leaves it to the next run
            writing.execute(f'DROP TABLE IF EXISTS "{leaf.copy}"')
        raise
    logger.info("partition in order", partition=leaf.name, rows=rows, seconds=round(time.monotonic() - started, 1))
    return Tidied(leaf.name, rows)


def _copy(leaf: _Leaf, reading: Connection, writing: Connection) -> int:
    """Write what one connection reads, in order, through another that commits often; how many rows."""
    ordered = f'SELECT {_COLUMNS} FROM "{leaf.name}" ORDER BY profile_id, occurred_at DESC, id DESC'
    written = 0
    with reading.cursor() as source, writing.cursor() as target:
        with source.copy(f"COPY ({ordered}) TO STDOUT") as lines:
            rows = iter(lines)
            while batch := list(islice(rows, ROWS)):
                with target.copy(f'COPY "{leaf.copy}" ({_COLUMNS}) FROM STDIN') as into:
                    into.write(b"".join(batch))
                written += target.rowcount
        if source.rowcount != written:
            raise RuntimeError(f"{leaf.name} has {source.rowcount} rows, {leaf.copy} {written}")
    return written


def _index(leaf: _Leaf, writing: Connection) -> None:
    """Give the copy the partition's indexes. CONCURRENTLY, although nobody uses the table: only so PostgreSQL builds an
    index without a transaction id, which readers of the log would have to wait for."""
    for unique, how in writing.execute(_SQL["indexes"].text, {"name": leaf.name}).fetchall():
        writing.execute(f'CREATE {"UNIQUE " if unique else ""}INDEX CONCURRENTLY ON "{leaf.copy}" {how}')


def _exchange(leaf: _Leaf, reading: Connection) -> None:
    """Put the copy in the place of the partition, in the transaction that kept it from being written to."""
    _lock(leaf, reading)
    for statement in (
        f'ALTER TABLE "{leaf.parent}" DETACH PARTITION "{leaf.name}"',
        f'ALTER TABLE "{leaf.parent}" ATTACH PARTITION "{leaf.copy}" {leaf.bounds}',
        f'DROP TABLE "{leaf.name}"',
        f'ALTER TABLE "{leaf.copy}" DROP CONSTRAINT "{leaf.copy}"',
        f'ALTER TABLE "{leaf.copy}" RENAME TO "{leaf.name}"',
        f"COMMENT ON TABLE \"{leaf.name}\" IS '{MARK}'",
    ):
        reading.execute(statement)


def _lock(leaf: _Leaf, reading: Connection) -> None:
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE_SECONDS)
        try:
            with reading.transaction():
                reading.execute(_PATIENT)
                reading.execute(f'LOCK TABLE ONLY "{leaf.parent}" IN ACCESS EXCLUSIVE MODE')
                reading.execute(f'LOCK TABLE "{leaf.name}" IN ACCESS EXCLUSIVE MODE')
        except (errors.LockNotAvailable, errors.DeadlockDetected):
            continue
        return
    raise LogBusy(partition=leaf.name)


@contextmanager
def _session() -> Iterator[Connection]:
    """A connection of its own, since the work takes minutes and needs settings that nothing else should have."""
    with psycopg.connect(**django.get_connection_params(), autocommit=True) as session:
        for setting in _FOR_COPYING:
            session.execute(setting)
        yield session
