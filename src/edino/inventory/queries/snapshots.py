"""Statements about stock files."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec

from edino.inventory.types import SnapshotChange, SnapshotReport, SnapshotRow, StockFile
from edino.kernel import log, sql

_SQL = sql.statements("edino.inventory", "snapshots.sql")
_CHUNK = 20_000
FEW = 5_000
"""Rows of a file whose movements are found level by level; of more, by time."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A comparison in numbers; `last` is the place of the last row that differs, `named` the places named."""

    unchanged: int
    changed: int
    added: int
    removed: int
    stale: int
    zeroed: int
    stocked: int
    last: int
    named: int
    unheard: int


@contextmanager
def staged(rows: Iterable[SnapshotRow] | UUID) -> Iterator[int]:
    """Put the rows of a file into a table of this connection, a piece at a time; how many there are.

    The uid of a file stands for the rows that were kept of it.
    """
    sql.execute(_SQL["drop_rows"])
    sql.execute(_SQL["begin_rows"])
    try:
        count = 0
        if isinstance(rows, UUID):
            count, rows = sql.execute(_SQL["stage_kept"], {"uid": rows}), ()
        waiting = iter(rows)
        while chunk := list(islice(waiting, _CHUNK)):
            lines = [
                f"{place}\t{log.escape(row.location)}\t{log.escape(row.sku)}\t{row.quantity}\n"
                for place, row in enumerate(chunk, count)
            ]
            _copy("".join(lines))
            count += len(chunk)
        sql.execute(_SQL["look"])
        yield count
    finally:
        if not _broken():
            sql.execute(_SQL["drop_rows"])


def _copy(text: str) -> None:
    for observer in sql.observers:
        observer(_SQL["stage"].text)
    with sql.cursor() as cur, cur.copy(_SQL["stage"].text) as copy:
        copy.write(text)


def _broken() -> bool:
    """Whether the transaction has failed: its end takes the tables away."""
    return sql.native().info.transaction_status.name == "INERROR"


def unknown(most: int) -> tuple[dict[str, int], list[tuple[int, bool]]]:
    """Rows by what is odd about them (`usable` too), and the first of unknown SKUs (True) and locations (False)."""
    [(skus, locations, usable, negative, places, which)] = sql.tuples(_SQL["unknown"], {"most": most})
    counts = {"sku": skus, "location": locations, "negative": negative, "usable": usable}
    return counts, list(zip(places or [], which or [], strict=True))


def locations_named() -> list[int]:
    """The locations that the file names."""
    return [row[0] for row in sql.tuples(_SQL["locations_named"])]


def compare(as_of: datetime, rows: int, locations: Sequence[int], *, full: bool) -> Summary:
    """Compare a file of so many rows with the book."""
    few = rows <= FEW and not full
    sql.execute(_SQL["compare"], {"as_of": as_of, "locations": list(locations), "full": full, "few": few})
    sql.execute(_SQL["order_changes"])
    sql.execute(_SQL["look_at_changes"])
    found = sql.row(_SQL["sum_up"], {}, Summary)
    assert found is not None  # noqa: S101 - an aggregate without groups has one row
    return found


def largest(most: int) -> list[SnapshotChange]:
    """The greatest changes."""
    return sql.rows(_SQL["largest"], {"most": most}, SnapshotChange)


def differing(after: int, until: int) -> tuple[int, int]:
    """How many rows of a span differ: where the variant never was, and where it was."""
    [(new, known)] = sql.tuples(_SQL["differing"], {"after": after, "until": until})
    return new, known


def make(after: int, until: int, capacities: Sequence[int], values: dict[str, Any]) -> list[tuple[int, int, int, int]]:
    """Make the levels of a span that never were, with their first movements: (capacity, level, quantity, variant).

    `capacities` are ids, one for each; those of the levels that were made must be opened in the same transaction.
    """
    given = {"after": after, "until": until, "capacities": list(capacities)}
    return sql.tuples(_SQL["make"], {**given, **values})


def apply(after: int, until: int, values: dict[str, Any]) -> list[tuple[int, int, int]]:
    """Write the movements of a span: (capacity, difference, variant) of each that is new."""
    return sql.tuples(_SQL["apply"], {"after": after, "until": until, **values})


def note_levels(as_of: datetime) -> None:
    """From when the numbers of the file's levels are."""
    sql.execute(_SQL["note_levels"], {"as_of": as_of})


def note_locations(locations: Sequence[int], as_of: datetime) -> None:
    """From when the numbers of whole locations are."""
    sql.execute(_SQL["note_locations"], {"locations": list(locations), "as_of": as_of})


def record(uid: UUID, values: dict[str, Any]) -> int:
    """Note a file and what came of it; its row's id."""
    return int(sql.scalar(_SQL["record"], {"uid": uid, **values}))


def keep_rows(snapshot_id: int) -> int:
    """Keep what is staged until a person decides; how many rows."""
    return sql.execute(_SQL["keep_rows"], {"snapshot": snapshot_id})


def drop_kept(uid: UUID) -> int:
    """Forget the rows that were kept of a file."""
    return sql.execute(_SQL["drop_kept"], {"uid": uid})


def decide(uid: UUID, *, state: str, by: str, now: datetime) -> bool:
    """Whether the file waited and has been decided on by this call."""
    return sql.execute(_SQL["decide"], {"uid": uid, "state": state, "by": by, "now": now}) == 1


def files(*, uid: UUID | None = None, state: str = "", origin: str = "", limit: int = 500) -> list[StockFile]:
    """Stock files, the newest first."""
    found = sql.rows(_SQL["files"], {"uid": uid, "state": state, "origin": origin, "limit": limit}, StockFile)
    return [replace(one, report=msgspec.convert(one.report, SnapshotReport)) for one in found]


def outlived(before: datetime) -> list[UUID]:
    """Files that have waited since before a moment."""
    return [row[0] for row in sql.tuples(_SQL["outlived"], {"before": before})]
