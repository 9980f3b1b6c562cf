"""Reading the journal: what was imported, what it changed, what was odd."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from edino.integrations.exchange.errors import NoSuchRun
from edino.kernel import sql

_SQL: Final = sql.statements("edino.integrations", "journal.sql")
_PAGE: Final = 2000


@dataclass(frozen=True, slots=True)
class Listed:
    """An import in the journal."""

    id: int
    uid: UUID
    file: str
    kind: str
    state: str
    started_at: datetime
    finished_at: datetime | None
    counts: dict[str, dict[str, int]]
    oddities: dict[str, dict[str, Any]]
    source: str

    def sum(self, what: str) -> int:
        """How many things of all kinds were created, changed, unchanged, rejected."""
        return sum(told.get(what, 0) for kind, told in self.counts.items() if kind != "levels")

    @property
    def odd(self) -> int:
        """How many oddities there were."""
        return sum(int(told["count"]) for told in self.oddities.values())


@dataclass(frozen=True, slots=True)
class Told:
    """An import with all that is known of it."""

    id: int
    uid: UUID
    exchange_id: int
    file: str
    kind: str
    state: str
    size: int
    position: int
    staged: int
    applied: int
    as_of: datetime | None
    has_full: list[str]
    version: str
    counts: dict[str, dict[str, int]]
    oddities: dict[str, dict[str, Any]]
    failure: str
    started_at: datetime
    moved_at: datetime
    finished_at: datetime | None
    source: str
    way: str
    deactivated: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the diff; `fields` are (what, before, now)."""

    id: int
    kind: str
    what: str
    grp: str
    ext_id: str
    name: str
    line: int
    fields: list[list[str]]


def runs(
    *, state: str, kind: str, words: str, after: str | None, after_id: int | None, descending: bool, limit: int
) -> list[Listed]:
    """Imports by when they began."""
    given = {"state": state, "kind": kind, "words": words, "after": after, "after_id": after_id, "limit": limit}
    return sql.rows(_SQL["runs" if descending else "runs_upwards"], given, Listed)


def run(uid: UUID) -> Told:
    """One import; NoSuchRun."""
    found = sql.row(_SQL["run"], {"uid": uid}, Told)
    if found is None:
        raise NoSuchRun
    return found


def whats(run_id: int) -> dict[str, int]:
    """How many lines of each kind its diff has."""
    return dict(sql.tuples(_SQL["whats"], {"run_id": run_id}))


def changes(run_id: int, what: str, *, after: int = 0, limit: int = 100) -> list[Line]:
    """Lines of its diff."""
    given = {"run_id": run_id, "what": what, "after": after, "limit": limit}
    return sql.rows(_SQL["changes"], given, Line)


def rejected(run_id: int) -> Iterator[Line]:
    """Everything it refused, page by page."""
    after = 0
    while page := changes(run_id, "rejected", after=after, limit=_PAGE):
        after = page[-1].id
        yield from page
