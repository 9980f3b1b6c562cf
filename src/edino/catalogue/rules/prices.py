"""What becomes of prices that are told: which are new rows, from when, and which are known already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

Pair = tuple[int, int]


class Told(NamedTuple):
    """A price of a (list, variant) as it was told."""

    pair: Pair
    amount: int | None
    starts_at: datetime | None
    ends_at: datetime | None


class Row(NamedTuple):
    """A row as it is kept, or is to be."""

    amount: int | None
    starts_at: datetime
    ends_at: datetime | None


@dataclass(slots=True)
class Shelf:
    """What is known of one (list, variant): rows in the order in which they were recorded."""

    rows: list[Row] = field(default_factory=list)
    fresh: bool = True
    """Nothing was recorded before what is being told now, so a history may be brought in."""

    def counting(self, *, temporary: bool) -> list[Row]:
        """Rows of a kind that count: of those with the same start, the one recorded last."""
        kept = {row.starts_at: row for row in self.rows if (row.ends_at is not None) == temporary}
        return list(kept.values())

    def regular_at(self, at: datetime) -> Row | None:
        """The regular price in force."""
        begun = [row for row in self.counting(temporary=False) if row.starts_at <= at]
        return max(begun, key=lambda row: row.starts_at, default=None)

    def temporary_at(self, at: datetime) -> Row | None:
        """The temporary price in force."""
        begun = [
            row for row in self.counting(temporary=True) if row.starts_at <= at and row.ends_at and at < row.ends_at
        ]
        return max(begun, key=lambda row: row.starts_at, default=None)

    def same_start(self, starts_at: datetime, *, temporary: bool) -> Row | None:
        """The row of a kind that starts at this moment."""
        return next((row for row in self.counting(temporary=temporary) if row.starts_at == starts_at), None)


Outcome = Literal["created", "changed", "unchanged", "past"]
"""`past`: a temporary price whose time is over, told when others are known already; the history is not rewritten."""


def decide(told: Told, shelf: Shelf, now: datetime) -> tuple[Outcome, Row | None]:
    """What becomes of one price, and the row to add; the shelf takes it in, so that the next price sees it."""
    temporary = told.ends_at is not None
    start = told.starts_at or now
    if told.starts_at is not None:
        same = shelf.same_start(start, temporary=temporary)
        if same is not None and same.amount == told.amount:
            return _repeated(told, same, shelf, now)
    if start < now and not shelf.fresh:
        start = now
    if told.ends_at is not None and told.ends_at <= start:
        return "past", None
    standing = shelf.temporary_at(start) if temporary else shelf.regular_at(start)
    if standing is None and told.amount is None:
        return "unchanged", None
    if standing is not None and standing.amount == told.amount:
        begun = told.starts_at is None or told.starts_at <= now
        if begun or standing.ends_at == told.ends_at:
            return _repeated(told, standing, shelf, now)
    outcome: Outcome = "changed" if shelf.rows else "created"
    row = Row(told.amount, start, told.ends_at)
    shelf.rows.append(row)
    return outcome, row


def _repeated(told: Told, standing: Row, shelf: Shelf, now: datetime) -> tuple[Outcome, Row | None]:
    """The same price again, perhaps with another end; one that has begun cannot have ended before now."""
    if told.ends_at == standing.ends_at or told.ends_at is None or standing.ends_at is None:
        return "unchanged", None
    if standing.ends_at <= now:
        return "past", None
    ends_at = max(told.ends_at, standing.starts_at, now)
    row = Row(told.amount, standing.starts_at, ends_at)
    shelf.rows.append(row)
    return "changed", row


def shelves(known: Iterable[tuple[Pair, Row]], pairs: Sequence[Pair]) -> dict[Pair, Shelf]:
    """What is known, by pair."""
    found = {pair: Shelf() for pair in pairs}
    for pair, row in known:
        found[pair].rows.append(row)
        found[pair].fresh = False
    return found
