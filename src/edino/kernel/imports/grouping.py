"""Rows of one group together, wherever they stand in the file: sorted on disk, in order of first appearance."""

import pickle
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from edino.kernel.imports.tables import Record

CHUNK = 2000
_TABLE = "CREATE TABLE spool (key TEXT NOT NULL, number INTEGER NOT NULL, record BLOB NOT NULL)"
_ORDERED = """
SELECT record, key, row_number() OVER (PARTITION BY key ORDER BY number)
  FROM (SELECT *, min(number) OVER (PARTITION BY key) AS first FROM spool)
 ORDER BY first, key, number
"""


@dataclass(frozen=True, slots=True)
class Placed:
    """A record with its group (None: alone) and its place in it, from 1 (0: alone)."""

    record: Record
    group: str | None
    place: int


class Spool:
    """A temporary file of records that gives them back by group."""

    def __init__(self) -> None:
        # An empty name is SQLite's own temporary file: deleted with the connection, unseen by others.
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.execute("PRAGMA journal_mode = OFF")
        self._file.execute("PRAGMA temp_store = FILE")
        self._file.execute("PRAGMA cache_size = -16000")
        self._file.execute(_TABLE)

    def fill(self, records: Iterable[Record], key: Callable[[Record], str | None]) -> None:
        """Take all records. Those whose group cannot be told stay alone, where they stood."""
        waiting = iter(records)
        while chunk := list(islice(waiting, CHUNK)):
            lines = []
            for record in chunk:
                name = key(record)
                told = f"\0{record.number}" if name is None else name
                lines.append((told, record.number, pickle.dumps((record.number, record.cells, record.problem), 5)))
            self._file.execute("BEGIN")
            self._file.executemany("INSERT INTO spool VALUES (?, ?, ?)", lines)
            self._file.execute("COMMIT")

    def count(self) -> int:
        """How many records were taken."""
        return int(self._file.execute("SELECT count(*) FROM spool").fetchone()[0])

    def records(self) -> Iterator[Placed]:
        """The records, group after group."""
        for blob, key, place in self._file.execute(_ORDERED):
            record = Record(*pickle.loads(blob))  # noqa: S301 - this process wrote it into its own unnamed file
            alone = key.startswith("\0")
            yield Placed(record, None if alone else key, 0 if alone else place)

    def close(self) -> None:
        """Delete the file."""
        self._file.close()
