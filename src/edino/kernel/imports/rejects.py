"""The rejects file: every row that was not written, with the reason, and the row itself to be mended.

The length of the file is saved with each batch's transaction. What stands beyond it belongs to a batch that never
committed, and is cut off before anything is added: so an interrupted import neither loses nor repeats a line.
"""

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from edino.kernel.imports.errors import Unreadable
from edino.kernel.imports.types import Rejection

TITLES = ("row", "field", "code", "reason")


def place(path: Path) -> Path:
    """Beside the file; in the working directory when that folder cannot be written."""
    name = f"{path.name}.rejects.csv"
    return path.with_name(name) if os.access(path.parent, os.W_OK) else Path.cwd() / name


class Rejects:
    """The rejects file of one import; it exists from the first rejected row on."""

    def __init__(self, path: Path, columns: Sequence[str], length: int) -> None:
        self.path = path
        self.length = length
        self._columns = columns
        if length == 0:
            path.unlink(missing_ok=True)

    def whole(self) -> bool:
        """Is all of it there that was saved?"""
        return self.length == 0 or (self.path.is_file() and self.path.stat().st_size >= self.length)

    def add(self, rejected: Iterable[tuple[Rejection, Sequence[Any]]]) -> int:
        """Add lines durably after the saved length; the new length, to be saved and then given to `saved`."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        if self.length == 0:
            writer.writerow([*TITLES, *self._columns])
        lines = 0
        for rejection, raw in rejected:
            lines += 1
            told = [rejection.number, rejection.field, rejection.code, rejection.reason, *raw]
            writer.writerow(["" if cell is None else _clean(cell) for cell in told])
        if not lines:
            return self.length
        mark = b"\xef\xbb\xbf" if self.length == 0 else b""
        data = mark + text.getvalue().encode("utf-8", "backslashreplace")
        try:
            with self.path.open("r+b" if self.length else "wb") as file:
                file.truncate(self.length)
                file.seek(self.length)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise Unreadable(
                "The rejects file %(file)s cannot be written: %(error)s.", file=str(self.path), error=error.strerror
            ) from error
        return self.length + len(data)

    def finish(self) -> None:
        """Cut off what an interrupted batch left behind."""
        if self.length and self.path.is_file() and self.path.stat().st_size > self.length:
            os.truncate(self.path, self.length)


def _clean(cell: Any) -> str:
    return str(cell).replace("\0", "\\x00")
