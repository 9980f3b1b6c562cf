"""The same SQL through pgbench: the statements of recorded purchases, as a script that pgbench can repeat.

Purchases are made in this process through the WSGI application, and each statement that reaches PostgreSQL is kept with
its parameters and the first row of its answer. Every choice of goods is bought twice: what differs between the two is
what belongs to one purchase. A part of a parameter that differs becomes what a statement before answered, or an id that
is new each time; times, and texts that nothing asks for again, stay as recorded. `docs/performance.md` says what that
leaves out.
"""

import io
import json
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import psycopg
from bench.selling import shop
from psycopg._queries import PostgresQuery
from psycopg.adapt import Transformer
from psycopg.pq import TransactionStatus

from edino.kernel.database import prepared

CHOICES = 8
"""So many different purchases are recorded; pgbench draws one of them each time."""
FIRST_NUMBER = 9_000_000
"""Where the numbers of recorded shoppers begin, beyond those of the measured ones."""
_TOKEN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-Za-z]+")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ARRAY = re.compile(r"\{[0-9]+(?:,[0-9]+)*\}")
_PARAMETER = re.compile(r"\$([0-9]+)")

Buy = Callable[[Any, shop.Opened, random.Random, int], tuple[list[float], tuple[int, Any]]]


@dataclass(slots=True)
class Step:
    """One statement as it was sent: its text with $1, $2 …, their types and values, its answer's first row."""

    text: str
    kinds: list[str] = field(default_factory=list)
    values: list[str | None] = field(default_factory=list)
    answered: dict[str, str] = field(default_factory=dict)
    rows: int = 0


class Replayed(NamedTuple):
    """What pgbench did: orders a second, how many orders it really left in the book, statements of each."""

    rate: float
    orders: int
    statements: int


class Inside:
    """Calls the web application in this process, as `Client` does over HTTP."""

    def __init__(self, key: str) -> None:
        from edino.site.wsgi import application  # Django is set up by now

        self.application: Any = application
        self.key = key

    def call(self, method: str, path: str, body: Any, *, key: str = "") -> tuple[int, Any]:
        """Send JSON; the status and what came back."""
        content = msgspec.json.encode(body)
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": f"/api/v1{path}",
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost",
            "HTTP_AUTHORIZATION": f"Bearer {self.key}",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(content)),
            "wsgi.input": io.BytesIO(content),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
            **({"HTTP_IDEMPOTENCY_KEY": key} if key else {}),
        }
        status: list[int] = []
        response = self.application(environ, lambda line, _headers, _error=None: status.append(int(line[:3])))
        answer = b"".join(response)
        response.close()
        return status[0], msgspec.json.decode(answer) if answer else None


@contextmanager
def listening() -> Iterator[list[Step]]:
    """Everything that any connection of this process sends meanwhile, BEGIN and COMMIT included."""
    steps: list[Step] = []
    execute, command = psycopg.Cursor.execute, psycopg.Connection._exec_command

    def executed(self: Any, query: Any, params: Any = None, **more: Any) -> Any:
        done = execute(self, query, params, **more)
        steps.append(_step(self, query, params))
        return done

    def commanded(self: Any, told: Any, *more: Any) -> Any:
        steps.append(Step(bytes(told).decode()))
        return (yield from command(self, told, *more))

    send = prepared.Prepared.run

    def ran(self: Any, text: str, params: Any) -> None:
        if not self._connection.autocommit and self._pgconn.transaction_status == TransactionStatus.IDLE:
            steps.append(Step("BEGIN"))
        send(self, text, params)
        steps.append(_prepared(self, text, params))

    prepared.Prepared.run = ran  # type: ignore[method-assign]
    psycopg.Cursor.execute, psycopg.Connection._exec_command = executed, commanded  # type: ignore[assignment,method-assign]
    try:
        yield steps
    finally:
        prepared.Prepared.run = send  # type: ignore[method-assign]
        psycopg.Cursor.execute, psycopg.Connection._exec_command = execute, command  # type: ignore[method-assign]


def _step(cursor: Any, query: Any, params: Any) -> Step:
    given, answer = params or (), cursor.pgresult
    if isinstance(cursor, psycopg.ClientCursor):
        step = Step(cursor.mogrify(query, params))
    else:
        sent = PostgresQuery(Transformer.from_context(cursor))
        sent.convert(query, params)
        values = [given[name] for name in sent._order or ()] if isinstance(given, Mapping) else list(given)
        step = Step(
            sent.query.decode(), [_kind(cursor, oid) for oid in sent.types or ()], [_text(one) for one in values]
        )
    return _answered(step, answer)


