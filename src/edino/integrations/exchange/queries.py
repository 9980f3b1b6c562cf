"""Statements of the exchange: journal, staging, and the mirror of what each source said last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from edino.kernel import clock, ids, sql

_SQL = sql.statements("edino.integrations", "exchange.sql")
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Exchange:
    """A conversation with a source: a session of 1C, or files given at once."""

    id: int
    uid: UUID
    source_id: int
    kind: str
    way: str
    state: str
    version: str
    opened_at: datetime
    key_id: int | None = None


@dataclass(slots=True)
class Run:
    """One file of an exchange: how far it is, what came of it. `has_full`: parts of which it told everything."""

    id: int
    uid: UUID
    exchange_id: int
    source_id: int
    kind: str
    file: str
    size: int
    state: str
    position: int
    staged: int
    applied: int
    as_of: datetime | None
    has_full: list[str]
    catalog: str
    version: str
    counts: dict[str, dict[str, int]]
    oddities: dict[str, dict[str, Any]]
    failure: str
    started_at: datetime
    moved_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Staged:
    """A record of the document."""

    kind: str
    ext_id: str
    grp: str
    article: str
    line: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What a source said last of a thing. `settled`: the doors took it; `active`: it is still told."""

    kind: str
    ext_id: str
    grp: str
    catalog: str
    article: str
    sku: str
    body: dict[str, Any]
    settled: bool
    active: bool
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the human diff; `fields` are (what, before, now)."""

    kind: str
    what: str
    grp: str
    ext_id: str
    name: str
    line: int = 0
    fields: Sequence[tuple[str, str, str]] = field(default=())


MOST_LOCKS: Final = 2**31 - 1


def lock(source_id: int) -> bool:
    """Become the one process that imports for a source; False when another is."""
    return bool(sql.scalar(_SQL["lock"], {"source_id": source_id % MOST_LOCKS}))


def unlock(source_id: int) -> None:
    """Let others."""
    sql.scalar(_SQL["unlock"], {"source_id": source_id % MOST_LOCKS})


def open_exchange(
    *, source_id: int, kind: str, way: str, token: bytes | None = None, key_id: int | None = None
) -> Exchange:
    """A new exchange; `token` is the hash of the cookie that names it, `key_id` the key that opened it."""
    given = {"uid": ids.uuid7(), "source_id": source_id, "kind": kind, "way": way, "token": token, "at": clock.now()}
    given["key_id"] = key_id
    found = sql.row(_SQL["open_exchange"], given, Exchange)
    assert found is not None  # noqa: S101 - INSERT … RETURNING returns
    return found


def exchange_by_token(token: bytes) -> Exchange | None:
    """The exchange of a cookie."""
    return sql.row(_SQL["exchange_by_token"], {"token": token}, Exchange)


def open_exchanges(source_id: int, way: str) -> list[Exchange]:
    """Those of a source still open, oldest first."""
    return sql.rows(_SQL["open_exchanges"], {"source_id": source_id, "way": way}, Exchange)


def idle_exchanges(before: datetime) -> list[Exchange]:
    """Open ones in which nothing has happened since."""
    return sql.rows(_SQL["idle_exchanges"], {"before": before}, Exchange)


def touch_exchange(exchange_id: int, version: str = "") -> None:
    """It goes on."""
    sql.execute(_SQL["touch_exchange"], {"id": exchange_id, "version": version[:20], "at": clock.now()})


def close_exchange(exchange_id: int) -> None:
    """It is over."""
    sql.execute(_SQL["close_exchange"], {"id": exchange_id, "at": clock.now()})


def begin_run(exchange: Exchange, *, kind: str, file: str, size: int) -> Run:
    """A file begins."""
    given = {"uid": ids.uuid7(), "exchange_id": exchange.id, "source_id": exchange.source_id, "at": clock.now()}
    found = sql.row(_SQL["begin_run"], {**given, "kind": kind, "file": file, "size": size}, Run)
    assert found is not None  # noqa: S101 - as above
    return found


def run(run_id: int) -> Run | None:
    """One import."""
    return sql.row(_SQL["run"], {"id": run_id}, Run)


def run_of_file(exchange_id: int, file: str) -> Run | None:
    """The last import of a file in an exchange."""
    return sql.row(_SQL["run_of_file"], {"exchange_id": exchange_id, "file": file}, Run)


def runs_of_exchange(exchange_id: int) -> list[Run]:
    """All imports of an exchange, in order."""
    return sql.rows(_SQL["runs_of_exchange"], {"exchange_id": exchange_id}, Run)


def save_run(run: Run) -> None:
    """Keep how far it is."""
    names = ("id", "state", "position", "staged", "applied", "as_of", "has_full", "catalog", "version", "failure")
    given = {name: getattr(run, name) for name in names}
    given |= {"counts": _encode(run.counts).decode(), "oddities": _encode(run.oddities).decode(), "at": clock.now()}
    sql.execute(_SQL["save_run"], given)


def stage(run_id: int, rows: Sequence[tuple[str, str, int, int, str, str, str]]) -> None:
    """Stage rows of (kind, id, place, line, group, article, body as JSON)."""
    names = ("kinds", "ext_ids", "places", "lines", "grps", "articles", "bodies")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    sql.execute(_SQL["stage"], {"run_id": run_id, **columns})


def already_staged(run_id: int, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Which of these (kind, id) the document has told before, and what."""
    given = {"run_id": run_id, "kinds": [kind for kind, _ in keys], "ext_ids": [each for _, each in keys]}
    return {(kind, ext_id): body for kind, ext_id, body in sql.tuples(_SQL["already_staged"], given)}


