"""JSON Lines: one object per line; columns are dotted paths into it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from edino.kernel.imports.errors import Unreadable
from edino.kernel.imports.tables import Cells, Options, Record, Table

LONGEST = 4 << 20
PEEK = 200


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _problem(line: bytes) -> tuple[str, str] | None:
    if len(line) > LONGEST:
        return "too_long", f"the line is longer than {LONGEST} bytes"
    return None


def parse(line: bytes) -> tuple[dict[str, Any], tuple[str, str] | None]:
    """The object on a line, or the line under the name `raw` with what is wrong with it."""
    problem = _problem(line)
    if problem is None:
        try:
            found = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
        except UnicodeDecodeError:
            problem = ("encoding", "the line is not UTF-8")
        except (ValueError, RecursionError) as error:
            problem = ("json", f"the line is not JSON: {error}")
        else:
            if isinstance(found, dict):
                return found, None
            problem = ("json", "the line is not a JSON object")
    return {"raw": line[:LONGEST].decode("utf-8", "backslashreplace")}, problem


class JsonLines(Table):
    """An open file of JSON objects."""

    loose = True

    def __init__(self, binary: BinaryIO, size: int) -> None:
        self._binary = binary
        self._size = size
        self._done = 0
        self.columns = self._peek()

    def _peek(self) -> list[str]:
        """The keys of the first lines, so that aliases can be recognised; others may come later."""
        seen: dict[str, None] = {}
        for record in self._read(PEEK):
            if record.problem is None:
                seen.update(dict.fromkeys(record.cells))
        self._binary.seek(0)
        self._done = 0
        return list(seen)

    def records(self) -> Iterator[Record]:
        return self._read(None)

    def _read(self, most: int | None) -> Iterator[Record]:
        number = 0
        while most is None or number < most:
            line = self._binary.readline(LONGEST + 1)
            if not line:
                return
            number += 1
            self._done += len(line)
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.strip():
                yield Record(number, *parse(line.rstrip(b"\r\n")))
            while len(line) > LONGEST and not line.endswith(b"\n"):
                line = self._binary.readline(LONGEST + 1)
                self._done += len(line)

    def progress(self) -> float:
        return min(1.0, self._done / self._size) if self._size else 1.0

    def getter(self, column: str) -> Callable[[Cells], Any]:
        if "." not in column:
            return lambda cells: cells.get(column)
        return path_getter(column)

    def raw(self, cells: Cells) -> list[Any]:
        if list(cells) == ["raw"]:
            return [cells["raw"]]
        return [json.dumps(cells, ensure_ascii=False, default=str)]

    @property
    def raw_columns(self) -> list[str]:
        return ["raw"]

    def close(self) -> None:
        self._binary.close()


def path_getter(column: str) -> Callable[[Cells], Any]:
    """Follow a dotted path; a key that has the dots itself comes first."""
    parts = column.split(".")

    def get(cells: Cells) -> Any:
        if column in cells:
            return cells[column]
        value: Any = cells
        for part in parts:
            if not isinstance(value, dict):
                return None
            value = value.get(part)
        return value

    return get


def open_table(path: Path, options: Options) -> Table:
    """Open a file of JSON lines; an array over many lines is refused, because it cannot be read line by line."""
    file = path.open("rb", buffering=1 << 16)
    start = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    file.seek(0)
    if start.startswith(b"["):
        file.close()
        raise Unreadable("%(file)s: this is one JSON array; give one object per line.", file=path.name)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        file.close()
        raise Unreadable("%(file)s: JSON Lines must be UTF-8.", file=path.name)
    return JsonLines(file, path.stat().st_size)
