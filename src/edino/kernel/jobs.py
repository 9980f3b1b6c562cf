"""Background jobs: schedules and heavy work on procrastinate. What follows from a fact is a log reader instead."""

from collections.abc import Callable
from typing import Any

from procrastinate.contrib.django import app

__all__ = ["app", "periodic", "task"]

Function = Callable[..., Any]


def task(name: str, *, queue: str = "default", lock: str | None = None) -> Callable[[Function], Any]:
    """A job that is asked for. `lock`: never two of this name at once."""
    return app.task(name=name, queue=queue, lock=lock, queueing_lock=lock)


def periodic(name: str, *, cron: str, queue: str = "default") -> Callable[[Function], Any]:
    """A job of the timetable; it receives the `timestamp` it was due at. Two never run at once."""

    def register(function: Function) -> Any:
        return app.periodic(cron=cron)(app.task(name=name, queue=queue, lock=name, queueing_lock=name)(function))

    return register
