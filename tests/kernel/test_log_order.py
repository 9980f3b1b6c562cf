"""Closed months are put in the order of people: nothing lost, nothing doubled, nobody kept waiting."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from django.db import connection, transaction

from edino.kernel import archive, clock, jobs, log, sql, tidy
from edino.kernel.log import Event, Fact
from edino.kernel.log_commands import tidy_command

pytestmark = pytest.mark.django_db(transaction=True)

MAY = datetime(2024, 5, 1, tzinfo=UTC)
LEAF = "kernel_log_behaviour_m2024_05"
KOLYA, LENA, MASHA = 7, 8, 9
ROWS = "SELECT l::text FROM kernel_log l WHERE received_at < '2025-01-01' ORDER BY id"


@pytest.fixture(autouse=True)
def _may() -> Iterator[None]:
    """An empty log with partitions for May of 2024, which are gone afterwards."""
    sql.execute("TRUNCATE kernel_log, kernel_fact_key, kernel_reader, kernel_reader_failure")
    sql.scalar("SELECT kernel_log_ready(%(at)s)", {"at": MAY})
    yield
    named = "^kernel_log_.*2024(_..)?(_ordered)?$"
    leaves = sql.tuples("SELECT relname FROM pg_class WHERE relname ~ %(named)s AND relkind = 'r'", {"named": named})
    for (leaf,) in leaves:
        sql.execute(f'DROP TABLE "{leaf}"')


def happened(rows: int, *, of: Sequence[int | None] = (KOLYA, LENA, MASHA, None)) -> None:
    """Events of May, a minute apart, of everybody in turn; the last of them first in what was told."""
    facts = [
        Fact(
            "page",
            "behaviour",
            MAY + timedelta(minutes=number),
            {"n": number, "text": "tab\t\\ ключ"},
            of[number % len(of)],
            1,
        )
        for number in range(rows)
    ]
    with clock.frozen(MAY + timedelta(days=20)):
        log.append(facts)


def ways(leaf: str = LEAF) -> list[int | None]:
    """Whose the rows of a partition are, as they lie on the disk, each run of one person once."""
    lying = [row[0] for row in sql.tuples(f'SELECT profile_id FROM "{leaf}" ORDER BY ctid')]
    return [one for place, one in enumerate(lying) if place == 0 or lying[place - 1] != one]


def test_what_a_person_did_in_a_closed_month_lies_together_and_nothing_else_changes() -> None:
    happened(400)
    log.append([Fact("page", "behaviour", clock.now(), {"n": -1}, LENA, 1)])
    before, read = sql.tuples(ROWS), log.read(log.START, 1000)
    assert len(ways()) == 400
    (done,) = tidy.tidy(least=1)
    assert (done.partition, done.rows) == (LEAF, 400)
    assert ways() == [KOLYA, LENA, MASHA, None]
    assert sql.tuples(ROWS) == before
    assert log.read(log.START, 1000) == read
    assert len(read) == 401
    assert list(tidy.tidy(least=1)) == []


def test_a_partition_in_order_is_a_partition_like_the_others(tmp_path: Path) -> None:
    happened(40)
    indexes = (
        "SELECT i.indisunique, count(*), bool_and(i.indisvalid), count(h.inhparent)"
        "  FROM pg_index i LEFT JOIN pg_inherits h ON h.inhrelid = i.indexrelid"
        " WHERE i.indrelid = %(leaf)s::regclass GROUP BY 1 ORDER BY 1"
    )
    checks = "SELECT conname FROM pg_constraint WHERE conrelid = %(leaf)s::regclass AND contype = 'c'"
    before = sql.tuples(indexes, {"leaf": LEAF})
    list(tidy.tidy(least=1))
    assert sql.tuples(indexes, {"leaf": LEAF}) == before == [(False, 3, True, 3), (True, 1, True, 0)]
    assert sql.tuples(checks, {"leaf": LEAF}) == []
    (key,) = sql.tuples(f'SELECT key FROM "{LEAF}" LIMIT 1')[0]
    with clock.frozen(MAY + timedelta(days=25)):
        assert log.known([key], "behaviour") == {key: 0}
    written = [one for one in archive.archive(before=MAY + timedelta(days=40), folder=tmp_path) if one.rows]
    assert [(one.partition, one.rows) for one in written] == [(LEAF, 40)]


def test_neither_this_month_nor_one_that_just_ended_nor_a_small_one_is_touched() -> None:
    happened(40)
    with clock.frozen(MAY + timedelta(days=31, hours=20)):
        assert list(tidy.tidy(least=1)) == []
    assert list(tidy.tidy()) == []
    with clock.frozen(MAY + timedelta(days=32, minutes=1)):
        assert [one.partition for one in tidy.tidy(least=1)] == [LEAF]


def test_cards_readers_and_writers_go_on_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidy, "ROWS", 40)
    happened(4000)
    of_kolya = [(row[0],) for row in sql.tuples(f"SELECT id FROM kernel_log WHERE profile_id = {KOLYA} ORDER BY id")]
    of_may = {event.id for event in log.read(log.START, 10_000)}
    over, wrong = threading.Event(), list[Any]()
    written, seen, looked = list[int](), list[int](), list[int]()
    seen_before_the_end = 0

    def card() -> None:
        found = sql.tuples(f"SELECT id FROM kernel_log WHERE profile_id = {KOLYA} ORDER BY id")
        looked.append(1)
        if found != of_kolya:
            wrong.append(("card", len(found)))

    def write() -> None:
        log.append([Fact("page", "behaviour", clock.now(), {"n": len(written)}, LENA, 1)])
        written.append(len(written))

    log.readers.pop("following", None)

    @log.reader("following", batch=500)
    def follow(events: Sequence[Event]) -> None:
        seen.extend(event.id for event in events)

    def page() -> None:
        found = [event.id for event in log.read(log.START, 10_000)]
        if len(found) != len(set(found)) or not of_may <= set(found):
            wrong.append(("page", len(found)))

    try:
        with forever(over, wrong, card, write, lambda: log.drain(["following"]), page):
            while not seen or not looked:
                time.sleep(0.01)
            (done,) = tidy.tidy(least=1)
            seen_before_the_end = len(set(seen) - of_may)
        log.drain(["following"])
    finally:
        log.readers.pop("following")
    assert wrong == []
    assert done.rows == 4000
    assert len(ways()) == 4
    assert len(seen) == len(set(seen)) == 4000 + len(written)
    # Readers of the log were not held up: what was written meanwhile was read meanwhile.
    assert seen_before_the_end > 0


def test_a_connection_that_breaks_leaves_the_log_as_it_was_and_the_next_run_mends_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tidy, "ROWS", 1)
    happened(4000)
    before = sql.tuples(ROWS)
    killed = threading.Thread(target=break_the_copying)
    killed.start()
    with pytest.raises(psycopg.OperationalError):
        list(tidy.tidy(least=1))
    killed.join()
    assert sql.tuples(ROWS) == before
    assert sql.scalar("SELECT to_regclass(%(name)s) IS NOT NULL", {"name": f"{LEAF}_ordered"}) is True
    assert len(ways()) == 4000
    monkeypatch.undo()
    assert [one.rows for one in tidy.tidy(least=1)] == [4000]
    assert sql.tuples(ROWS) == before
    assert sql.scalar("SELECT to_regclass(%(name)s) IS NOT NULL", {"name": f"{LEAF}_ordered"}) is False


def break_the_copying() -> None:
    """End the session that writes, as soon as the first rows of the copy are there."""
    try:
        while not sql.scalar("SELECT to_regclass(%(name)s) IS NOT NULL", {"name": f"{LEAF}_ordered"}):
            time.sleep(0.005)
        while not sql.scalar(f'SELECT EXISTS (SELECT FROM "{LEAF}_ordered")'):
            time.sleep(0.005)
        writer = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%%_ordered\"%%FROM STDIN'"
        )
        assert sql.tuples(writer) == [(True,)]
    finally:
        connection.close()


def test_a_log_that_is_read_all_the_time_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidy, "ATTEMPTS", 2)
    monkeypatch.setattr(tidy, "PAUSE_SECONDS", 0.05)
    happened(40)
    reading, enough = threading.Event(), threading.Event()

    def read_long() -> None:
        try:
            with transaction.atomic():
                sql.execute("LOCK TABLE kernel_log IN ACCESS SHARE MODE")  # as a statement that reads has it
                reading.set()
                assert enough.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=read_long)
    thread.start()
    assert reading.wait(10)
    with pytest.raises(tidy.LogBusy, match=LEAF):
        list(tidy.tidy(least=1))
    jobs.tidy_log(0)
    enough.set()
    thread.join()
    assert len(ways()) == 40
    assert sql.scalar("SELECT to_regclass(%(name)s) IS NOT NULL", {"name": f"{LEAF}_ordered"}) is False
    assert [one.rows for one in tidy.tidy(least=1)] == [40]


def test_two_do_not_tidy_at_once_and_the_worker_does_one_month_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidy.tidy, "__kwdefaults__", {"least": 1})
    happened(40)
    with clock.frozen(MAY + timedelta(days=40)):
        sql.scalar("SELECT kernel_log_ready(%(at)s)", {"at": clock.now()})
        log.append(
            [Fact("page", "behaviour", clock.now(), {"n": n}, who, 1) for n, who in enumerate([KOLYA, LENA] * 5)]
        )
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtext('edino tidy'))")
        jobs.tidy_log(0)
        assert (len(ways()), len(ways("kernel_log_behaviour_m2024_06"))) == (40, 10)
    jobs.tidy_log(0)
    assert (len(ways()), ways("kernel_log_behaviour_m2024_06")) == (40, [KOLYA, LENA])
    said = CliRunner().invoke(tidy_command).stdout
    assert said == f"{LEAF}: 40 rows are in order\n1 months were put in order.\n"
    assert len(ways()) == 4


@contextmanager
def forever(over: threading.Event, wrong: list[Any], *doings: Callable[[], object]) -> Iterator[None]:
    """Do each again and again, in a thread and on a connection of its own, while the block runs."""

    def again(do: Callable[[], object]) -> None:
        try:
            while not over.is_set():
                do()
        except Exception as error:  # noqa: BLE001 - the test says what broke
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=again, args=[do]) for do in doings]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
