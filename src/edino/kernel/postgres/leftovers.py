"""Finding the processes of a cluster, and clearing away what a killed server left behind.

A server killed by `kill -9` leaves postmaster.pid, its socket and perhaps backends in the middle of a statement.
The number in postmaster.pid may by then belong to anybody, so a process counts as ours only when it is a postgres
whose working directory is this data directory.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

import psutil

BACKENDS_SECONDS = 30


def postmaster(data: Path) -> int | None:
    """The number of the living server process of the data directory."""
    try:
        written = int((data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return written if _is_of(written, data) else None


def reported_ready(data: Path) -> bool:
    """Whether the server says of itself, in postmaster.pid, that it takes connections."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"


def clear(data: Path, socket: Path) -> None:
    """End the backends of a dead server, wait until they are gone, and remove its lock files.

    To be called only under the home's lock, and when `postmaster` finds none.
    """
    deadline = time.monotonic() + BACKENDS_SECONDS
    force = signal.SIGQUIT
    while (left := _backends(data)) and time.monotonic() < deadline:
        for each in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, force)
        # A busy backend may not hear SIGQUIT; its transaction is lost in any case, recovery settles the data.
        force = signal.SIGKILL
        time.sleep(0.2)
    for stale in (data / "postmaster.pid", socket / ".s.PGSQL.5432.lock"):
        stale.unlink(missing_ok=True)


def end(server: int, *, seconds: float) -> None:
    """Ask a server to stop at once but cleanly (fast shutdown), then harder; returns when it is gone."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(server)
        for asked in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            os.kill(server, asked)
            try:
                _wait(process, seconds if asked == signal.SIGINT else 10)
            except psutil.TimeoutExpired:
                continue
            return


def _wait(process: psutil.Process, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            raise psutil.TimeoutExpired(seconds, process.pid)
        time.sleep(0.02)


def _backends(data: Path) -> list[int]:
    return [each for each in psutil.pids() if _is_of(each, data)]


def _is_of(number: int, data: Path) -> bool:
    try:
        process = psutil.Process(number)
        if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
            return False
        return Path(process.cwd()) == data
    except (psutil.Error, OSError):
        return False
