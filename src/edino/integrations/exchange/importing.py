"""Importing a document, from its first byte to the last row at the doors, in steps that a crash may fall between.

Each step is one transaction that also keeps how far the import is, so that whoever comes next (the next request of a
session, the same command started again) goes on where it stopped. Doors are idempotent, and the mirror of what the
source said last is written in the transaction of the doors: nothing is done twice, nothing is left out.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction

from edino.integrations.exchange import (
    absence,
    orders,
    points,
    prices,
    products,
    queries,
    staging,
    stock,
    vocabulary,
)
from edino.integrations.exchange.errors import Busy, Unreadable
from edino.integrations.exchange.oddities import Oddities
from edino.integrations.exchange.staging import Budget, Read
from edino.integrations.exchange.work import Work
from edino.kernel.errors import Refusal

Progress = Callable[[float], None]
Step = Callable[[], bool]
_POINTS: Final = {"categories": 4, "products": 5, "prices": 6, "stock": 7, "orders": 8}


def silent(fraction: float) -> None:
    """The progress that nobody sees."""


@contextmanager
def alone(source_id: int) -> Iterator[None]:
    """Be the only import of a source; `Busy` when another is under way. A killed process lets go by itself."""
    if not queries.lock(source_id):
        raise Busy
    try:
        yield
    finally:
        if connection.is_usable():
            queries.unlock(source_id)


def advance(work: Work, reader: Read, budget: Budget = lambda: True, progress: Progress = silent) -> bool:
    """Go on with an import until it is done or the time is up; whether it is done.

    `Unreadable` when the document is broken: nothing of it was applied then, and the run says why. Any other refusal
    ends the run as failed too, with what was applied before it told in its counts.
    """
    run = work.run
    if run.state in {"done", "failed"}:
        return True
    if run.state == "reading":
        if not staging.read(work, reader, budget, progress):
            return False
        with transaction.atomic():
            staging.check(work)
            run.state = "applying"
            work.save()
        points.reached(3)
        if not budget():
            return False
    else:
        work.odd = Oddities.of(run.oddities)
    try:
        return _apply(work, budget, progress)
    except Unreadable:
        raise
    except Refusal as refusal:
        with transaction.atomic():
            run.state, run.failure = "failed", refusal.text
            work.save()
        raise


def _apply(work: Work, budget: Budget, progress: Progress) -> bool:
    for name, step in _steps(work):
        while True:
            with transaction.atomic():
                more = step()
                work.save()
            if not more:
                break
            points.reached(_POINTS[name])
            progress(0.3 + 0.7 * work.run.applied / max(1, work.run.staged))
            if not budget():
                return False
    with transaction.atomic():
        queries.unstage(work.run.id)
        queries.touch_exchange(work.exchange.id)
        work.run.state = "done"
        work.save()
    points.reached(9)
    return True


def _steps(work: Work) -> Iterator[tuple[str, Step]]:
    """The steps in their order; each is made when those before it are through."""
    yield "categories", lambda: vocabulary.categories(work)
    yield "categories", lambda: vocabulary.words(work)
    words = products.Words.of(work)
    yield "products", lambda: products.step(work, words)
    lists = prices.Lists(work)
    yield "prices", lambda: prices.step(work, lists)
    yield "stock", lambda: stock.stores(work)
    yield "stock", lambda: stock.step(work)
    yield "orders", lambda: orders.step(work)


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, for a screen or a terminal."""

    file: str
    state: str
    counts: dict[str, dict[str, int]]
    oddities: dict[str, dict[str, Any]]
    failure: str
    dry_run: bool = False


def report(run: queries.Run, *, dry_run: bool = False) -> Report:
    """The report of a run."""
    return Report(run.file, run.state, run.counts, run.oddities, run.failure, dry_run)


def finish(work: Work) -> int:
    """The whole exchange is over: deactivate what a full one did not name; how many."""
    with transaction.atomic():
        count = absence.settle(work)
        queries.close_exchange(work.exchange.id)
    points.reached(10)
    return count


def full_parts(runs: Sequence[queries.Run]) -> dict[str, set[str]]:
    """Catalogue → the parts of it (goods, offers, all) that finished files of an exchange told in full."""
    found: dict[str, set[str]] = {}
    for run in runs:
        if run.state == "done" and run.has_full:
            found.setdefault(run.catalog, set()).update(run.has_full)
    return found
