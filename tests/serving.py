"""A real `edino serve`, started as its operator would, for tests that talk to it over HTTP or kill it."""

import contextlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql

from edino.kernel import postgres

EDINO = [sys.executable, "-m", "edino.site"]


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def status(port: int, path: str = "/healthz") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def until(what: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


@pytest.fixture
def server_url() -> Iterator[str]:
    """An empty database of its own on the run's server, as an operator would give one."""
    name = f"serve_{secrets.token_hex(4)}"
    run = os.environ["EDINO_DATABASE_URL"]
    with psycopg.connect(run, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield run.replace("/edino?", f"/{name}?")
    with psycopg.connect(run, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


class Served:
    """A running `edino serve`."""

    def __init__(self, environment: dict[str, str], log: Path, *options: str) -> None:
        self.port = free_port()
        self.log = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [*EDINO, "serve", "--port", str(self.port), "--workers", "1", *options],
                env={**os.environ, **environment},
                stdout=out,
                stderr=out,
            )

    def until_up(self) -> None:
        until(lambda: status(self.port) == 200 or self.process.poll() is not None)
        assert self.process.poll() is None, self.log.read_text()

    def child(self, word: str) -> psutil.Process:
        children = psutil.Process(self.process.pid).children()
        living = [each for each in children if each.status() != psutil.STATUS_ZOMBIE]
        [found] = [each for each in living if word in each.cmdline()]
        return found

    def until_replaced(self, word: str, killed: int) -> None:
        def replaced() -> bool:
            with contextlib.suppress(psutil.Error, ValueError):
                return self.child(word).pid != killed
            return False

        until(replaced)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(number)
        code = self.process.wait(timeout=60)
        assert [each for each in family if each.is_running() and each.status() != psutil.STATUS_ZOMBIE] == []
        return code


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    started: list[Served] = []

    def start(*options: str, **environment: str) -> Served:
        served = Served({"EDINO_HOME": str(tmp_path / "home"), **environment}, tmp_path / "serve.log", *options)
        started.append(served)
        return served

    yield start
    for served in started:
        if served.process.poll() is None:
            served.process.kill()
            served.process.wait()
    postgres.stop(tmp_path / "home")
