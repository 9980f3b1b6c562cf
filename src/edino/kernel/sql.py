"""Named SQL. Statements live in `.sql` files; this module finds them and runs them on Django's connection.

A file is blocks of `-- name: words`, a comment line with the purpose, and the statement with `%(name)s` parameters.
They run server-side bound on the native connection, so they share Django's transaction and can be prepared.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format
from psycopg.rows import class_row, tuple_row

Row = TypeVar("Row")
Params = Mapping[str, Any] | Sequence[Any] | None

_BLOCK = re.compile(r"^-- name: *(?P<name>\w+) *$\n(?P<text>(?:(?!^-- name:).*\n?)*)", re.MULTILINE)
_INDENT = re.compile(r"\n +")
"""Left out of what is sent: psycopg reads a statement of more than 4,096 bytes anew each time it is run."""

observers: list[Any] = []
"""Callables `(sql) -> None` told of each statement: the architecture tests and query counters listen here."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One named statement: `name`, its one-line `purpose`, the `text` sent to the server."""

    name: str
    purpose: str
    text: str


@cache
def statements(package: str, file: str) -> Mapping[str, Statement]:
    """The statements of `sql/<file>` in a package, by name. A block without a purpose is refused."""
    source = files(package).joinpath("sql", file).read_text(encoding="utf-8")
    found: dict[str, Statement] = {}
    for match in _BLOCK.finditer(source):
        purpose, _, text = match["text"].lstrip("\n").partition("\n")
        if not purpose.startswith("-- "):
            raise ValueError(f"{package}/sql/{file}: {match['name']} has no purpose line")
        if match["name"] in found:
            raise ValueError(f"{package}/sql/{file}: {match['name']} is named twice")
        found[match["name"]] = Statement(match["name"], purpose[3:].strip(), _INDENT.sub("\n", text.strip()))
    return found


def native(using: str = DEFAULT_DB_ALIAS) -> "psycopg.Connection[Any]":
    """The psycopg connection under Django's, inside whatever transaction is open."""
    wrapper = connections[using]
    wrapper.ensure_connection()
    return wrapper.connection  # type: ignore[no-any-return]


class _Json(Loader):
    """Django leaves JSON as text for its own fields to read; here it becomes Python at once."""

    def load(self, data: Buffer) -> Any:
        return msgspec.json.decode(bytes(data))


class Uuids(bytes):
    """Ids in the form in which PostgreSQL sends an array of them."""


class _Uuids(Dumper):
    """Sends them as they are, which the server reads at a third of the cost of their text."""

    format = Format.BINARY
    oid = 2951

    def dump(self, obj: Uuids) -> Uuids:
        return obj


_UUID = 2950
_SIXTEEN = b"\x00\x00\x00\x10"


def uuids(texts: Iterable[str]) -> Uuids:
    """Ids given as text, as a parameter `%(name)s::uuid[]`."""
    told = bytes.fromhex("".join(texts).replace("-", ""))
    if not told:
        return Uuids(struct.pack(">iiI", 0, 0, _UUID))
    parts = [told[start : start + 16] for start in range(0, len(told), 16)]
    head = struct.pack(">iiIii", 1, 0, _UUID, len(parts), 1)
    return Uuids(b"".join([head, _SIXTEEN, _SIXTEEN.join(parts)]))


def _adapted(cur: "psycopg.Cursor[Any]") -> "psycopg.Cursor[Any]":
    cur.adapters.register_loader("jsonb", _Json)
    cur.adapters.register_loader("json", _Json)
    cur.adapters.register_dumper(Uuids, _Uuids)
    return cur


@contextmanager
def cursor(row: type[Row] | None = None, using: str = DEFAULT_DB_ALIAS) -> Iterator["psycopg.Cursor[Any]"]:
    """A server-side binding cursor; errors arrive as Django's, as from the ORM."""
    wrapper = connections[using]
    connection = native(using)
    with wrapper.wrap_database_errors:
        if row is None:
            made: psycopg.Cursor[Any] = psycopg.Cursor(connection)
        else:
            made = psycopg.Cursor(connection, row_factory=class_row(row))
        with _adapted(made):
            yield made


def _run(cur: "psycopg.Cursor[Any]", statement: Statement | str, params: Params) -> None:
    text = statement.text if isinstance(statement, Statement) else statement
    for observer in observers:
        observer(text)
    if isinstance(params, Mapping):
        params = {name: array(value) if isinstance(value, list) else value for name, value in params.items()}
    cur.execute(text, params, prepare=True)


def array(values: list[Any]) -> Any:
    """A list as the text of a PostgreSQL array, several times faster than psycopg's own; other lists stay theirs.

    The statement must say the type, as in `%(ids)s::bigint[]`.
    """
    kinds = set(map(type, values))
    if not kinds <= _PLAIN:
        return values
    if _NULL in kinds:
        return "{" + ",".join(map(_element, values)) + "}"
    if kinds <= _BARE:
        return "{" + ",".join(map(str, values)) + "}"
    if kinds == {str}:
        told = '","'.join(values)
        if "\\" not in told and told.count('"') == 2 * (len(values) - 1):
            return '{"' + told + '"}'
    elif kinds == {bool}:
        return "{" + ",".join(["t" if value else "f" for value in values]) + "}"
    return "{" + ",".join(map(_element, values)) + "}"


_NULL = type(None)
_PLAIN = {int, float, bool, str, UUID, _NULL}
_BARE = {int, float, UUID}


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


_LARGE = 1_000
"""Rows of an answer that is not worth keeping until the next statement."""


_factory: Any = cache(class_row)


@contextmanager
def _kept(factory: Any, using: str) -> Iterator["psycopg.Cursor[Any]"]:
    wrapper = connections[using]
    connection = native(using)
    with wrapper.wrap_database_errors:
        # One cursor per connection, since making one costs as much as a short statement. The connection keeps it.
        cur = connection.__dict__.get("_edino_cursor")
        if cur is None or cur.closed:
            cur = connection.__dict__["_edino_cursor"] = _adapted(psycopg.Cursor(connection))
        cur.row_factory = factory
        yield cur
        if cur.rowcount > _LARGE:
            del connection.__dict__["_edino_cursor"]


def rows(statement: Statement | str, params: Params, row: type[Row], using: str = DEFAULT_DB_ALIAS) -> list[Row]:
    """All rows as instances of a dataclass whose fields are the columns."""
    with _kept(_factory(row), using) as cur:
        _run(cur, statement, params)
        return cur.fetchall()


def row(statement: Statement | str, params: Params, row: type[Row], using: str = DEFAULT_DB_ALIAS) -> Row | None:
    """The first row, or None."""
    with _kept(_factory(row), using) as cur:
        _run(cur, statement, params)
        found: Row | None = cur.fetchone()
        return found


def tuples(statement: Statement | str, params: Params = None, using: str = DEFAULT_DB_ALIAS) -> list[tuple[Any, ...]]:
    """All rows as plain tuples, for the hot paths."""
    with _kept(tuple_row, using) as cur:
        _run(cur, statement, params)
        return cur.fetchall()


def scalar(statement: Statement | str, params: Params = None, using: str = DEFAULT_DB_ALIAS) -> Any:
    """The first column of the first row, or None."""
    with _kept(tuple_row, using) as cur:
        _run(cur, statement, params)
        found = cur.fetchone()
        return found[0] if found else None


def execute(statement: Statement | str, params: Params = None, using: str = DEFAULT_DB_ALIAS) -> int:
    """Run it; how many rows it touched."""
    with _kept(tuple_row, using) as cur:
        _run(cur, statement, params)
        return cur.rowcount
