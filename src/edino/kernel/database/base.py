"""Connections of the pool, checked without asking the server each time, with the way of planning that is wanted.

PostgreSQL may plan a prepared statement anew at each call, as long as it believes that to be cheaper. For short
statements that look up by key planning costs more than twice as much as running them. A connection keeps its way of
planning when it goes back to the pool, so that requests of one kind do not have to say it again and again.
"""

import select
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

SECONDS: Final = 5.0
"""A connection that was silent longer is asked whether it lives: some ways of dying are not told."""

_ONCE: Final = "SET plan_cache_mode = force_generic_plan"
_USUAL: Final = "SET plan_cache_mode = auto"


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for how a connection is taken from the pool."""

    once = False
    """Whether statements are to be planned once per connection, as `planned_once` wants."""

    def get_new_connection(self, conn_params: Mapping[str, Any]) -> Any:
        """A living connection that plans as is wanted."""
        while True:
            connection = super().get_new_connection(conn_params)
            if self.pool is None:
                return connection
            try:
                if _doubtful(connection):
                    ConnectionPool.check_connection(connection)
                _plan(connection, once=self.once)
            except psycopg.Error:
                connection.close()
                self.pool.putconn(connection)  # which replaces it by a new one
            else:
                return connection

    def _close(self) -> None:
        if self.connection is not None:
            self.connection.__dict__["_edino_seen"] = time.monotonic()
        super()._close()  # type: ignore[misc]  # the stubs leave it out

    @contextmanager
    def planned_once(self) -> Iterator[bool]:
        """Statements in here are planned once per connection; False when a connection is taken already.

        The connection goes back to the pool at the end, so that nothing else is planned this way.
        """
        if self.once or self.connection is not None or self.pool is None:
            yield self.once
            return
        self.once = True
        try:
            yield True
        finally:
            self.once = False
            self.close()


def _doubtful(connection: "psycopg.Connection[Any]") -> bool:
    """Whether it may be dead: silent for long, or something came that nobody asked for, as its end does."""
    seen = connection.__dict__.get("_edino_seen")
    if seen is None or time.monotonic() - seen > SECONDS:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _plan(connection: "psycopg.Connection[Any]", *, once: bool) -> None:
    if connection.__dict__.get("_edino_once", False) is not once:
        connection.execute(_ONCE if once else _USUAL)
        connection.__dict__["_edino_once"] = once
