"""How long calls are in the database: by the clock, without the waiting for a core, and how many pages were read.

On a machine that does other things a call also waits for its turn. Linux says how long a process waited and how long it
ran, so both are told: `ms` is what the clock said, `own_ms` what was left without the turns of others, and never less
than the server's process ran.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

Asked = TypeVar("Asked")

_PAGES: Final = "SELECT coalesce(sum(read_bytes), 0) / 8192 FROM pg_stat_get_backend_io(pg_backend_pid())"


class Spent(NamedTuple):
    """What calls took, each list sorted, in milliseconds; pages read from outside the server's memory by each call."""

    ms: list[float]
    own_ms: list[float]
    pages: float

    def told(self, name: str) -> str:
        """As `name=value` lines."""
        lines = [
            f"{name}_{kind}{place}_ms={times[int(len(times) * share)]:.2f}"
            for kind, times in (("", self.ms), ("own_", self.own_ms))
            for place, share in (("p50", 0.5), ("p95", 0.95))
        ]
        return "\n".join([*lines, f"{name}_pages={self.pages:.1f}"])


def timed(asked: Sequence[Asked], do: Callable[[Asked], Any]) -> Spent:
    """Call it for each in turn."""
    from edino.kernel import sql  # the settings must be ready first

    backend = int(sql.scalar("SELECT pg_backend_pid()"))
    spent: list[tuple[float, float]] = []
    before = _pages()
    with _counting(backend) as total:
        for one in asked:
            total[:] = 0.0, 0.0, 0.0
            do(one)
            spent.append((total[0] * 1000, max(total[0] - total[1], total[2]) * 1000))
    after = _pages()
    if backend != int(sql.scalar("SELECT pg_backend_pid()")):
        raise SystemExit("the calls did not all use one connection")
    return Spent(sorted(ms for ms, _ in spent), sorted(own for _, own in spent), (after - before) / len(asked))


def _pages() -> float:
    from edino.kernel import sql  # as above

    sql.scalar("SELECT pg_stat_force_next_flush()")
    return float(sql.scalar(_PAGES))


@contextmanager
def _counting(backend: int) -> Iterator[list[float]]:
    """Seconds in the database; those in which the server's process or ours waited for a core; those in which it ran."""
    from django.db import connection  # as above

    from edino.kernel import sql  # as above

    total = [0.0, 0.0, 0.0]

    def counting(run: Callable[..., Any], *given: Any) -> Any:
        ran, waited = _turns(backend)
        started = time.perf_counter()
        try:
            return run(*given)
        finally:
            total[0] += time.perf_counter() - started
            now_ran, now_waited = _turns(backend)
            total[1] += now_waited - waited
            total[2] += now_ran - ran

    original = sql._run
    sql._run = partial(counting, original)
    try:
        with connection.execute_wrapper(counting):
            yield total
    finally:
        sql._run = original


def _turns(backend: int) -> tuple[float, float]:
    """Seconds that the server's process ran, and that it or we could have run and did not; 0 where nobody tells."""
    told = [
        [int(word) / 1e9 for word in file.read_text().split()[:2]]
        for file in (Path("/proc", str(process), "schedstat") for process in (backend, os.getpid()))
        if file.exists()
    ]
    return (told[0][0], told[0][1] + told[1][1]) if len(told) == 2 else (0.0, 0.0)
