"""`edino serve` as a real process: it starts what it needs, tells what hinders it, and ends without a trace."""

import http.client
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest
from tests.serving import EDINO, Served, status, until

from edino.kernel import postgres


def test_serve_makes_the_tables_answers_and_ends_when_asked(serve: Callable[..., Served], server_url: str) -> None:
    served = serve(EDINO_DATABASE_URL=server_url)
    served.until_up()
    assert status(served.port, "/readyz") == 200
    held = [http.client.HTTPConnection("127.0.0.1", served.port, timeout=10) for _ in range(40)]
    for connection in held:  # browsers keep theirs open; that must lock nobody out
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        assert connection.getresponse().read()
    for connection in held:
        connection.close()
    until(lambda: "worker started" in served.log.read_text())
    until(lambda: f"Edino is at http://127.0.0.1:{served.port}" in served.log.read_text())

    second = subprocess.run(
        [*EDINO, "serve", "--port", str(served.port)],
        env={**os.environ, "EDINO_DATABASE_URL": server_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    # Who watches over the web is named: the web itself would be started again.
    pid = served.process.pid
    assert f"Process {pid} listens on 127.0.0.1:{served.port}: " in second.stderr
    assert f"Stop it by kill {pid}, or choose another --port." in second.stderr
    assert "Traceback" not in second.stderr

    assert served.stop(signal.SIGINT) == 0
    assert "Edino has stopped." in served.log.read_text()
    for line in served.log.read_text().splitlines():
        assert not line.startswith("Traceback"), served.log.read_text()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"EDINO_POOL_SIZE": "many"}, "EDINO_POOL_SIZE: 'many' is not a whole number between 1 and 100"),
        ({"EDINO_DATABASE_URL": "postgresql://u:hush@127.0.0.1:1/d"}, "127.0.0.1:1/d does not answer"),
        ({"EDINO_HOME": "/dev/null/home"}, "Set EDINO_HOME to a directory of yours"),
    ],
)
def test_what_hinders_a_command_is_one_sentence(given: dict[str, str], said: str) -> None:
    ended = subprocess.run(
        [*EDINO, "migrate"], env={**os.environ, **given}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "hush" not in ended.stderr


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_whatever_dies_is_started_again(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(EDINO_DATABASE_URL="")
    served.until_up()
    until(lambda: "worker started" in served.log.read_text())
    home = tmp_path / "home"

    web = served.child("granian")
    os.kill(web.pid, signal.SIGKILL)
    served.until_replaced("granian", web.pid)
    until(lambda: status(served.port) == 200)

    [inner, *_] = [each for each in served.child("granian").children() if "granian" in " ".join(each.cmdline())]
    os.kill(inner.pid, signal.SIGKILL)
    until(lambda: status(served.port) == 200)

    worker = served.child("work")
    os.kill(worker.pid, signal.SIGKILL)
    until(lambda: served.log.read_text().count("worker started") == 2)

    database = postgres.pid(home)
    assert database is not None
    os.kill(database, signal.SIGKILL)
    until(lambda: postgres.pid(home) not in {None, database})
    until(lambda: status(served.port, "/readyz") == 200)

    assert served.stop() == 0
    assert postgres.pid(home) is None, "the embedded database ends with the last who used it"


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_when_the_parent_is_killed_its_children_end_too(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(EDINO_DATABASE_URL="")
    served.until_up()
    family = psutil.Process(served.process.pid).children(recursive=True)
    assert family
    os.kill(served.process.pid, signal.SIGKILL)
    served.process.wait()
    until(lambda: not [each for each in family if each.is_running() and each.status() != psutil.STATUS_ZOMBIE], 60)
    again = serve(EDINO_DATABASE_URL="")
    again.until_up()
    assert again.stop() == 0


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_backup_restored_is_the_same_data_in_a_new_epoch(tmp_path: Path) -> None:
    environment = {**os.environ, "EDINO_HOME": str(tmp_path / "home"), "EDINO_DATABASE_URL": ""}

    def edino(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([*EDINO, *words], env=environment, capture_output=True, text=True, check=False)

    try:
        assert edino("migrate").returncode == 0
        url = postgres.url(tmp_path / "home")
        with psycopg.connect(url) as connection:
            connection.execute("INSERT INTO kernel_fact_key VALUES (uuidv7(), 7)")
        made = edino("backup", str(tmp_path / "kept.edino"))
        assert made.returncode == 0, made.stderr
        assert (tmp_path / "kept.edino").stat().st_mode & 0o777 == 0o600
        with psycopg.connect(url) as connection:
            connection.execute("DELETE FROM kernel_fact_key")
            before = connection.execute("SELECT epoch FROM kernel_epoch").fetchone()
            in_use = edino("restore", "--replace", str(tmp_path / "kept.edino"))
            assert (in_use.returncode, "1 other connections use the database" in in_use.stderr) == (1, True)
        (tmp_path / "torn").write_bytes((tmp_path / "kept.edino").read_bytes()[:9000])
        assert edino("restore", "--replace", str(tmp_path / "torn")).returncode == 1
        restored = edino("restore", "--replace", str(tmp_path / "kept.edino"))
        assert restored.returncode == 0, restored.stderr
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT fingerprint FROM kernel_fact_key").fetchall() == [(7,)]
            after = connection.execute("SELECT epoch FROM kernel_epoch").fetchone()
            names = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'edino%'").fetchall()
        assert before is not None
        assert after == (before[0] + 1,)
        assert names == [("edino",)]
        assert edino("doctor").returncode == 0
    finally:
        postgres.stop(tmp_path / "home")
