"""The compiled book of this process: read anew as soon as its version in the database is another."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edino.promotions.queries import promotions as queries
from edino.promotions.rules import Book
from edino.promotions.rules.documents import from_document
from edino.promotions.types import Rule


@dataclass(frozen=True, slots=True)
class Kept:
    """A version of the book, with the documents its rules were made of."""

    book: Book
    documents: Mapping[int, dict[str, Any]]


_lock = threading.Lock()
_kept: list[Kept] = []
"""The last one read, or nothing yet."""


def book(version: int) -> Kept:
    """The book of this version, or of a newer one. Versions are never used twice, not even after a rollback."""
    for kept in _kept:
        if kept.book.version == version:
            return kept
    with _lock:
        read = _read()
        _kept[:] = [read]
        return read


def latest() -> Kept:
    """The book as this process knows it; the statement that reads the limits says whether it is still the one."""
    return _kept[0] if _kept else book(queries.version())


def _read() -> Kept:
    version, rows = queries.book()
    rules = [Rule(id_, number, from_document(document)) for id_, number, document in rows]
    return Kept(Book(rules, version), {id_: document for id_, _, document in rows})
