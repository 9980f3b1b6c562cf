"""The embedded PostgreSQL on real clusters: started by whoever comes first, mended after kill -9, closed to others."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from edino.kernel import postgres
from edino.kernel.postgres import cluster, leftovers, server
from edino.kernel.postgres.layout import layout


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of its own, stopped and removed in the end."""
    yield tmp_path / "home"
    postgres.stop(tmp_path / "home")


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    """One running home for the tests that only look."""
    base = Path(tempfile.mkdtemp(prefix=f"edino-test-{os.getpid()}-"))
    postgres.ensure(base, durable=False)
    yield base
    postgres.stop(base)
    shutil.rmtree(base)


def asked(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        found = connection.execute(query.encode()).fetchone()
    assert found is not None
    return found[0]


def test_the_first_who_asks_gets_a_server_of_this_version_that_knows_cyrillic(shared: Path) -> None:
    url = postgres.url(shared)
    assert postgres.check(url).version >= postgres.LEAST_VERSION
    assert asked(url, "SELECT lower('ЁЖ') || upper('ß')") == "ёжß"
    assert asked(url, "SHOW TimeZone") == "UTC"
    assert asked(url, "SELECT current_user || ' ' || current_database()") == "edino edino"


def test_asking_again_starts_nothing(shared: Path) -> None:
    before = postgres.pid(shared)
    assert before is not None
    assert postgres.ensure(shared) == postgres.url(shared)
    assert postgres.pid(shared) == before


def test_only_its_owner_reaches_it_and_never_by_tcp(shared: Path) -> None:
    number = postgres.pid(shared)
    assert number is not None
    process = psutil.Process(number)
    assert process.uids().effective != 0, "PostgreSQL must not have root's rights"
    assert [each for each in process.net_connections(kind="inet") if each.status == psutil.CONN_LISTEN] == []
    place = layout(shared)
    for closed in (place.home, place.room, place.data, place.socket):
        assert closed.stat().st_mode & 0o077 == 0, closed
    assert asked(postgres.url(shared), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False


def test_its_own_tools_can_be_run(shared: Path) -> None:
    dumped = subprocess.run(
        [postgres.bin("pg_dump"), "--schema-only", f"--dbname={postgres.url(shared)}"],
        capture_output=True,
        text=True,
        check=True,
        env=postgres.environment(),
    )
    assert "PostgreSQL database dump complete" in dumped.stdout
    with pytest.raises(postgres.NoBinaries, match="pg_nonsense"):
        postgres.bin("pg_nonsense")


def test_a_home_with_a_long_path_keeps_its_socket_elsewhere_and_closed(tmp_path: Path) -> None:
    deep = tmp_path / ("long" * 20) / "home"
    place = layout(deep)
    assert len(os.fsencode(place.socket)) < 100
    assert not place.socket.is_relative_to(deep)
    try:
        assert asked(postgres.ensure(deep, durable=False), "SELECT 1") == 1
        assert place.socket.stat().st_mode & 0o077 == 0
    finally:
        postgres.stop(deep)
    assert not place.socket.exists(), "what lies outside the home goes with the server"


def test_five_processes_that_start_at_once_share_one_server(home: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from edino.kernel import postgres; home = Path(sys.argv[1]);"
        "postgres.ensure(home, durable=False); print(postgres.pid(home))"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", program, home], stdout=subprocess.PIPE, text=True) for _ in range(5)
    ]
    numbers = {process.communicate(timeout=90)[0].strip() for process in started}
    assert numbers == {str(postgres.pid(home))}


def test_nothing_acknowledged_is_lost_when_the_server_is_killed_under_load(home: Path) -> None:
    url = postgres.ensure(home)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE taken (writer int, number int, PRIMARY KEY (writer, number))")
    acknowledged = [0, 0, 0]

    def write(writer: int) -> None:
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                while True:
                    connection.execute("INSERT INTO taken VALUES (%s, %s)", [writer, acknowledged[writer] + 1])
                    acknowledged[writer] += 1
        except psycopg.OperationalError:
            return

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(3)]
    for writer in writers:
        writer.start()
    while min(acknowledged) < 20:
        time.sleep(0.01)
    killed = postgres.pid(home)
    assert killed is not None
    os.kill(killed, signal.SIGKILL)

    postgres.ensure(home)
    for writer in writers:
        writer.join(timeout=30)
    assert postgres.pid(home) not in {None, killed}
    with psycopg.connect(url) as connection:
        kept: dict[int, int] = dict(connection.execute("SELECT writer, count(*) FROM taken GROUP BY writer").fetchall())
    for number, count in enumerate(acknowledged):
        assert kept[number] in {count, count + 1}, "the last one may have been written but not yet acknowledged"


def test_a_backend_that_outlives_its_killed_server_is_ended(home: Path) -> None:
    url = postgres.ensure(home, durable=False)
    busy = psycopg.connect(url)
    spinning = threading.Thread(target=_ignore_loss, args=(busy, "SELECT count(*) FROM generate_series(1, 1000000000)"))
    spinning.start()
    backend = busy.info.backend_pid
    killed = postgres.pid(home)
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert psutil.pid_exists(backend)
    assert asked(postgres.ensure(home, durable=False), "SELECT 1") == 1
    assert not psutil.pid_exists(backend) or psutil.Process(backend).status() == psutil.STATUS_ZOMBIE
    spinning.join(timeout=30)
    busy.close()


def _ignore_loss(connection: "psycopg.Connection[tuple[object, ...]]", query: str) -> None:
    try:
        connection.execute(query.encode())
    except psycopg.OperationalError:
        return


def test_a_pid_file_that_names_somebody_elses_process_does_not_hinder_the_start(home: Path) -> None:
    postgres.ensure(home, durable=False)
    killed = postgres.pid(home)
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    written = layout(home).data / "postmaster.pid"
    written.write_text(written.read_text().replace(str(killed), str(os.getpid()), 1))
    assert postgres.pid(home) is None, "this very test is no server"
    assert asked(postgres.ensure(home, durable=False), "SELECT 1") == 1
    assert psutil.pid_exists(os.getpid())


def test_stopping_keeps_the_data(home: Path) -> None:
    url = postgres.ensure(home, durable=False)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    left_open = psycopg.connect(url)
    assert postgres.stop(home) is True
    left_open.close()
    assert postgres.running(home) is False
    assert postgres.pid(home) is None
    assert postgres.stop(home) is False
    assert asked(postgres.ensure(home, durable=False), "SELECT one FROM kept") == 1


def test_a_run_that_died_while_making_the_cluster_is_begun_again(home: Path) -> None:
    place = layout(home)
    cluster._make_directories(place)
    with cluster._runtime(place):
        (place.data / "base").mkdir()
    assert asked(postgres.ensure(home, durable=False), "SELECT 1") == 1


def test_the_operators_own_settings_win_and_stay(home: Path) -> None:
    postgres.ensure(home, durable=False)
    with (layout(home).data / "local.conf").open("a") as own:
        own.write("work_mem = '23MB'\n")
    postgres.stop(home)
    assert asked(postgres.ensure(home, durable=False), "SHOW work_mem") == "23MB"
    assert asked(postgres.url(home), "SHOW fsync") == "off"


def test_data_of_another_version_is_left_alone(home: Path) -> None:
    postgres.ensure(home, durable=False)
    postgres.stop(home)
    (layout(home).data / "PG_VERSION").write_text("17\n")
    with pytest.raises(postgres.DataOfAnotherVersion, match=r"made by PostgreSQL 17.*edino restore"):
        postgres.ensure(home)
    (layout(home).data / "PG_VERSION").write_text("18\n")


def test_a_socket_taken_by_a_stranger_is_told(home: Path) -> None:
    place = layout(home)
    postgres.ensure(home, durable=False)
    postgres.stop(home)
    with cluster._runtime(place), socket.socket(socket.AF_UNIX) as stranger:
        stranger.bind(str(place.socket / ".s.PGSQL.5432"))
        stranger.listen()
        with pytest.raises(postgres.SocketInUse, match="not this home's database"):
            postgres.ensure(home)
    assert asked(postgres.ensure(home, durable=False), "SELECT 1") == 1, "a dead socket file is no hindrance"


def test_a_home_served_by_another_container_is_told(home: Path) -> None:
    postgres.ensure(home, durable=False)
    postgres.stop(home)
    with layout(home).serving.open("r+") as elsewhere:
        fcntl.flock(elsewhere, fcntl.LOCK_EX)
        with pytest.raises(postgres.SocketInUse, match="Another container or machine"):
            postgres.ensure(home)


def test_a_home_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(postgres.HomeNotWritable, match="Set EDINO_HOME to a directory of yours"):
        postgres.ensure(tmp_path / "file" / "home")


def test_a_full_disk_is_told_before_anything_starts(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "LEAST_FREE_BYTES", shutil.disk_usage(home.parent).free + 2**40)
    with pytest.raises(postgres.DiskFull, match="move EDINO_HOME"):
        postgres.ensure(home)
    assert not layout(home).data.exists()


def test_what_the_servers_log_says_becomes_advice(home: Path) -> None:
    place = layout(home)
    full = "FATAL:  could not write lock file: No space left on device"
    assert isinstance(cluster._from_log(full, place), postgres.DiskFull)
    taken = 'could not bind Unix address "x": Address already in use'
    assert isinstance(cluster._from_log(taken, place), postgres.SocketInUse)
    other = cluster._from_log("FATAL:  something else", place)
    assert isinstance(other, postgres.ServerDidNotStart)
    assert "FATAL:  something else" in str(other)


def test_a_server_that_gives_up_shows_the_end_of_its_log(home: Path) -> None:
    postgres.ensure(home, durable=False)
    postgres.stop(home)
    (layout(home).data / "local.conf").write_text("no_such_setting = on\n")
    with pytest.raises(postgres.ServerDidNotStart, match="no_such_setting"):
        postgres.ensure(home)


def test_a_server_that_does_not_answer_is_told_without_the_password() -> None:
    with pytest.raises(postgres.DatabaseUnreachable) as refused:
        postgres.check("postgresql://edino:hush-hush@127.0.0.1:1/edino", timeout=2)
    assert "127.0.0.1:1/edino does not answer" in str(refused.value)
    assert "hush-hush" not in str(refused.value)
    with pytest.raises(postgres.DatabaseUnreachable, match="not a PostgreSQL URL"):
        postgres.check("mysql://somewhere")


def test_a_server_that_is_too_old_is_told(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LEAST_VERSION", 990000)
    with pytest.raises(postgres.WrongVersion, match=r"is PostgreSQL 18.*needs 99 or newer"):
        postgres.check(postgres.url(shared))


def test_a_process_of_another_directory_is_not_taken_for_ours(shared: Path, tmp_path: Path) -> None:
    number = postgres.pid(shared)
    assert number is not None
    assert leftovers._is_of(number, layout(shared).data) is True
    assert leftovers._is_of(number, tmp_path) is False
    assert leftovers._is_of(os.getpid(), Path.cwd()) is False
