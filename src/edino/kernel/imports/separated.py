"""CSV and its kin: encoding and delimiter found out or given, broken records reported one by one.

A quotation mark that is opened and never closed would swallow the rest of the file as one field. So the lines of a
record are kept until it is whole; when it breaks or grows beyond reason, its first line is reported and reading goes
on with the second.
"""

import csv
import io
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO

from edino.kernel.imports import encodings
from edino.kernel.imports.errors import Unreadable
from edino.kernel.imports.tables import Cells, Options, Record, Table

SAMPLE = 1 << 20
DELIMITERS = ",;\t|"
LONGEST = 1 << 20
HEAD = 1 << 16
csv.field_size_limit(LONGEST)


class _Overgrown(Exception):
    """A record went on for longer than any honest one."""


class Lines:
    """Physical lines with a memory of the record being read, so that its later lines can be read again."""

    def __init__(self, file: io.TextIOBase) -> None:
        self._file = file
        self._again: deque[str] = deque()
        self._size = 0
        self.taken: list[str] = []

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._file.readline(LONGEST + 1)
        if not line:
            raise StopIteration
        self._size += len(line)
        self.taken.append(line)
        if self._size > LONGEST:
            raise _Overgrown
        return line

    def begin(self) -> None:
        """A new record begins."""
        if self.taken:
            self.taken = []
            self._size = 0

    def give_back(self) -> str:
        """Return all lines but the first of this record to the stream; the first."""
        first, *rest = self.taken
        self._again.extendleft(reversed(rest))
        self._skip_rest_of(first)
        return first

    def _skip_rest_of(self, line: str) -> None:
        while len(line) > LONGEST and not line.endswith("\n") and not self._again:
            line = self._file.readline(LONGEST + 1)


class Separated(Table):
    """An open CSV file."""

    def __init__(self, binary: BinaryIO, size: int, encoding: str, delimiter: str, name: str) -> None:
        self._binary = binary
        self._size = size
        self._text = io.TextIOWrapper(binary, encoding=encoding, errors="surrogateescape", newline="")
        self._lines = Lines(self._text)
        self._reader = csv.reader(self._lines, delimiter=delimiter, strict=True)
        self._number = 0
        try:
            self.columns = self._header(name)
        except Unreadable:
            self.close()
            raise

    def _header(self, name: str) -> list[str]:
        try:
            for cells in self._reader:
                self._number += 1
                if any(cell.strip() for cell in cells):
                    return [cell.strip() for cell in cells]
        except (csv.Error, _Overgrown) as error:
            raise Unreadable("%(file)s: the line of titles cannot be read.", file=name) from error
        except UnicodeError as error:
            raise Unreadable("%(file)s: it is not in the encoding that was named.", file=name) from error
        raise Unreadable("%(file)s: it is empty, not even a line of titles.", file=name)

    def records(self) -> Iterator[Record]:
        width = len(self.columns)
        lines, reader = self._lines, self._reader
        while True:
            lines.begin()
            self._number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, _Overgrown):
                text = lines.give_back().rstrip("\r\n")[:LONGEST]
                yield Record(self._number, [text], ("quoting", "the quotation marks or the length are not right"))
                continue
            except UnicodeError as error:
                raise Unreadable("Row %(row)s is not in the file's encoding.", row=self._number) from error
            if not any(cells):
                continue
            yield Record(self._number, cells) if len(cells) == width else self._uneven(cells, width)

    def _uneven(self, cells: list[str], width: int) -> Record:
        if len(cells) > width and not any(cells[width:]):
            return Record(self._number, cells[:width])
        reason = f"the row has {len(cells)} cells, the titles are {width}"
        return Record(self._number, cells, ("cells", reason))

    def progress(self) -> float:
        return min(1.0, self._binary.tell() / self._size) if self._size else 1.0

    def getter(self, column: str) -> Callable[[Cells], Any]:
        return itemgetter(self.columns.index(column))

    def raw(self, cells: Cells) -> list[Any]:
        return list(cells)

    def close(self) -> None:
        self._text.close()


def open_table(path: Path, options: Options) -> Table:
    """Open a file of separated values."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    encoding = encodings.named(options.encoding) if options.encoding else encodings.detect(sample)
    text = sample.decode(encoding, "replace")
    delimiter = options.delimiter or _delimiter(text, len(text) > HEAD)
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise Unreadable("The delimiter must be one character, not %(given)s.", given=repr(delimiter))
    return Separated(path.open("rb", buffering=1 << 16), path.stat().st_size, encoding, delimiter, path.name)


def _delimiter(text: str, cut: bool) -> str:
    """The delimiter that makes the most records as wide as the titles; more columns decide a tie."""
    lines = [line for line in text[:HEAD].splitlines()[:200] if line.strip()]
    if cut and len(lines) > 1:
        lines = lines[:-1]

    def score(delimiter: str) -> tuple[float, int]:
        widths = _widths(lines, delimiter)
        if not widths or widths[0] < 2:
            return 0.0, 0
        return sum(width == widths[0] for width in widths) / len(widths), widths[0]

    return max(DELIMITERS, key=score)


def _widths(lines: Sequence[str], delimiter: str) -> list[int]:
    try:
        return [len(cells) for cells in csv.reader(lines, delimiter=delimiter)]
    except csv.Error:
        return []
