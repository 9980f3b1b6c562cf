"""A file as rows: whatever its format, a `Table` streams records of cells with their numbers, in flat memory."""

import fnmatch
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from edino.kernel.imports.errors import Unreadable

Cells = Any
"""A sequence in the order of the table's columns, or a dict."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a person may say about a file; None means: find out."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One record. With a `problem` (code, reason) it could not be read, and `cells` are what is there of it."""

    number: int
    cells: Cells
    problem: tuple[str, str] | None = None


class Table(ABC):
    """An open file. `columns` are the titles in order, `loose` when records may have others too."""

    columns: Sequence[str]
    loose: bool = False

    @abstractmethod
    def records(self) -> Iterator[Record]:
        """The records from the beginning, once."""

    @abstractmethod
    def progress(self) -> float:
        """How far the reading has come, 0 to 1."""

    @abstractmethod
    def getter(self, column: str) -> Callable[[Cells], Any]:
        """How to take a column's value from a record's cells."""

    @abstractmethod
    def raw(self, cells: Cells) -> list[Any]:
        """The cells as they go to the rejects file."""

    @property
    def raw_columns(self) -> list[str]:
        """The titles of `raw`."""
        return list(self.columns)

    @abstractmethod
    def close(self) -> None:
        """Let go of the file."""


FORMATS: dict[str, str] = {
    "*.csv": "separated",
    "*.tsv": "separated",
    "*.txt": "separated",
    "*.jsonl": "jsonlines",
    "*.ndjson": "jsonlines",
    "*.json": "jsonlines",
    "*.parquet": "columnar",
    "*.pq": "columnar",
    "*.xlsx": "sheets",
    "*.xlsm": "sheets",
}


def open_table(path: Path, options: Options) -> Table:
    """Open a file by its name's ending; refused with a sentence when that cannot be done."""
    module = next((made for like, made in FORMATS.items() if fnmatch.fnmatch(path.name.lower(), like)), None)
    if module is None:
        endings = ", ".join(like[1:] for like in FORMATS)
        raise Unreadable("%(file)s: the name must end in one of %(endings)s.", file=path.name, endings=endings)
    if not path.is_file():
        raise Unreadable("%(file)s: there is no such file.", file=str(path))
    try:
        table: Table = import_module(f"edino.kernel.imports.{module}").open_table(path, options)
    except OSError as error:
        raise Unreadable("%(file)s: %(error)s.", file=path.name, error=error.strerror or str(error)) from error
    return table
