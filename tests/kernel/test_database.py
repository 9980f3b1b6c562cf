"""Connections are handed out alive, without a question each time, and plan the way that is wanted."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg_pool import ConnectionPool

from edino.kernel import sql
from edino.kernel.database import base

pytestmark = pytest.mark.django_db(transaction=True)
wrapper: Any = connection
MODE = "SELECT current_setting('plan_cache_mode')"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    connection.close()
    yield
    connection.close()


def backend() -> int:
    return int(sql.scalar("SELECT pg_backend_pid()"))


def test_a_connection_that_ended_in_the_pool_is_not_handed_out() -> None:
    before = backend()
    url = sql.native().info
    with psycopg.connect(sql.native().info.dsn, password=url.password, autocommit=True) as other:
        connection.close()
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
        assert backend() != before


def test_a_connection_that_was_silent_for_long_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[None] = []
    check: Any = ConnectionPool.check_connection
    monkeypatch.setattr(ConnectionPool, "check_connection", lambda one: asked.append(check(one)))
    monkeypatch.setattr(base, "SECONDS", 3600.0)
    backend()
    connection.close()
    asked.clear()
    backend()
    connection.close()
    assert asked == []
    monkeypatch.setattr(base, "SECONDS", -1.0)
    backend()
    assert asked == [None]


def test_statements_are_planned_once_inside_and_as_usual_afterwards() -> None:
    for _ in range(2):
        with wrapper.planned_once() as so:
            assert so
            assert sql.scalar(MODE) == "force_generic_plan"
            with wrapper.planned_once() as again:
                assert again
            assert sql.scalar(MODE) == "force_generic_plan"
        assert wrapper.connection is None
    assert sql.scalar(MODE) == "auto"
    with wrapper.planned_once() as so:
        assert not so
        assert sql.scalar(MODE) == "auto"
