"""The log: nothing skipped, nothing twice, whatever commits when."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pyarrow.parquet as pq
import pytest
from django.db import IntegrityError, connection, transaction

from edino.kernel import archive, clock, ids, log, sql
from edino.kernel.log import Event, Fact

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _empty() -> None:
    sql.execute("TRUNCATE kernel_log, kernel_fact_key, kernel_reader, kernel_reader_failure")


def viewed(number: int, klass: log.Class = "behaviour") -> Fact:
    return Fact("Product Viewed", klass, NOON, {"properties": {"n": number}}, profile_id=7, source_id=1)


def test_what_was_appended_is_read_back_exactly() -> None:
    odd = Fact(
        "Näme\t\\N\n",
        "fact",
        NOON,
        {"text": 'tab\t "quoted" \\ line\n кириллица 🙂', "none": None},
        key=ids.uuid7(),
    )
    log.append([odd])
    (event,) = log.read(log.START, 10)
    assert (event.type, event.klass, event.occurred_at, event.body) == (odd.type, "fact", NOON, odd.body)
    assert (event.key, event.profile_id, event.source_id) == (odd.key, None, None)


def test_a_reader_waits_for_a_transaction_that_began_earlier_and_skips_nothing() -> None:
    early_wrote, early_may_end = threading.Event(), threading.Event()

    def early() -> None:
        try:
            with transaction.atomic():
                log.append([viewed(1)])
                early_wrote.set()
                assert early_may_end.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=early)
    thread.start()
    assert early_wrote.wait(10)
    log.append([viewed(2)])
    assert log.read(log.START, 10) == []
    early_may_end.set()
    thread.join()
    assert [event.body["properties"]["n"] for event in log.read(log.START, 10)] == [1, 2]


def test_parallel_writers_and_a_reader_at_once_lose_and_double_nothing() -> None:
    got: list[int] = []
    log.readers.pop("counting", None)

    @log.reader("counting", batch=50)
    def count(events: Sequence[Event]) -> None:
        got.extend(event.body["properties"]["n"] for event in events)

    def write(start: int) -> None:
        try:
            for number in range(start, start + 60):
                with transaction.atomic():
                    log.append([viewed(number)])
        finally:
            connection.close()

    try:
        writers = [threading.Thread(target=write, args=(start,)) for start in range(0, 480, 60)]
        for writer in writers:
            writer.start()
        while any(writer.is_alive() for writer in writers):
            log.step(log.readers["counting"])
        log.drain(["counting"])
    finally:
        log.readers.pop("counting")
    assert sorted(got) == list(range(480))


def test_one_bad_event_is_set_aside_and_the_others_are_read() -> None:
    good: list[int] = []

    @log.reader("delicate")
    def take(events: Sequence[Event]) -> None:
        for event in events:
            if event.body["properties"]["n"] == 3:
                raise ValueError("three")
            sql.execute("SELECT 1")
        good.extend(event.body["properties"]["n"] for event in events)

    try:
        log.append(viewed(number) for number in range(6))
        log.drain(["delicate"])
    finally:
        log.readers.pop("delicate")
    assert sorted(good) == [0, 1, 2, 4, 5]
    assert sql.tuples("SELECT reader, type, error FROM kernel_reader_failure") == [
        ("delicate", "Product Viewed", "ValueError('three')")
    ]


def test_a_key_of_behaviour_is_taken_once_and_of_a_fact_for_ever() -> None:
    twice = viewed(1)
    log.append([twice])
    with pytest.raises(IntegrityError):
        log.append([twice])
    assert log.known([str(twice.key)], "behaviour") == {str(twice.key): 0}
    fact = viewed(2, "fact")
    key = UUID(str(fact.key))
    assert log.take_fact_keys([key], [5]) == {key}
    assert log.take_fact_keys([key], [5]) == set()
    with clock.frozen(NOON + timedelta(days=4000)):
        assert log.known([key], "fact") == {key: 5}


def test_after_a_restore_the_rows_of_the_old_epoch_are_read_first() -> None:
    log.append([viewed(1)])
    sql.execute("UPDATE kernel_log SET xid = '9223372036854775807'")
    assert log.read(log.START, 10) == []
    log.raise_epoch()
    log.append([viewed(2)])
    assert [event.body["properties"]["n"] for event in log.read(log.START, 10)] == [1, 2]


def test_a_rewound_reader_reads_again() -> None:
    got: list[int] = []

    @log.reader("again")
    def take(events: Sequence[Event]) -> None:
        got.extend(event.body["properties"]["n"] for event in events)

    try:
        log.append([viewed(1)])
        log.drain(["again"])
        log.rewind("again", since=datetime(2020, 1, 1, tzinfo=UTC))
        log.drain(["again"])
    finally:
        log.readers.pop("again")
    assert got == [1, 1]


def test_old_behaviour_leaves_to_parquet_and_facts_stay(tmp_path: Path) -> None:
    with clock.frozen(datetime(2025, 2, 3, tzinfo=UTC)):
        log.append([viewed(1), viewed(2), viewed(3, "fact")])
    log.append([viewed(4)])
    done = list(archive.archive(before=datetime(2025, 4, 1, tzinfo=UTC), folder=tmp_path))
    written = [one for one in done if one.rows]
    assert [(one.partition, one.rows) for one in written] == [("kernel_log_behaviour_m2025_02", 2)]
    assert pq.read_table(written[0].file)["type"].to_pylist() == ["Product Viewed"] * 2
    assert sorted(event.body["properties"]["n"] for event in log.read(log.START, 10)) == [3, 4]


def test_a_month_that_a_reader_has_not_read_stays(tmp_path: Path) -> None:
    @log.reader("slow")
    def take(events: Sequence[Event]) -> None:
        raise AssertionError

    try:
        sql.execute("INSERT INTO kernel_reader (name) VALUES ('slow')")
        with clock.frozen(datetime(2025, 2, 3, tzinfo=UTC)):
            log.append([viewed(1)])
        with pytest.raises(archive.NotRead):
            list(archive.archive(before=datetime(2025, 4, 1, tzinfo=UTC), folder=tmp_path))
    finally:
        log.readers.pop("slow")
    assert sql.scalar("SELECT count(*) FROM kernel_log") == 1
