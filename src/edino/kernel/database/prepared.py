"""Statements sent straight through libpq, each prepared once per connection.

A cursor of psycopg steps through a generator for every statement, which also serves asyncio and pipelines: it costs
three times what libpq needs to send the statement and wait. What is a statement's text, which types its parameters
have and how values are adapted is psycopg's here too; only the conversation is libpq's own. While it waits for the
server other threads run; an interrupt is served when the answer is here.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, Final

import msgspec
import psycopg
from psycopg import errors
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader, PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

MOST: Final = 300
"""Statements a connection keeps prepared; beyond, the one that was not used for longest is forgotten."""

_PARAMETER: Final = re.compile(r"%(?:\((?P<name>\w+)\)s|(?P<percent>%)|s)")
Params = Mapping[str, Any] | Sequence[Any] | None
_DONE: Final = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK, ExecStatus.EMPTY_QUERY})


class Uuids(bytes):
    """Ids in the form in which PostgreSQL sends an array of them."""


class _Uuids(Dumper):
    """Sends them as they are, which the server reads at a third of the cost of their text."""

    format = Format.BINARY
    oid = 2951

    def dump(self, obj: Uuids) -> Uuids:
        return obj


class _Json(Loader):
    """Django leaves JSON as text for its own fields to read; here it becomes Python at once."""

    def load(self, data: Buffer) -> Any:
        return msgspec.json.decode(bytes(data))


def adapted(cursor: "psycopg.Cursor[Any]") -> "psycopg.Cursor[Any]":
    """A cursor that adapts values as named statements do."""
    cursor.adapters.register_loader("jsonb", _Json)
    cursor.adapters.register_loader("json", _Json)
    cursor.adapters.register_dumper(Uuids, _Uuids)
    return cursor


@lru_cache(maxsize=4096)
def _converted(text: str) -> tuple[bytes, tuple[str, ...], list[PyFormat]]:
    """A statement with `%(name)s`, or `%s`, as the server wants it, with the names in the order of their numbers."""
    names: dict[str, int] = {}
    places = count()

    def number(found: "re.Match[str]") -> str:
        if found["percent"]:
            return "%"
        name = found["name"] or str(next(places))
        return f"${names.setdefault(name, len(names) + 1)}"

    query = _PARAMETER.sub(number, text).encode()
    return query, tuple(names), [PyFormat.AUTO] * len(names)


class Prepared:
    """The statements of one connection. Used by one thread at a time, as the connection is."""

    __slots__ = ("_answer", "_connection", "_known", "_made", "_pgconn", "_transformer")

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._transformer = Transformer(adapted(psycopg.Cursor(connection)))
        self._known: OrderedDict[tuple[str, tuple[int, ...]], bytes] = OrderedDict()
        self._made = 0
        self._answer: PGresult | None = None

    @property
    def count(self) -> int:
        """How many rows the last statement answered or touched."""
        answer, self._answer = self._answer, None
        if answer is None:
            return 0
        return answer.ntuples if answer.status == ExecStatus.TUPLES_OK else answer.command_tuples or 0

    def run(self, text: str, params: Params) -> None:
        """Send a statement and wait for its answer. Raises psycopg's errors."""
        if not self._connection.autocommit and self._pgconn.transaction_status == TransactionStatus.IDLE:
            self._checked(self._pgconn.exec_(b"BEGIN"))
        values: Any = None
        types: tuple[int, ...] = ()
        formats: Sequence[Format] | None = None
        if params is None:
            query = text.encode()
        else:
            query, names, wanted = _converted(text)
            told = [params[name] for name in names] if isinstance(params, Mapping) else params
            values = self._transformer.dump_sequence(told, wanted)
            types, formats = self._transformer.types or (), self._transformer.formats
        name = self._name(text, query, types)
        self._answer = self._checked(self._pgconn.exec_prepared(name, values, formats))

    def rows(self, make: "Callable[[Sequence[Any]], Any]", most: int | None = None) -> list[Any]:
        """The rows that were answered, each made of its values; the answer is let go."""
        answer, self._answer = self._answer, None
        if answer is None or answer.status != ExecStatus.TUPLES_OK:
            raise psycopg.ProgrammingError("this statement answers no rows")
        transformer = self._transformer
        transformer.set_pgresult(answer)
        try:
            return transformer.load_rows(0, answer.ntuples if most is None else min(most, answer.ntuples), make)
        finally:
            transformer.set_pgresult(None)

    def columns(self) -> tuple[str, ...]:
        """The names of the columns that were answered."""
        answer = self._answer
        return tuple([(answer.fname(place) or b"").decode() for place in range(answer.nfields)]) if answer else ()

    def _name(self, text: str, query: bytes, types: tuple[int, ...]) -> bytes:
        key = (text, types)
        name = self._known.get(key)
        if name is not None:
            self._known.move_to_end(key)
            return name
        if len(self._known) >= MOST:
            _, oldest = self._known.popitem(last=False)
            self._checked(self._pgconn.exec_(b"DEALLOCATE " + oldest))
        self._made += 1
        name = b"edino_%d" % self._made
        self._checked(self._pgconn.prepare(name, query, types))
        self._known[key] = name
        return name

    def _checked(self, answer: PGresult) -> PGresult:
        if answer.status in _DONE:
            return answer
        if self._pgconn.status == ConnStatus.BAD:
            raise psycopg.OperationalError(self._pgconn.get_error_message())
        raise errors.error_from_result(answer, encoding="utf-8")
