"""Statements about transfers, counts and cases."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from edino.inventory.types import Case, Count, CountLine, Transfer, TransferLine
from edino.kernel import sql

_SQL = sql.statements("edino.inventory", "work.sql")
MOST = 1000


@dataclass(frozen=True, slots=True)
class LockedTransfer:
    """A transfer that nobody else changes now."""

    id: int
    uid: UUID
    state: str
    origin_id: int
    destination_id: int
    origin: str
    destination: str


@dataclass(frozen=True, slots=True)
class LockedCount:
    """A count that nobody else changes now."""

    id: int
    uid: UUID
    state: str
    is_full: bool
    location_id: int
    location: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class _Transfer:
    number: int
    uid: UUID
    origin: str
    destination: str
    state: str
    note: str
    created_at: datetime
    created_by: str
    sent_at: datetime | None
    closed_at: datetime | None

    def with_lines(self, lines: Sequence[TransferLine]) -> Transfer:
        return Transfer(
            uid=self.uid,
            number=self.number,
            origin=self.origin,
            destination=self.destination,
            state=self.state,
            note=self.note,
            created_at=self.created_at,
            created_by=self.created_by,
            sent_at=self.sent_at,
            closed_at=self.closed_at,
            lines=tuple(lines),
        )


@dataclass(frozen=True, slots=True)
class _Count:
    number: int
    uid: UUID
    location: str
    state: str
    is_full: bool
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None


def add_transfer(uid: UUID, origin: int, destination: int, *, note: str, by: str, now: datetime) -> int:
    """Make a transfer; its id."""
    values = {"uid": uid, "origin": origin, "destination": destination, "note": note, "by": by, "now": now}
    return int(sql.scalar(_SQL["add_transfer"], values))


def add_transfer_lines(transfer: int, lines: Sequence[tuple[int, int]]) -> None:
    """Put (variant, quantity) on a transfer."""
    values = {"variants": [line[0] for line in lines], "quantities": [line[1] for line in lines]}
    sql.execute(_SQL["add_transfer_lines"], {"transfer": transfer, **values})


def lock_transfer(uid: UUID) -> LockedTransfer | None:
    """A transfer, for changing it."""
    return sql.row(_SQL["lock_transfer"], {"uid": uid}, LockedTransfer)


def transfer_lines(ids: Sequence[int]) -> dict[int, list[TransferLine]]:
    """The lines of transfers, by transfer."""
    found: dict[int, list[TransferLine]] = {id_: [] for id_ in ids}
    for id_, *line in sql.tuples(_SQL["transfer_lines"], {"ids": list(ids)}):
        found[id_].append(TransferLine(*line))
    return found


def set_transfer(id_: int, state: str, *, sent_at: datetime | None = None, closed_at: datetime | None = None) -> None:
    """The new state of a transfer."""
    sql.execute(_SQL["set_transfer"], {"id": id_, "state": state, "sent_at": sent_at, "closed_at": closed_at})


def receive_lines(transfer: int, lines: Sequence[tuple[int, int, int]]) -> None:
    """(variant, received, lost) of a transfer."""
    variants, received, lost = (list(column) for column in zip(*lines, strict=True))
    values = {"transfer": transfer, "variants": variants, "received": received, "lost": lost}
    sql.execute(_SQL["receive_lines"], values)


def transfers(*, uid: UUID | None = None, state: str = "", location: str = "", limit: int = MOST) -> list[Transfer]:
    """Transfers with their lines, the newest first."""
    values = {"uid": uid, "state": state, "location": location, "limit": limit}
    rows = sql.rows(_SQL["transfers"], values, _Transfer)
    lines = transfer_lines([row.number for row in rows]) if rows else {}
    return [row.with_lines(lines[row.number]) for row in rows]


def open_count(uid: UUID, location_id: int, *, full: bool, by: str, now: datetime) -> int | None:
    """Begin a count; None when one is open at the location."""
    values = {"uid": uid, "location_id": location_id, "full": full, "by": by, "now": now}
    found = sql.scalar(_SQL["open_count"], values)
    return None if found is None else int(found)


def lock_count(uid: UUID) -> LockedCount | None:
    """A count, for changing it."""
    return sql.row(_SQL["lock_count"], {"uid": uid}, LockedCount)


def record_count(count: LockedCount, variant_id: int, counted: int, *, add: bool, now: datetime) -> tuple[int, int]:
    """(counted, book) after a scan."""
    values = {
        "count": count.id,
        "location_id": count.location_id,
        "variant_id": variant_id,
        "counted": counted,
        "add": add,
        "now": now,
    }
    [found] = sql.tuples(_SQL["record_count"], values)
    return found


def counted_of(count: LockedCount, variant_id: int) -> int:
    """How many of a variant a count has seen so far."""
    return int(sql.scalar(_SQL["counted_of"], {"count": count.id, "variant_id": variant_id}) or 0)


def note_area(count: LockedCount, area: str, more: int, by: str) -> None:
    """So many more, or fewer, were seen in an area."""
    sql.execute(_SQL["note_area"], {"count": count.id, "area": area, "more": more, "by": by})


def areas(uid: UUID) -> list[tuple[str, int, str]]:
    """What each area of a count came to."""
    return list(sql.tuples(_SQL["areas"], {"uid": uid}))


def count_lines(ids: Sequence[int]) -> dict[int, list[CountLine]]:
    """The lines of counts, by count."""
    found: dict[int, list[CountLine]] = {id_: [] for id_ in ids}
    for id_, *line in sql.tuples(_SQL["count_lines"], {"ids": list(ids)}):
        found[id_].append(CountLine(*line))
    return found


def note_missing(count: LockedCount, now: datetime) -> None:
    """Note as nothing what a full count did not find."""
    values = {"count": count.id, "location_id": count.location_id}
    missing = sql.tuples(_SQL["not_counted"], values)
    if missing:
        given = {"variants": [row[0] for row in missing], "books": [row[1] for row in missing]}
        sql.execute(_SQL["add_not_counted"], {"count": count.id, "now": now, **given})


def close_count(count: LockedCount, state: str, now: datetime) -> None:
    """A count is over."""
    sql.execute(_SQL["close_count"], {"id": count.id, "state": state, "now": now})
    if state == "closed":
        sql.execute(_SQL["note_counted"], {"count": count.id, "location_id": count.location_id})


def counts(*, uid: UUID | None = None, state: str = "", location: str = "", limit: int = MOST) -> list[Count]:
    """Counts with their lines, the newest first."""
    values = {"uid": uid, "state": state, "location": location, "limit": limit}
    rows = sql.rows(_SQL["counts"], values, _Count)
    lines = count_lines([row.number for row in rows]) if rows else {}
    return [
        replace(
            Count(
                uid=row.uid,
                number=row.number,
                location=row.location,
                state=row.state,
                is_full=row.is_full,
                opened_at=row.opened_at,
                opened_by=row.opened_by,
                closed_at=row.closed_at,
            ),
            lines=tuple(lines[row.number]),
        )
        for row in rows
    ]


def cases(*, state: str = "", location: str = "", uid: UUID | None = None, limit: int = MOST) -> list[Case]:
    """Cases, open ones first."""
    return sql.rows(_SQL["cases"], {"state": state, "location": location, "uid": uid, "limit": limit}, Case)


def resolve_case(uid: UUID, *, resolution: str, by: str, now: datetime) -> int:
    """Close a case; how many were open."""
    return sql.execute(_SQL["resolve_case"], {"uid": uid, "resolution": resolution, "by": by, "now": now})