def _prepared(sender: Any, text: str, params: Any) -> Step:
    if params is None:
        return _answered(Step(text), sender._answer)
    query, names, _ = prepared._converted(text)
    values = [params[name] for name in names] if isinstance(params, Mapping) else list(params)
    kinds = [_kind(sender._transformer, oid) for oid in sender._transformer.types or ()]
    return _answered(Step(query.decode(), kinds, [_text(one) for one in values]), sender._answer)


def _answered(step: Step, answer: Any) -> Step:
    if answer is not None and answer.ntuples:
        step.rows = answer.ntuples
        for place in range(answer.nfields):
            value = answer.get_value(0, place)
            if value is not None:
                step.answered[answer.fname(place).decode()] = value.decode()
    return step


def _kind(cursor: Any, oid: int) -> str:
    known = cursor.adapters.types.get(oid) if oid else None
    return known.name if known else ""


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "t" if value else "f"
    return "\\x" + value.hex() if isinstance(value, bytes) else str(value)


def recorded(opened: shop.Opened, buy: Buy) -> list[tuple[list[Step], list[Step], str, str]]:
    """Each choice bought twice: the statements of both, and the numbers of their shoppers."""
    from edino.kernel import sql  # Django is set up by now

    sql.tuples(_APART)
    inside = Inside(opened.key)
    numbers = count(FIRST_NUMBER)

    def bought(choice: int) -> tuple[list[Step], str]:
        number = next(numbers)
        with listening() as steps:
            _, (status, answer) = buy(inside, opened, random.Random(choice), number)
        if status != 200:
            raise RuntimeError(f"the recorded purchase was refused: {status} {answer}")
        return steps, f"{number % 10_000_000:07}"

    tapes = []
    for choice in range(CHOICES):
        for _ in range(20):
            bought(choice)  # so that what a process keeps for some seconds is known to it
            (one, first), (other, second) = bought(choice), bought(choice)
            if [step.text for step in one] == [step.text for step in other]:
                tapes.append((one, other, first, second))
                break
        else:
            raise RuntimeError("two purchases of the same goods never sent the same statements")
    return tapes


class Script:
    """One recorded purchase as a script of pgbench, with the values that it is given from outside."""

    def __init__(self, place: int, one: Sequence[Step], other: Sequence[Step], numbers: tuple[str, str]) -> None:
        self.prefix = f"k{place}_"
        self.given: dict[str, str] = {}
        self.fresh: dict[tuple[str, str], str] = {}
        self.sources: dict[tuple[str, str], str] = {
            (f"7916{numbers[0]}", f"7916{numbers[1]}"): ":phone::text",
            (f"kolya{int(numbers[0])}", f"kolya{int(numbers[1])}"): "'kolya' || :phone::text",
        }
        self.wanted: set[str] = set()
        self.blocks = [self._block(at, step, twin) for at, (step, twin) in enumerate(zip(one, other, strict=True))]

    def text(self) -> str:
        """The script."""
        lines = [
            f"\\set n :n + {len(self.fresh) + 1}",
            "\\set person :person + 1",
            "\\set phone 79400000000 + :client_id * 1000000 + :person",
        ]
        lines += [f"\\set fresh{place} :client_id * 10000000000 + :n + {place}" for place in range(len(self.fresh))]
        for text, prefix in self.blocks:
            lines.append(f"{text}\n\\gset {prefix}" if prefix in self.wanted else f"{text};")
        return "\n".join(lines) + "\n"

    def _block(self, at: int, step: Step, twin: Step) -> tuple[str, str]:
        told = [self._expression(*one) for one in zip(step.values, twin.values, step.kinds, strict=True)]
        text = _PARAMETER.sub(lambda found: told[int(found[1]) - 1], step.text).strip().rstrip(";")
        prefix = f"s{at}_"
        for name in step.answered.keys() & twin.answered.keys():
            self._learn(prefix, name, (step.answered[name], twin.answered[name]), step.rows)
        return _one_line(text), prefix

    def _learn(self, prefix: str, name: str, pair: tuple[str, str], rows: int) -> None:
        """An answer that differs between the two purchases is where later parameters may come from."""
        if pair[0] == pair[1] or rows != 1:
            return
        if _ARRAY.fullmatch(pair[0]) and _ARRAY.fullmatch(pair[1]):
            for place, both in enumerate(zip(_TOKEN.findall(pair[0]), _TOKEN.findall(pair[1]), strict=True), 1):
                self.sources.setdefault(both, f"(:{prefix}{name}::bigint[])[{place}]")
        elif _TOKEN.fullmatch(pair[0]):
            self.sources.setdefault(pair, f":{prefix}{name}")

    def _expression(self, one: str | None, other: str | None, kind: str) -> str:
        cast = f"::{kind}" if kind else ""
        if one is None:
            return f"NULL{cast}"
        if one == other or other is None or _is_object(one):
            return self._constant(one) + cast
        mine, theirs = _TOKEN.findall(one), _TOKEN.findall(other)
        if len(mine) != len(theirs):
            return self._constant(one) + cast
        told: list[str] = []
        rest = one
        for pair in zip(mine, theirs, strict=True):
            if pair[0] == pair[1] or not (source := self._source(pair)):
                continue
            before, _, rest = rest.partition(pair[0])
            told += [self._constant(before) + "::text"] if before else []
            told.append(source)
        if not told:
            return self._constant(one) + cast
        told += [self._constant(rest) + "::text"] if rest else []
        if len(told) == 1:
            return (told[0] if told[0].startswith(":") and "::" not in told[0] else f"({told[0]})") + cast
        return f"({' || '.join(f'({each})::text' for each in told)}){cast}"

    def _source(self, pair: tuple[str, str]) -> str:
        known = self.sources.get(pair)
        if known is None and _UUID.fullmatch(pair[0]):
            place = self.fresh.setdefault(pair, f"fresh{len(self.fresh)}")
            known = self.sources[pair] = f"('0e000000-0000-7000-8000-' || lpad(to_hex(:{place}::bigint), 12, '0'))"
        if known and (found := re.match(r"\(?:(s[0-9]+_)", known)):
            self.wanted.add(found[1])
        return known or ""

    def _constant(self, value: str) -> str:
        if not value:
            return "''"  # a variable of pgbench holds one letter at least
        name = next((name for name, known in self.given.items() if known == value), "")
        if not name:
            name = f"{self.prefix}{len(self.given)}"
            self.given[name] = value
        return f":{name}"


