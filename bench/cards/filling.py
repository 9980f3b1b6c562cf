"""A year of events of many customers, made as fast as the machine writes.

Partitions are taken off the log, filled without indexes, without its write-ahead log and without waiting for the disk,
each by one of as many connections as there are cores, indexed, and put back. What stands in the tables afterwards is
what the same rows would leave that came one by one in the order of time, and months that are over lie as
`edino.kernel.tidy` leaves them, unless they are wanted as they came; only the tables have no holes.
"""

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import sql

DAYS: Final = 360
"""How far back events go."""

_HASTY: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "8GB",
    "maintenance_work_mem": "1GB",
    "work_mem": "1GB",
    "max_parallel_maintenance_workers": "0",
    "autovacuum": "off",
}

_PEOPLE: Final = {
    "customers_customer": """
INSERT INTO customers_customer (id, size, kinds, login)
SELECT n * 4 - 3, 4, '{"user_id": 1, "phone": 1, "email": 1, "device": 1}', true
  FROM generate_series(1, %(people)s) n""",
    "customers_identifier": """
INSERT INTO customers_identifier (id, kind, value, customer_id, login)
SELECT n * 4 - 4 + k.place, k.kind, k.value, n * 4 - 3, k.place = 1
  FROM generate_series(1, %(people)s) n
 CROSS JOIN LATERAL (VALUES (1, 'user_id', 'u' || n), (2, 'phone', '+7916' || lpad(n::text, 7, '0')),
                            (3, 'email', 'p' || n || '@mail.ru'), (4, 'device', md5(n::text)))
       AS k (place, kind, value)""",
    "customers_profile": """
INSERT INTO customers_profile (id, key, source_id, identifier_ids, anchor_id, months, first_at)
SELECT n * 3 - 3 + k.place, gen_random_uuid(), 1,
       CASE k.place WHEN 1 THEN ARRAY[n * 4 - 3, n * 4] WHEN 2 THEN ARRAY[n * 4 - 2, n * 4 - 1] ELSE ARRAY[n * 4] END,
       CASE k.place WHEN 1 THEN n * 4 - 3 WHEN 2 THEN n * 4 - 2 ELSE n * 4 END, '{311}', now() - interval '300 days'
  FROM generate_series(1, %(people)s) n, generate_series(1, 3) AS k (place)""",
    "customers_claim": """
INSERT INTO customers_claim (a_id, b_id, source_id, strength, verified, month, first_at, last_at, event)
SELECT n * 4 - 3, n * 4 - 3 + k, 1, 75, false, 311, now() - interval '300 days', now(), gen_random_uuid()
  FROM generate_series(1, %(people)s) n, generate_series(1, 3) AS k""",
}

_BODY: Final = (
    '{"call": "track", "properties": {"sku": "SKU-1042", "price": 4990.0, "category": "shoes", "order_id": "1042"}}'
)

_EVENTS: Final = """
INSERT INTO {leaf} (profile_id, received_at, occurred_at, key, source_id, epoch, class, type, body)
SELECT 1 + floor(random() * %(people)s * 3)::bigint, at, at, gen_random_uuid(), 1, 1, %(class)s, %(type)s,
       %(body)s
  FROM (SELECT n, %(now)s - (n::float8 / %(events)s) * make_interval(days => %(days)s) AS at
          FROM generate_series(%(last)s::bigint, %(first)s::bigint, -1) n) AS spread
 WHERE (n %% 50 > 0)::int = %(class)s AND at >= %(since)s AND at < %(until)s
 {order}"""

_LEAVES: Final = """
SELECT c.relname, p.relname AS parent, (p.relname = 'kernel_log_behaviour')::int AS class,
       (regexp_match(pg_get_expr(c.relpartbound, c.oid), $$FROM \\('([^']+)'\\)$$))[1]::timestamptz AS since,
       (regexp_match(pg_get_expr(c.relpartbound, c.oid), $$TO \\('([^']+)'\\)$$))[1]::timestamptz AS until
  FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid JOIN pg_class p ON p.oid = h.inhparent
 WHERE p.relname IN ('kernel_log_behaviour', 'kernel_log_fact')
 ORDER BY since DESC"""


class _Leaf(NamedTuple):
    name: str
    parent: str
    klass: int
    since: datetime
    until: datetime


class _Size(NamedTuple):
    people: int
    events: int
    now: datetime
    in_order: bool


