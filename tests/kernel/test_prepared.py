"""Statements that go straight through libpq answer, fail and are forgotten as those of a cursor would."""

from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import DataError, IntegrityError, OperationalError, ProgrammingError, connection, transaction

from edino.kernel import sql
from edino.kernel.database import prepared

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Shoe:
    """What a row is made into."""

    sku: str
    size: int | None = None


def test_parameters_by_name_and_by_place_and_a_percent_sign() -> None:
    assert sql.tuples("SELECT %(a)s::text, %(b)s::int, %(a)s::text, 7 %% 4", {"a": "x", "b": 2}) == [("x", 2, "x", 3)]
    assert sql.tuples("SELECT %s::text, %s::int", ["x", 2]) == [("x", 2)]
    assert sql.scalar("SELECT 7 % 4") == 3
    with pytest.raises(KeyError, match="b"):
        sql.scalar("SELECT %(b)s::int", {"a": 1})


def test_rows_are_made_by_place_or_by_name() -> None:
    by_place = "SELECT sku, size FROM (VALUES ('RUN-42', 42), ('RUN-?', NULL)) AS v (sku, size)"
    assert sql.rows(by_place, None, Shoe) == [Shoe("RUN-42", 42), Shoe("RUN-?")]
    assert sql.row("SELECT 43 AS size, 'RUN-43' AS sku", None, Shoe) == Shoe("RUN-43", 43)
    assert sql.row("SELECT 'RUN-44' AS sku", None, Shoe) == Shoe("RUN-44")
    assert sql.row("SELECT 'x' AS sku WHERE false", None, Shoe) is None
    with pytest.raises(TypeError):
        sql.row("SELECT 'x' AS sku, 1 AS colour", None, Shoe)


def test_values_keep_their_types() -> None:
    at = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    statement = "SELECT %(at)s::timestamptz, %(n)s::bigint, %(none)s::text, %(words)s::text[], '{\"a\": [1]}'::jsonb"
    for number in (1, 2**20, 2**40):  # which psycopg sends as three different types
        given = {"at": at, "n": number, "none": None, "words": ["a", '"b']}
        assert sql.tuples(statement, given) == [(at, number, None, ["a", '"b'], {"a": [1]})]


def test_a_statement_is_prepared_once_and_the_longest_unused_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "MOST", 3)
    info = sql.native().info
    with psycopg.connect(info.dsn, password=info.password, autocommit=True) as own:
        sender = prepared.Prepared(own)

        def ask(text: str) -> list[tuple[object, ...]]:
            sender.run(text, None)
            return sender.rows(tuple)

        for number in (1, 2, 1, 2, 1):
            assert ask(f"SELECT {number}") == [(number,)]
        kept = "SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'SELECT _' ORDER BY prepare_time"
        assert ask(kept) == [("SELECT 1",), ("SELECT 2",)]
        assert ask("SELECT 3") == [(3,)]
        assert ask(kept) == [("SELECT 1",), ("SELECT 3",)]
        assert ask("SELECT 2") == [(2,)]


def test_errors_arrive_as_djangos_and_leave_the_connection_usable() -> None:
    with pytest.raises(DataError) as refused:
        sql.scalar("SELECT 1 / %(n)s::int", {"n": 0})
    assert isinstance(refused.value.__cause__, psycopg.errors.DivisionByZero)
    with pytest.raises(IntegrityError) as missing, transaction.atomic():
        sql.execute("INSERT INTO kernel_reader (name) VALUES (NULL)")
    assert getattr(missing.value.__cause__, "sqlstate", None) == "23502"
    with pytest.raises(ProgrammingError, match="answers no rows"):
        sql.tuples("SET lock_timeout = 0")
    assert sql.scalar("SELECT 1") == 1


def test_what_was_done_in_a_transaction_that_failed_is_undone() -> None:
    added = "INSERT INTO kernel_reader (name) VALUES ('lena')"
    with transaction.atomic():
        assert sql.execute(added) == 1
        transaction.set_rollback(True)
    assert sql.scalar("SELECT count(*) FROM kernel_reader WHERE name = 'lena'") == 0
    with transaction.atomic():
        assert sql.execute("INSERT INTO kernel_reader (name) VALUES ('lena'), ('masha')") == 2
        assert sql.scalar("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
    assert sql.execute("DELETE FROM kernel_reader WHERE name IN ('lena', 'masha')") == 2


def test_a_connection_that_dies_under_a_statement_is_told_as_such_and_replaced() -> None:
    first = sql.scalar("SELECT pg_backend_pid()")
    with pytest.raises(OperationalError):
        sql.scalar("SELECT pg_terminate_backend(pg_backend_pid())")
    connection.close()
    assert sql.scalar("SELECT pg_backend_pid()") != first