def unstage(run_id: int) -> None:
    """Forget what was staged."""
    sql.execute(_SQL["unstage"], {"run_id": run_id})


def imply_offers(run_id: int, source_id: int, catalog: str) -> list[tuple[str, int]]:
    """Stage an offer for each product that is priced or counted, and offered by no name; their (id, line)."""
    given = {"run_id": run_id, "source_id": source_id, "catalog": catalog}
    return [(ext_id, line) for ext_id, line in sql.tuples(_SQL["imply_offers"], given)]


def repeated(what: str, run_id: int) -> list[tuple[str, int, int]]:
    """(value, how many share it, first line) of the names, categories, articles or barcodes of a document."""
    return [(text or "", count, line) for text, count, line in sql.tuples(_SQL[f"repeated_{what}"], {"run_id": run_id})]


def mirrored_without_offer(run_id: int, source_id: int, catalog: str) -> tuple[int, list[str]]:
    """Products of a catalogue that a package offers nothing of."""
    given = {"run_id": run_id, "source_id": source_id, "catalog": catalog}
    [(count, names)] = sql.tuples(_SQL["mirrored_without_offer"], given)
    return count, names or []


def waiting(run_id: int, kind: str, limit: int) -> list[Staged]:
    """The next records of a kind to apply."""
    return sql.rows(_SQL["waiting"], {"run_id": run_id, "kind": kind, "limit": limit}, Staged)


def staged_of_groups(run_id: int, grps: Sequence[str]) -> list[Staged]:
    """Goods and offers of these products in the document."""
    return sql.rows(_SQL["staged_of_groups"], {"run_id": run_id, "grps": list(grps)}, Staged)


def mirrored_of_groups(source_id: int, grps: Sequence[str]) -> list[Mirrored]:
    """Goods and offers of these products as told before."""
    return sql.rows(_SQL["mirrored_of_groups"], {"source_id": source_id, "grps": list(grps)}, Mirrored)


def mirrored(source_id: int, kind: str, ext_ids: Sequence[str]) -> dict[str, Mirrored]:
    """Things of a kind as told before, by id."""
    given = {"source_id": source_id, "kind": kind, "ext_ids": list(dict.fromkeys(ext_ids))}
    return {one.ext_id: one for one in sql.rows(_SQL["mirrored"], given, Mirrored)}


def vocabulary(source_id: int, kind: str) -> dict[str, Mirrored]:
    """Everything of a small kind: categories, properties, price types, stores."""
    return {one.ext_id: one for one in sql.rows(_SQL["vocabulary"], {"source_id": source_id, "kind": kind}, Mirrored)}


