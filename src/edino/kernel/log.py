"""The event log: appended in the caller's transaction, read by cursors that can never skip a row.

PostgreSQL hands out ids before commits, so a row with a smaller id can appear after one with a larger id was read.
Each row therefore keeps its transaction (xid8); a reader takes only rows whose transaction is below the horizon of
its snapshot, in the order (epoch, xid, id). See docs/algorithms/log.md.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, TypeVar
from uuid import UUID

import msgspec
import structlog
from django.db import transaction

from edino.kernel import clock, ids, sql

Class = Literal["fact", "behaviour"]
Key = TypeVar("Key", UUID, str)
CLASSES: Final[dict[Class, int]] = {"fact": 0, "behaviour": 1}
NAMES: Final[dict[int, Class]] = {0: "fact", 1: "behaviour"}
REMEMBERED: Final = timedelta(days=30)
FEW: Final = 20
"""Up to so many rows one INSERT, which reads the epoch itself, costs less than asking for it and a COPY."""

_SQL = sql.statements("edino.kernel", "log.sql")
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_encode = msgspec.json.Encoder().encode
logger = structlog.get_logger("edino.log")


class Fact(msgspec.Struct, frozen=True, gc=False):
    """One thing that happened.

    `klass` "fact" is kept for ever and deduplicated by `key` for ever; "behaviour" is archived and dropped, and its
    `key` is remembered for 30 days at least. `body` (a dict, or JSON already encoded) must hold no raw identifiers.
    Without a key the row is unique; one given as text is as PostgreSQL shows it.
    """

    type: str
    klass: Class
    occurred_at: datetime
    body: dict[str, Any] | msgspec.Raw | str
    profile_id: int | None = None
    source_id: int | None = None
    key: UUID | str = msgspec.field(default_factory=ids.uuid7)
    fingerprint: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the log as a reader gets it."""

    id: int
    epoch: int
    xid: str
    profile_id: int | None
    received_at: datetime
    occurred_at: datetime
    key: UUID
    source_id: int | None
    klass: Class
    type: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position: everything up to and including (epoch, xid, id) has been read."""

    epoch: int
    xid: str
    id: int


START: Final = Cursor(0, "0", 0)
Handler = Callable[[Sequence[Event]], None]


@dataclass(frozen=True, slots=True)
class Reader:
    """A named function of the log."""

    name: str
    handle: Handler
    batch: int
    types: frozenset[str] | None


readers: dict[str, Reader] = {}
_ready_until: datetime = datetime.min.replace(tzinfo=UTC)
_ready_since: datetime = datetime.max.replace(tzinfo=UTC)


def make_ready(at: datetime) -> None:
    """Make sure the partitions for this moment exist; cheap when they do."""
    global _ready_until, _ready_since
    if _ready_since <= at < _ready_until:
        return
    until = sql.scalar(_SQL["ready"], {"at": at})
    month = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if transaction.get_connection().in_atomic_block:
        return  # made in a transaction that may yet roll back, so nothing is remembered
    _ready_since, _ready_until = month, until


def append(facts: Iterable[Fact]) -> int:
    """Append rows in the open transaction; how many. Keys are trusted: ask `known` first when they come from outside.

    A behaviour key that was taken at the same instant by another connection raises `django.db.IntegrityError`.
    """
    received = clock.now()
    make_ready(received)
    told = list(facts)
    if len(told) <= FEW:
        return sql.execute(_SQL["append_few"], _columns(told, received)) if told else 0
    stamp = f"{received.isoformat()}\t"
    epoch = sql.scalar(_SQL["epoch"])
    copy_in(_SQL["append"], "".join([_line(fact, stamp, epoch) for fact in told]))
    return len(told)


def _columns(facts: list[Fact], received: datetime) -> dict[str, Any]:
    return {
        "at": received,
        "profiles": [fact.profile_id for fact in facts],
        "occurred": [fact.occurred_at.isoformat() for fact in facts],
        "keys": [fact.key for fact in facts],
        "fingerprints": [fact.fingerprint for fact in facts],
        "sources": [fact.source_id for fact in facts],
        "classes": [CLASSES[fact.klass] for fact in facts],
        "types": [fact.type for fact in facts],
        "bodies": [_text(fact.body) for fact in facts],
    }


def copy_in(statement: sql.Statement, text: str) -> None:
    """Feed a COPY … FROM STDIN statement with lines already in COPY's text format."""
    for observer in sql.observers:
        observer(statement.text)
    with sql.cursor() as cur, cur.copy(statement.text) as copy:
        copy.write(text)


def escape(text: str) -> str:
    """A text as COPY's text format wants it."""
    if "\\" not in text and text.isprintable():
        return text
    return _SPECIAL.sub(lambda match: _ESCAPES[match[0]], text)


def _text(body: dict[str, Any] | msgspec.Raw | str) -> str:
    return body if isinstance(body, str) else _encode(body).decode()


