"""Excel workbooks, a row at a time. The workbook's table of shared texts is the one thing held in memory."""

import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from edino.kernel.imports.errors import Unreadable
from edino.kernel.imports.tables import Cells, Options, Record, Table

BROKEN = (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, EOFError, TypeError)


class Sheet(Table):
    """One sheet of an open workbook. Formulas give the value that was last computed."""

    def __init__(self, book: Any, sheet: Any, name: str) -> None:
        self._book = book
        self._name = name
        self._number = 0
        sheet.reset_dimensions()
        self._total = max(1, book_rows(sheet))
        self._rows = sheet.iter_rows(values_only=True)
        self.columns = self._header()

    def _header(self) -> list[str]:
        for cells in self._guarded():
            if any(cell is not None for cell in cells):
                titles = ["" if cell is None else str(cell).strip() for cell in cells]
                while titles and not titles[-1]:
                    titles.pop()
                return titles
        raise Unreadable("%(file)s: the sheet is empty, not even a row of titles.", file=self._name)

    def _guarded(self) -> Iterator[Sequence[Any]]:
        try:
            for cells in self._rows:
                self._number += 1
                yield cells
        except BROKEN as error:
            row = self._number + 1
            raise Unreadable("%(file)s: row %(row)s and on cannot be read.", file=self._name, row=row) from error

    def records(self) -> Iterator[Record]:
        width = len(self.columns)
        for cells in self._guarded():
            if len(cells) < width:
                cells = (*cells, *[None] * (width - len(cells)))  # noqa: PLW2901 - the sheet leaves out empty ends
            if all(cell is None for cell in cells):
                continue
            if any(cell is not None for cell in cells[width:]):
                yield Record(self._number, cells, ("cells", "there are values beyond the last title"))
            else:
                yield Record(self._number, cells[:width])

    def progress(self) -> float:
        return min(1.0, self._number / self._total)

    def getter(self, column: str) -> Callable[[Cells], Any]:
        return itemgetter(self.columns.index(column))

    def raw(self, cells: Cells) -> list[Any]:
        return list(cells)

    def close(self) -> None:
        self._book.close()


def book_rows(sheet: Any) -> int:
    """How many rows the sheet says it has; Excel's most when it does not say."""
    return int(sheet.max_row or 1_048_576)


def open_table(path: Path, options: Options) -> Table:
    """Open a sheet: the named one, the one of this number, or the first."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except BROKEN as error:
        raise Unreadable("%(file)s: this is not an Excel workbook.", file=path.name) from error
    try:
        return Sheet(book, _chosen(book, options.sheet, path.name), path.name)
    except Unreadable:
        book.close()
        raise


def _chosen(book: Any, wanted: str | None, file: str) -> Any:
    names = [sheet.title for sheet in book.worksheets]
    if wanted is None and names:
        return book.worksheets[0]
    if wanted in names:
        return book[wanted]
    if wanted is not None and wanted.isdigit() and 1 <= int(wanted) <= len(names):
        return book.worksheets[int(wanted) - 1]
    raise Unreadable(
        "%(file)s: no sheet %(sheet)s; there are: %(names)s.", file=file, sheet=wanted, names=", ".join(names)
    )
