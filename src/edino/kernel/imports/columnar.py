"""Parquet, a record batch at a time."""

from collections.abc import Callable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from edino.kernel.imports.errors import Unreadable
from edino.kernel.imports.jsonlines import path_getter
from edino.kernel.imports.tables import Cells, Options, Record, Table

BATCH = 5000


class Columnar(Table):
    """An open Parquet file; struct columns are reached by dotted paths."""

    def __init__(self, file: pq.ParquetFile, name: str) -> None:
        self._file = file
        self._name = name
        self._rows = file.metadata.num_rows
        self._done = 0
        self.columns = [field.name for field in file.schema_arrow]

    def records(self) -> Iterator[Record]:
        try:
            for batch in self._file.iter_batches(batch_size=BATCH):
                columns = [_python(column) for column in batch.columns]
                for cells in zip(*columns, strict=True):
                    self._done += 1
                    yield Record(self._done, cells)
        except (pa.ArrowException, OSError) as error:
            raise Unreadable("%(file)s: row %(row)s and on cannot be read.", file=self._name, row=self._done) from error

    def progress(self) -> float:
        return self._done / self._rows if self._rows else 1.0

    def getter(self, column: str) -> Callable[[Cells], Any]:
        if column in self.columns:
            return itemgetter(self.columns.index(column))
        first, _, rest = column.partition(".")
        outer, inner = itemgetter(self.columns.index(first)), path_getter(rest)
        return lambda cells: inner(outer(cells) or {})

    def raw(self, cells: Cells) -> list[Any]:
        return list(cells)

    def close(self) -> None:
        self._file.close()


def _python(column: pa.Array) -> list[Any]:
    """Values of Python's own: nanoseconds are cut to microseconds, which is what everything after can hold."""
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return column.to_pylist()  # type: ignore[no-any-return]


def open_table(path: Path, options: Options) -> Table:
    """Open a Parquet file."""
    try:
        return Columnar(pq.ParquetFile(path), path.name)
    except pa.ArrowException as error:
        raise Unreadable("%(file)s: this is not a Parquet file.", file=path.name) from error
