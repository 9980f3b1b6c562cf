"""`edino serve`: the web and a worker beside it, watched over by one parent that starts again whatever dies."""

import ctypes
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Final

import psutil
import psycopg
import structlog
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper

from edino.kernel import environment, health, ports, postgres, views
from edino.kernel.errors import Refusal

SECONDS_TO_STOP: Final = 25
LONGEST_BACKOFF: Final = 5.0
SETTLED_SECONDS: Final = 10.0
GIVING_UP_AFTER: Final = 6
LOOK_EVERY: Final = 0.2
DATABASE_EVERY: Final = 1.0

_PR_SET_PDEATHSIG: Final = 1

logger = structlog.get_logger("edino.serve")


class PortTaken(Refusal):
    """Something else listens on %(host)s:%(port)s. Stop it, or choose another port with --port."""

    code = "port_taken"

    @classmethod
    def at(cls, host: str, port: int) -> "PortTaken":
        """The refusal that names who holds the port, where that can be seen."""
        held = ports.holder(port)
        return PortHeld(host=host, port=port, pid=held.pid, command=held.command) if held else cls(host=host, port=port)


class PortHeld(PortTaken):
    """Process %(pid)s listens on %(host)s:%(port)s: %(command)s. Stop it by kill %(pid)s, or choose another --port."""


class AddressWrong(Refusal):
    """This machine cannot listen on %(host)s:%(port)s: %(reason)s."""

    code = "address"


class NeverStarted(Refusal):
    """The %(part)s died %(times)s times right after its start; its last words are above."""

    code = "never_started"


class NotMigrated(Refusal):
    """The database is not of this version. Make a backup (edino backup FILE), then run: edino migrate."""

    code = "not_migrated"


def database_url() -> str:
    """The URL in use: EDINO_DATABASE_URL, or that of the embedded server (started or not)."""
    return os.environ.get("EDINO_DATABASE_URL") or postgres.url(environment.read().home)


def reach_database() -> str:
    """The URL of a database that answers: the embedded one is started. Raises postgres.DatabaseError."""
    given = os.environ.get("EDINO_DATABASE_URL")
    if not given:
        return postgres.ensure(environment.read().home)
    postgres.check(given)
    return given


def prepare() -> None:
    """What every command needs: a database that answers, with this version's tables.

    The embedded database is brought up to date without asking; a server's only while it is empty, since others may
    use it with another version. Raises NotMigrated.
    """
    url = reach_database()
    if health.migrated():
        return
    if os.environ.get("EDINO_DATABASE_URL") and _has_tables(url):
        raise NotMigrated
    views.migrate()
    let_go()


def let_go() -> None:
    """Close this process's connections and end its pool's threads: children and a stopping server want neither."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()


def _has_tables(url: str) -> bool:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')").fetchone()
    return bool(found and found[0])


@dataclass(slots=True)
class Child:
    """A process that must live: its command, and how its last start went."""

    part: str
    command: list[str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    deaths: int = 0
    settled: bool = False
    not_before: float = field(default=0.0)

    def start(self, extra: dict[str, str]) -> None:
        """Start it in a group of its own; it ends when we end, however we end."""
        self.process = subprocess.Popen(
            self.command,
            env=os.environ | extra,
            start_new_session=True,
            preexec_fn=_end_with_parent(),  # noqa: PLW1509 - the parent has no threads: `let_go` ended the pool's
        )
        self.started = time.monotonic()

    def dead(self) -> bool:
        """Whether it has ended (or was never started)."""
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        """End the whole group at once: a dead parent's children may still hold the port."""
        if self.process is not None:
            _signal_group(self.process.pid, signal.SIGKILL)
            self.process.wait()


def serve(*, host: str, port: int, workers: int, worker: bool, ready: Callable[[str], None] | None = None) -> None:
    """Migrate, then run the web and a worker until SIGTERM or SIGINT. `ready` is told the address once it answers.

    Raises PortTaken, AddressWrong, NeverStarted, postgres.DatabaseError.
    """
    _check_port(host, port)
    reach_database()
    views.migrate()
    let_go()
    metrics = _metrics_room(environment.read().home / "metrics")
    children = [Child("web", web(host, port, workers))]
    if worker:
        children.append(Child("worker", [sys.executable, "-m", "edino.site", "work"]))
    supervisor = Supervisor(children, {"PROMETHEUS_MULTIPROC_DIR": str(metrics)})
    if ready:
        supervisor.announce = (host, port, ready)
    try:
        supervisor.run()
    finally:
        supervisor.stop()
        shutil.rmtree(metrics, ignore_errors=True)
        _stop_idle_database()


def _metrics_room(rooms: Path) -> Path:
    """A directory where our processes add up their counts; those of parents that were killed are removed."""
    rooms.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in rooms.iterdir():
        if not (left.name.isdigit() and psutil.pid_exists(int(left.name))):
            shutil.rmtree(left, ignore_errors=True)
    room = rooms / str(os.getpid())
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(mode=0o700)
    return room