def reflect(source_id: int, exchange_id: int, things: Sequence[Mirrored], as_of: datetime) -> None:
    """Keep what the source says, as told at `as_of` where a thing does not bring a moment of its own."""
    if not things:
        return
    given: dict[str, Any] = {"source_id": source_id, "exchange_id": exchange_id, "at": clock.now()}
    for column, name in _COLUMNS.items():
        given[column] = [getattr(one, name) for one in things]
    given["bodies"] = [_encode(one.body).decode() for one in things]
    given["told"] = [(one.told_at or as_of).isoformat() for one in things]
    sql.execute(_SQL["reflect"], given)


_COLUMNS: Final[Mapping[str, str]] = {
    "kinds": "kind",
    "ext_ids": "ext_id",
    "grps": "grp",
    "catalogs": "catalog",
    "articles": "article",
    "skus": "sku",
    "settled": "settled",
    "active": "active",
}


def mark_done(run_id: int, keys: Sequence[tuple[str, str]]) -> None:
    """These (kind, id) are applied."""
    given = {"run_id": run_id, "kinds": [kind for kind, _ in keys], "ext_ids": [each for _, each in keys]}
    sql.execute(_SQL["mark_done"], given)


def article_owners(run_id: int, source_id: int, articles: Sequence[str]) -> dict[str, int]:
    """Of how many products each article is."""
    given = {"run_id": run_id, "source_id": source_id, "articles": list(articles)}
    return dict(sql.tuples(_SQL["article_owners"], given))


def taken_skus(source_id: int, skus: Sequence[str]) -> dict[str, str]:
    """Which of these the source has given already, and to which of its variants."""
    return dict(sql.tuples(_SQL["taken_skus"], {"source_id": source_id, "skus": list(skus)}))


def note_changes(run_id: int, changes: Sequence[Change]) -> None:
    """Keep lines of the human diff."""
    if not changes:
        return
    sql.execute(
        _SQL["note_changes"],
        {
            "run_id": run_id,
            "kinds": [one.kind for one in changes],
            "whats": [one.what for one in changes],
            "grps": [one.grp for one in changes],
            "ext_ids": [one.ext_id for one in changes],
            "names": [one.name for one in changes],
            "lines": [one.line for one in changes],
            "fields": [_encode(one.fields).decode() for one in changes],
        },
    )


def absent(source_id: int, kind: str, catalog: str, exchange_id: int, limit: int) -> list[Mirrored]:
    """Active things of a catalogue that this exchange did not name."""
    given = {"source_id": source_id, "kind": kind, "catalog": catalog, "exchange_id": exchange_id, "limit": limit}
    return sql.rows(_SQL["absent"], given, Mirrored)


def deactivate(source_id: int, kind: str, ext_ids: Sequence[str]) -> None:
    """They are no longer told."""
    given = {"source_id": source_id, "kind": kind, "ext_ids": list(ext_ids), "at": clock.now()}
    sql.execute(_SQL["deactivate"], given)


def add_deactivated(exchange_id: int, count: int) -> None:
    """Count what an exchange deactivated."""
    sql.execute(_SQL["add_deactivated"], {"id": exchange_id, "count": count})


def present(source_id: int, kind: str, catalog: str) -> int:
    """How many goods or offers of a catalogue are active."""
    return int(sql.scalar(_SQL["present"], {"source_id": source_id, "kind": kind, "catalog": catalog}))


def give_up(exchanges: Sequence[int]) -> None:
    """End the imports that were interrupted; what they had applied stays, and is not done twice."""
    for (run_id,) in sql.tuples(_SQL["give_up"], {"exchanges": list(exchanges), "at": clock.now()}):
        unstage(run_id)


def forget_old(before: datetime) -> int:
    """Forget the journal of exchanges that ended before a moment; how many."""
    return sql.execute(_SQL["forget_old"], {"before": before})


def supersede(exchange_id: int, files: Sequence[str]) -> None:
    """Files came anew: what was imported of them before no longer stands for them."""
    sql.execute(_SQL["supersede"], {"exchange_id": exchange_id, "files": list(files)})