def _is_object(text: str) -> bool:
    """Whether it is a JSON object: nothing asks the database for what stands inside of one."""
    if not text.startswith("{"):
        return False
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _one_line(text: str) -> str:
    """Without comments: pgbench reads a statement to its semicolon."""
    return "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("--"))


def run(opened: shop.Opened, buy: Buy, *, clients: int, seconds: int) -> Replayed:
    """Record, then let pgbench repeat it."""
    from edino.kernel import postgres, sql  # Django is set up by now

    tapes = recorded(opened, buy)
    scripts = [Script(place, *tape[:2], tape[2:]) for place, tape in enumerate(tapes)]
    before = int(sql.scalar(_PLACED))
    with tempfile.TemporaryDirectory(prefix="edino-replay-") as folder:
        command = [str(postgres.bin("pgbench")), "-n", "-M", "prepared", "-c", str(clients), "-j", "2"]
        command += ["-T", str(seconds), "-D", "n=0", "-D", "person=0"]
        for place, script in enumerate(scripts):
            file = Path(folder) / f"purchase{place}.sql"
            file.write_text(script.text(), encoding="utf-8")
            command += ["-f", str(file)]
            for name, value in script.given.items():
                command += ["-D", f"{name}={value}"]
        environment = {**postgres.environment(), "PGOPTIONS": "-c plan_cache_mode=force_generic_plan"}
        done = subprocess.run([*command, opened.url], env=environment, capture_output=True, text=True, check=False)
    rate = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    told = re.search(r"^number of transactions actually processed: ([0-9]+)", done.stdout, re.MULTILINE)
    orders = int(sql.scalar(_PLACED)) - before
    if done.returncode or not rate or not told or int(told[1]) != orders:
        raise RuntimeError(f"pgbench stopped, or wrote {orders} orders only: {done.stdout[:500]}{done.stderr[:2000]}")
    return Replayed(float(rate[1]), orders, len(tapes[0][0]))


_APART = """
SELECT setval(format('%I.%I', schemaname, sequencename), coalesce(last_value, 0)
              + 1000000 * row_number() OVER (ORDER BY schemaname, sequencename))
  FROM pg_sequences
"""
"""Ids of different tables are never the same number, so that it is clear which one a parameter means."""
_PLACED = "SELECT count(*) FROM orders_order WHERE state = 'placed'"