class Supervisor:
    """Keeps children alive, and the embedded database with them."""

    def __init__(self, children: list[Child], extra: dict[str, str]) -> None:
        self.children = children
        self.extra = extra
        self.stopping = threading.Event()
        self.announce: tuple[str, int, Callable[[str], None]] | None = None
        self._database_seen = 0.0

    def run(self) -> None:
        """Watch until asked to stop. Raises NeverStarted."""
        before = {each: signal.signal(each, self._asked) for each in (signal.SIGTERM, signal.SIGINT)}
        try:
            while not self.stopping.is_set():
                self._watch_database()
                for child in self.children:
                    self._watch(child)
                self._announce()
                self.stopping.wait(LOOK_EVERY)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        """Ask every child to end, wait for it, then insist."""
        living = [child for child in self.children if not child.dead()]
        for child in living:
            if child.process is not None:
                child.process.terminate()
        deadline = time.monotonic() + SECONDS_TO_STOP
        for child in living:
            if child.process is not None:
                try:
                    child.process.wait(max(0.1, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    logger.warning("did not stop when asked", part=child.part)
        for child in self.children:
            child.kill()

    def _asked(self, _number: int, _frame: object) -> None:
        self.stopping.set()

    def _watch(self, child: Child) -> None:
        now = time.monotonic()
        if not child.dead():
            if now - child.started > SETTLED_SECONDS:
                child.deaths, child.settled = 0, True
            return
        if child.process is not None and child.not_before < child.started:
            logger.warning("died, starting it again", part=child.part, exit=child.process.returncode)
            child.kill()
            child.deaths += 1
            if child.deaths >= GIVING_UP_AFTER and not child.settled:
                raise NeverStarted(part=child.part, times=child.deaths)
            child.not_before = now + min(LONGEST_BACKOFF, 0.1 * 2**child.deaths)
        if now >= child.not_before:
            child.start(self.extra)

    def _watch_database(self) -> None:
        now = time.monotonic()
        if os.environ.get("EDINO_DATABASE_URL") or now - self._database_seen < DATABASE_EVERY:
            return
        self._database_seen = now
        home = environment.read().home
        if postgres.pid(home) is None:
            logger.warning("died, starting it again", part="database")
            try:
                postgres.ensure(home)
            except postgres.DatabaseError as refused:
                logger.error("the database cannot be started", error=str(refused))  # noqa: TRY400 - it says it all

    def _announce(self) -> None:
        if self.announce is None:
            return
        host, port, tell = self.announce
        target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - asked for, not chosen
        connection = http.client.HTTPConnection(target, port, timeout=2)
        try:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            answered = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return
        finally:
            connection.close()
        if answered != HTTPStatus.OK:
            return
        self.announce = None
        tell(f"http://[{target}]:{port}" if ":" in target else f"http://{target}:{port}")


def web(host: str, port: int, workers: int, threads: int | None = None) -> list[str]:
    """The command of the web server; `threads` of each worker, as many as there is work for unless given."""
    threads = threads or min(environment.read().pool_size, 2 * (os.cpu_count() or 1) + 1)
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--port": str(port),
        "--workers": str(workers),
        "--blocking-threads": str(threads),
        # Every open connection counts, idle ones too: with few, three browsers that keep theirs lock everybody out.
        "--backpressure": "1024",
        "--respawn-interval": "0.5",
        "--workers-kill-timeout": "10s",
        "--log-level": "warning",
    }
    flags = [word for pair in options.items() for word in pair]
    return [
        sys.executable,
        "-m",
        "granian",
        *flags,
        "--respawn-failed-workers",
        "--no-ws",
        "edino.site.wsgi:application",
    ]


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((host, port))
    except OSError as refused:
        if refused.errno in {98, 48}:
            raise PortTaken.at(host, port) from refused
        raise AddressWrong(host=host, port=port, reason=refused.strerror or str(refused)) from refused


def _end_with_parent() -> "Callable[[], None] | None":
    """On Linux the kernel tells the child when we die, even by `kill -9`; elsewhere we can only stop it ourselves."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None, use_errno=True)
    return lambda: library.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal_group(leader: int, number: signal.Signals) -> None:
    try:
        os.killpg(leader, number)
    except ProcessLookupError:
        return


def _stop_idle_database() -> None:
    """Stop the embedded server with us, unless another process uses it."""
    if os.environ.get("EDINO_DATABASE_URL"):
        return
    let_go()
    home = environment.read().home
    try:
        with psycopg.connect(postgres.url(home), connect_timeout=3) as connection:
            others = connection.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchone()
        if others == (0,):
            postgres.stop(home)
    except (psycopg.Error, postgres.DatabaseError) as left:
        logger.warning("the database was left running", error=str(left))
