"""Who holds a port is named, and of Edino the process that has to be stopped."""

import socket
import subprocess
import sys

import psutil

from edino.kernel import ports

LISTENS = "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); input()"
WATCHES = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {LISTENS!r}])"


def _started(*words: str) -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen([sys.executable, "-c", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def _end(process: subprocess.Popen[str]) -> None:
    children = psutil.Process(process.pid).children(recursive=True)
    process.communicate("\n", timeout=30)  # whoever listens waits for a line
    assert not [child for child in children if child.is_running()]


def test_a_stranger_that_holds_the_port_is_named() -> None:
    process, port = _started(LISTENS)
    held = ports.holder(port)
    assert held is not None
    assert held.pid == process.pid
    assert held.command.startswith(f"{sys.executable} -c import socket")
    assert len(held.command) <= 80
    _end(process)
    assert ports.holder(port) is None


def test_of_edino_the_one_that_watches_is_named_because_the_web_would_be_started_again() -> None:
    process, port = _started(WATCHES, "edino.site.cli", "serve")
    held = ports.holder(port)
    assert held is not None
    assert held.pid == process.pid
    _end(process)


def test_of_others_the_parent_is_left_alone() -> None:
    process, port = _started(WATCHES)
    held = ports.holder(port)
    assert held is not None
    assert [held.pid] == [child.pid for child in psutil.Process(process.pid).children()]
    _end(process)


def test_a_free_port_is_held_by_nobody() -> None:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))  # bound, and nobody listens
        assert ports.holder(tried.getsockname()[1]) is None
