"""`edino work`: the readers of the log, and the jobs of the timetable, until asked to stop.

Any number of workers may run: a reader works under its own lock, so it goes on wherever a worker lives. A database
that went away is waited for (an embedded one is started again), never a reason to end.
"""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any, Final

import structlog
from django.db import DatabaseError, close_old_connections, connections

from edino.kernel import environment, jobs, log, observe, postgres

THREADS: Final = 2
SHORTEST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 0.5
AFTER_FAILURE: Final = 1.0
JOBS_AT_ONCE: Final = 2
SECONDS_TO_FINISH: Final = 20
DEAD_WORKER_SECONDS: Final = 60

logger = structlog.get_logger("edino.worker")


def work() -> None:
    """Run until SIGTERM or SIGINT; what is begun is finished or rolled back, nothing is half done."""
    stopping = threading.Event()
    reading = [
        threading.Thread(target=_read, args=(stopping, start), name=f"readers-{start}") for start in range(THREADS)
    ]
    for thread in reading:
        thread.start()
    logger.info("worker started", readers=sorted(log.readers))
    try:
        asyncio.run(_run_jobs(stopping))
    finally:
        stopping.set()
        for thread in reading:
            thread.join()
        logger.info("worker stopped")


def drain() -> int:
    """Let the readers take all there is, run the jobs that are due, and return; how many rows were read."""
    moved = log.drain()
    connector = jobs.app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with jobs.app.replace_connector(connector) as app:
        asyncio.run(_until_idle(app))
    return moved


async def _until_idle(app: Any) -> None:
    async with app.open_async():
        await app.run_worker_async(wait=False, listen_notify=False, install_signal_handlers=False)


def _read(stopping: threading.Event, start: int) -> None:
    pause = SHORTEST_PAUSE
    while not stopping.is_set():
        try:
            moved = _pass(stopping, start)
            close_old_connections()
        except DatabaseError as error:
            logger.warning("readers lost the database", error=str(error))
            connections.close_all()
            heal()
            stopping.wait(AFTER_FAILURE)
            continue
        except Exception:
            logger.exception("a reader failed")
            connections.close_all()
            stopping.wait(AFTER_FAILURE)
            continue
        pause = SHORTEST_PAUSE if moved else min(pause * 2, LONGEST_PAUSE)
        stopping.wait(0 if moved else pause)
    connections.close_all()


def _pass(stopping: threading.Event, start: int) -> int:
    """Offer each reader one batch; the threads begin at different ones, so that a slow reader holds up no other."""
    moved = 0
    for reader in _rotated(list(log.readers.values()), start):
        if stopping.is_set():
            break
        taken = log.step(reader)
        if taken:
            observe.READER_EVENTS.labels(reader.name).inc(taken)
        moved += taken
    return moved


def _rotated(readers: list[log.Reader], start: int) -> Iterator[log.Reader]:
    first = start * len(readers) // THREADS
    yield from readers[first:]
    yield from readers[:first]


def heal() -> None:
    """Start the embedded database again when it is ours and dead."""
    if os.environ.get("EDINO_DATABASE_URL"):
        return
    try:
        postgres.ensure(environment.read().home)
    except postgres.DatabaseError as refused:
        logger.error("the database cannot be started", error=str(refused))  # noqa: TRY400 - the sentence says it all


async def _run_jobs(stopping: threading.Event) -> None:
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    while not asked.is_set():
        serving = asyncio.create_task(_serve_jobs())
        waiting = asyncio.create_task(asked.wait())
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if asked.is_set():
            stopping.set()
            serving.cancel()
        waiting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            try:
                await serving
            except Exception as error:  # noqa: BLE001 - whatever ends the jobs, the worker goes on
                logger.warning("jobs lost the database", error=str(error))
                await asyncio.to_thread(heal)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asked.wait(), AFTER_FAILURE)


async def _serve_jobs() -> None:
    connector = jobs.app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with jobs.app.replace_connector(connector) as app:
        async with app.open_async():
            rescuing = asyncio.create_task(_rescue(app))
            try:
                await app.run_worker_async(
                    install_signal_handlers=False,
                    concurrency=JOBS_AT_ONCE,
                    shutdown_graceful_timeout=SECONDS_TO_FINISH,
                    delete_jobs="successful",
                )
            finally:
                rescuing.cancel()


async def _rescue(app: Any) -> None:
    """Give the jobs of workers that died to those that live."""
    while True:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_WORKER_SECONDS):
            await app.job_manager.retry_job(job)
            logger.warning("job taken over from a dead worker", job=job.task_name, job_id=job.id)
        await asyncio.sleep(DEAD_WORKER_SECONDS / 2)
