"""Background jobs: schedules and heavy work on procrastinate. What follows from a fact is a log reader instead."""

import contextlib
from collections.abc import Callable
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from edino.kernel import tidy

__all__ = ["app", "ask", "periodic", "task"]

Function = Callable[..., Any]


def task(name: str, *, queue: str = "default", lock: str | None = None) -> Callable[[Function], Any]:
    """A job that is asked for. `lock`: never two of this name at once."""
    return app.task(name=name, queue=queue, lock=lock, queueing_lock=lock)


def periodic(name: str, *, cron: str, queue: str = "default") -> Callable[[Function], Any]:
    """A job of the timetable; it receives the `timestamp` it was due at. Two never run at once."""

    def register(function: Function) -> Any:
        return app.periodic(cron=cron)(app.task(name=name, queue=queue, lock=name, queueing_lock=name)(function))

    return register


def ask(name: str) -> None:
    """Ask for a job by its name, in the caller's transaction: for the rare change that starts heavy work.

    What follows from a fact of the hot path is a reader of the log instead, since a queue's NOTIFY serialises commits.
    Asking again while the job still waits adds nothing.
    """
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(name=name, queueing_lock=name, lock=name).defer()


@periodic("kernel.tidy_log", cron="17 0-3 * * *")
def tidy_log(timestamp: int) -> None:
    """Put one closed month of the log in order; at these hours (UTC) shops from Kaliningrad to the Urals sleep."""
    with contextlib.suppress(tidy.LogBusy):  # the next hour tries again
        next(tidy.tidy(), None)