def months(now: datetime) -> Iterator[datetime]:
    """A moment in each month in which something happens."""
    return (now - timedelta(days=30 * back) for back in range(DAYS // 30 + 1))


def fill(home: Path, people: int, events: int, *, in_order: bool) -> float:
    """Fill the migrated, empty database of a home; seconds. The server is restarted before and after."""
    started = time.perf_counter()
    with _hastily(home), _connected(home) as connection:
        leaves = [_Leaf(*row) for row in connection.execute(_LEAVES)]
        now = connection.execute("SELECT now()").fetchall()[0][0]
        size = _Size(people, events, now, in_order)
        for leaf in leaves:
            connection.execute(_named("ALTER TABLE {parent} DETACH PARTITION {leaf}", leaf))
        tasks = [partial(_people, home, table, size) for table in _PEOPLE]
        tasks += [partial(_events, home, leaf, size) for leaf in leaves]
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for done in [pool.submit(task) for task in tasks]:
                done.result()
        for leaf in leaves:
            connection.execute(
                _named("ALTER TABLE {parent} ATTACH PARTITION {leaf} FOR VALUES FROM ({since}) TO ({until})", leaf)
            )
            connection.execute(_named("ALTER TABLE {leaf} DROP CONSTRAINT bench", leaf))
        for table in ("customers_identifier", "customers_profile"):
            connection.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        connection.execute("ANALYZE")
    return time.perf_counter() - started


def _people(home: Path, table: str, size: _Size) -> None:
    _load(home, table, _PEOPLE[table], {"people": size.people})


def _events(home: Path, leaf: _Leaf, size: _Size) -> None:
    def place(at: datetime) -> int:
        return round((size.now - at) / timedelta(days=DAYS) * size.events)

    told = {
        "people": size.people,
        "events": size.events,
        "now": size.now,
        "body": _BODY,
        "class": leaf.klass,
        "type": "Product Viewed" if leaf.klass else "Order Completed",
        "since": leaf.since,
        "until": leaf.until,
        "days": DAYS,
        "first": max(1, place(leaf.until) - 1),
        "last": min(size.events, place(leaf.since) + 1),
    }
    check = (
        "TRUNCATE {leaf}; ALTER TABLE {leaf} ADD CONSTRAINT bench"
        " CHECK (class = {klass} AND received_at >= {since} AND received_at < {until})"
    )
    over = size.in_order and leaf.until < size.now
    order = "ORDER BY 1, 3 DESC" if over else ""
    _load(home, leaf.name, _EVENTS.format(leaf=leaf.name, order=order), told, before=_named(check, leaf))
    if over:
        from edino.kernel import tidy  # the home must be chosen first

        with _connected(home) as connection:
            connection.execute(_named("COMMENT ON TABLE {leaf} IS ", leaf) + sql.Literal(tidy.MARK))


def _load(home: Path, table: str, statement: str, told: dict[str, Any], before: sql.Composed | None = None) -> None:
    """Fill an empty table, its indexes afterwards; what `before` emptied in the same transaction is never logged."""
    with _connected(home) as connection:
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")
            if before:
                connection.execute(before)
            indexes = _without_indexes(connection, table)
            connection.execute(statement, told)
            for index in indexes:
                connection.execute(index)
        connection.execute(f"VACUUM (FREEZE) {table}")


def _without_indexes(connection: "psycopg.Connection[Any]", table: str) -> Sequence[str]:
    """Drop the indexes that no constraint needs; the statements that make them again."""
    found = connection.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
        " WHERE i.indrelid = %s::regclass AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
        [table],
    ).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}")
    return [definition for _, definition in found]


def _named(text: str, leaf: _Leaf) -> sql.Composed:
    return sql.SQL(text).format(
        leaf=sql.Identifier(leaf.name),
        parent=sql.Identifier(leaf.parent),
        klass=sql.Literal(leaf.klass),
        since=sql.Literal(leaf.since),
        until=sql.Literal(leaf.until),
    )


def _connected(home: Path) -> "psycopg.Connection[Any]":
    from edino.kernel.postgres import layout  # the home must be chosen first

    address = layout.url(home, role=layout.SUPERUSER)
    return psycopg.connect(address, autocommit=True)


@contextmanager
def _hastily(home: Path) -> Iterator[None]:
    """The server with settings that a crash would not survive, and on Edino's own again afterwards, all on disk."""
    from edino.kernel import postgres  # as above

    with _connected(home) as connection:
        for name, value in _HASTY.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    postgres.stop(home)
    postgres.ensure(home)
    try:
        yield
    finally:
        with _connected(home) as connection:
            connection.execute("ALTER SYSTEM RESET ALL")
        postgres.stop(home)
        os.sync()
        postgres.ensure(home)
