"""Named SQL. Statements live in `.sql` files; this module finds them and runs them on Django's connection.

A file is blocks of `-- name: words`, a comment line with the purpose, and the statement with `%(name)s` parameters.
They run server-side bound on the native connection, so they share Django's transaction and can be prepared.
"""

import re
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

from edino.kernel.database.prepared import Params, Prepared, Uuids, adapted

Row = TypeVar("Row")

_BLOCK = re.compile(r"^-- name: *(?P<name>\w+) *$\n(?P<text>(?:(?!^-- name:).*\n?)*)", re.MULTILINE)

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
        found[match["name"]] = Statement(match["name"], purpose[3:].strip(), text.strip())
    return found


def native(using: str = DEFAULT_DB_ALIAS) -> "psycopg.Connection[Any]":
    """The psycopg connection under Django's, inside whatever transaction is open."""
    wrapper = connections[using]
    wrapper.ensure_connection()
    return wrapper.connection  # type: ignore[no-any-return]


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


@contextmanager
def cursor(using: str = DEFAULT_DB_ALIAS) -> Iterator["psycopg.Cursor[Any]"]:
    """A cursor of psycopg, for COPY; errors arrive as Django's, as from the ORM."""
    connection = native(using)
    with connections[using].wrap_database_errors, adapted(psycopg.Cursor(connection)) as made:
        yield made


def _run(wrapper: Any, text: str, params: Params) -> Prepared:
    """Send a statement on a connection of Django's, in whatever transaction is open; its answer waits to be read."""
    wrapper.ensure_connection()
    for observer in observers:
        observer(text)
    connection = wrapper.connection
    sender: Prepared | None = connection.__dict__.get("_edino_prepared")
    if sender is None:
        sender = connection.__dict__["_edino_prepared"] = Prepared(connection)
    if isinstance(params, Mapping):
        params = {name: array(value) if isinstance(value, list) else value for name, value in params.items()}
    sender.run(text, params)
    return sender


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


def _maker(row: Callable[..., Row], columns: tuple[str, ...]) -> Callable[[Sequence[Any]], Row]:
    """What makes a row of its values: by place where the columns stand as the fields do, else by name."""
    fields = getattr(row, "__struct_fields__", None) or getattr(row, "__match_args__", None)
    if columns == fields:
        return lambda values: row(*values)
    return lambda values: row(**dict(zip(columns, values, strict=True)))


def rows(statement: Statement | str, params: Params, row: type[Row], using: str = DEFAULT_DB_ALIAS) -> list[Row]:
    """All rows as instances of a dataclass whose fields are the columns."""
    wrapper = connections[using]
    with wrapper.wrap_database_errors:
        sender = _run(wrapper, _text(statement), params)
        return sender.rows(_maker(row, sender.columns()))


def row(statement: Statement | str, params: Params, row: type[Row], using: str = DEFAULT_DB_ALIAS) -> Row | None:
    """The first row, or None."""
    wrapper = connections[using]
    with wrapper.wrap_database_errors:
        sender = _run(wrapper, _text(statement), params)
        found: list[Row] = sender.rows(_maker(row, sender.columns()), 1)
        return found[0] if found else None


def tuples(statement: Statement | str, params: Params = None, using: str = DEFAULT_DB_ALIAS) -> list[tuple[Any, ...]]:
    """All rows as plain tuples, for the hot paths."""
    wrapper = connections[using]
    with wrapper.wrap_database_errors:
        return _run(wrapper, _text(statement), params).rows(tuple)


def scalar(statement: Statement | str, params: Params = None, using: str = DEFAULT_DB_ALIAS) -> Any:
    """The first column of the first row, or None."""
    wrapper = connections[using]
    with wrapper.wrap_database_errors:
        found = _run(wrapper, _text(statement), params).rows(tuple, 1)
        return found[0][0] if found else None


def execute(statement: Statement | str, params: Params = None, using: str = DEFAULT_DB_ALIAS) -> int:
    """Run it; how many rows it touched."""
    wrapper = connections[using]
    with wrapper.wrap_database_errors:
        return _run(wrapper, _text(statement), params).count


def _text(statement: Statement | str) -> str:
    return statement if isinstance(statement, str) else statement.text