def _line(fact: Fact, stamp: str, epoch: int) -> str:
    profile = "\\N" if fact.profile_id is None else fact.profile_id
    source = "\\N" if fact.source_id is None else fact.source_id
    body = fact.body if isinstance(fact.body, str) else _text(fact.body)
    if "\\" in body:
        body = body.replace("\\", "\\\\")
    return (
        f"{profile}\t{stamp}{fact.occurred_at.isoformat()}\t{fact.key}\t{fact.fingerprint}\t{source}\t{epoch}\t"
        f"{CLASSES[fact.klass]}\t{escape(fact.type)}\t{body}\n"
    )


def known(keys: Sequence[Key], klass: Class, *, earlier: bool = False) -> dict[Key, int]:
    """Which keys are taken already, with the fingerprint of the body that took them.

    `earlier`: look only where the append itself would not stumble, that is in the months before this one.
    """
    if not keys or (earlier and klass == "fact"):
        return {}
    told = {str(key): key for key in keys}
    params: dict[str, Any] = {"keys": sql.uuids(told)}
    if klass == "fact":
        return {told[key]: mark for key, mark in sql.tuples(_SQL["known_facts"], params)}
    now = clock.now()
    until = (
        now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0) if earlier else now + REMEMBERED
    )
    params |= {"since": now - REMEMBERED, "until": until}
    return {told[key]: mark for key, mark in sql.tuples(_SQL["known_behaviour"], params)}


def take_fact_keys(keys: Sequence[Key], fingerprints: Sequence[int]) -> set[Key]:
    """Take natural keys for ever; those that were free. Waits for another transaction taking the same one."""
    if not keys:
        return set()
    told = {str(key): key for key in keys}
    params = {"keys": sql.uuids(map(str, keys)), "fingerprints": list(fingerprints)}
    return {told[key] for (key,) in sql.tuples(_SQL["take_fact_keys"], params)}


def read(cursor: Cursor, size: int) -> list[Event]:
    """The next rows that are safe to read, oldest first."""
    found = sql.tuples(_SQL["read"], {"epoch": cursor.epoch, "xid": cursor.xid, "id": cursor.id, "size": size})
    return [
        Event(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], NAMES[row[8]], row[9], row[10])
        for row in found
    ]


def reader(name: str, *, batch: int = 500, types: Iterable[str] | None = None) -> Callable[[Handler], Handler]:
    """Register a function of the log. It runs in a transaction with its cursor, so each row has its effect once."""

    def register(handle: Handler) -> Handler:
        readers[name] = Reader(name, handle, batch, frozenset(types) if types is not None else None)
        return handle

    return register


def step(one: Reader) -> int:
    """Let a reader take one batch, under its lock; how many rows it moved past (0 also when another runs it)."""
    with _lock(one.name) as mine:
        if not mine:
            return 0
        with transaction.atomic():
            cursor = Cursor(*sql.tuples(_SQL["reader_cursor"], {"name": one.name})[0])
            events = read(cursor, one.batch)
            if not events:
                return 0
            wanted = [event for event in events if one.types is None or event.type in one.types]
            _handle(one, wanted)
            last = events[-1]
            moved = {"name": one.name, "epoch": last.epoch, "xid": last.xid, "id": last.id, "seen": len(events)}
            sql.execute(_SQL["reader_moved"], moved)
        return len(events)


def drain(names: Iterable[str] | None = None) -> int:
    """Run readers until none of them has anything to read; how many rows were moved past."""
    total = 0
    while True:
        moved = sum(step(readers[name]) for name in (list(names) if names else list(readers)))
        if not moved:
            return total
        total += moved


def _handle(one: Reader, events: Sequence[Event]) -> None:
    if not events:
        return
    try:
        with transaction.atomic():
            one.handle(events)
    except Exception as error:  # noqa: BLE001 - whatever a handler trips over must not stop the log
        if len(events) > 1:
            middle = len(events) // 2
            _handle(one, events[:middle])
            _handle(one, events[middle:])
            return
        bad = events[0]
        logger.error("set aside", reader=one.name, event_id=bad.id, error=type(error).__name__)  # noqa: TRY400 - no bodies
        params = {"reader": one.name, "event_id": bad.id, "type": bad.type, "error": repr(error)[:2000]}
        sql.execute(_SQL["reader_failed"], {**params, "at": clock.now()})


@contextmanager
def _lock(name: str) -> Any:
    mine = sql.scalar(_SQL["reader_lock"], {"name": name})
    try:
        yield mine
    finally:
        if mine:
            sql.scalar(_SQL["reader_unlock"], {"name": name})


def rewind(name: str, *, since: datetime) -> None:
    """Set a reader back so that it reads again from the first row received at or after a moment."""
    sql.execute(_SQL["rewind"], {"name": name, "since": since})


def raise_epoch() -> int:
    """Begin a new epoch after a restore; its number."""
    return int(sql.scalar(_SQL["raise_epoch"]))


def lag() -> list[tuple[str, int, datetime, bool]]:
    """(reader, rows seen, last moved, is anything still to read) of every reader that ever ran."""
    return [(name, seen, moved, behind) for name, seen, moved, behind in sql.tuples(_SQL["reader_lag"])]
