"""Making, starting, mending and stopping the server of one home.

As root, the server runs as an unprivileged account that may have no way into the home (root's own is closed to
others, and stays so). Its directories are therefore opened by us and handed over as descriptors: the server sees
its data directory as /proc/self/fd/N, which needs no right on the directories above.
"""

import contextlib
import errno
import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from edino.kernel.postgres.account import Account, ProcessArguments, account_for
from edino.kernel.postgres.binaries import MAJOR, environment, programs_for
from edino.kernel.postgres.errors import (
    DatabaseError,
    DataOfAnotherVersion,
    DiskFull,
    HomeNotWritable,
    ServerDidNotStart,
    SocketInUse,
)
from edino.kernel.postgres.layout import DATABASE, ROLE, SUPERUSER, Layout, layout, url
from edino.kernel.postgres.leftovers import clear, end, postmaster, reported_ready
from edino.kernel.postgres.settings import settings

STARTING_SECONDS = 600
STOPPING_SECONDS = 60
DYING_SECONDS = 3
LEAST_FREE_BYTES = 64 * 1024 * 1024
LONGEST_LOG_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a child of ours needs to work on the cluster: names of its directories, programs, account."""

    account: Account | None
    programs: Path
    data: str
    socket: str
    descriptors: tuple[int, ...]

    @property
    def arguments(self) -> ProcessArguments:
        """How `subprocess` is to change the account."""
        return self.account.arguments() if self.account else {}


def ensure(home: Path | None = None, *, durable: bool = True) -> str:
    """The URL of the home's database, with the server started if it does not run. Safe to call from many processes.

    `durable=False` is for throw-away clusters: nothing survives a crash of the machine. Raises DatabaseError.
    """
    if _answers(url(home)):
        return url(home)
    place = layout(home)
    _make_directories(place)
    with _locked(place):
        if postmaster(place.data) is None:
            _start(place, durable=durable)
        _wait_until_ready(place)
        _make_database(home)
    return url(home)


def running(home: Path | None = None) -> bool:
    """Whether the home's server runs and takes connections."""
    return _answers(url(home, database="postgres", role=SUPERUSER))


def pid(home: Path | None = None) -> int | None:
    """The process of the home's server, if it lives."""
    return postmaster(layout(home).data)


def stop(home: Path | None = None) -> bool:
    """Stop the home's server: connections are ended, everything committed is kept. False when none ran."""
    place = layout(home)
    if not place.data.is_dir():
        return False
    with _locked(place):
        found = postmaster(place.data)
        if found is not None:
            end(found, seconds=STOPPING_SECONDS)
        clear(place.data, place.socket)
        if not place.socket.is_relative_to(place.home):
            # A socket that had to lie elsewhere would stay there when the home is removed.
            with contextlib.suppress(OSError):
                (place.socket / ".s.PGSQL.5432").unlink(missing_ok=True)
                place.socket.rmdir()
        return found is not None


def _answers(conninfo: str) -> bool:
    try:
        psycopg.connect(conninfo, connect_timeout=3).close()
    except psycopg.Error:
        return False
    return True


def _make_directories(place: Layout) -> None:
    try:
        place.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.room.mkdir(exist_ok=True, mode=0o700)
        place.lock.touch(mode=0o600)
    except OSError as refused:
        raise _explained(refused, place.home) from refused


@contextlib.contextmanager
def _locked(place: Layout) -> Iterator[None]:
    """One process at a time starts or stops a home's server; the kernel frees the lock of one that dies."""
    try:
        held = os.open(place.lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError as refused:
        raise _explained(refused, place.home) from refused
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _start(place: Layout, *, durable: bool) -> None:
    free = shutil.disk_usage(place.room).free
    if free < LEAST_FREE_BYTES:
        raise DiskFull(
            f"Only {free // 1024**2} MB are free where {place.home} lies; the database needs at least "
            f"{LEAST_FREE_BYTES // 1024**2} MB to start. Free some room, or move EDINO_HOME."
        )
    try:
        with _runtime(place) as runtime, _serving(place, runtime) as serving:
            if not (place.data / "PG_VERSION").exists():
                _initialise(place, runtime, durable=durable)
            _check_version(place)
            _check_socket(place)
            _configure(place, runtime, durable=durable)
            _launch(place, runtime, serving)
    except OSError as refused:
        raise _explained(refused, place.home) from refused


@contextlib.contextmanager
def _serving(place: Layout, runtime: Runtime) -> Iterator[int]:
    """A lock that the server inherits and holds while any of its processes lives, wherever they are.

    Process numbers say nothing between two containers that share a volume; this does.
    """
    clear(place.data, place.socket)
    held = os.open(place.serving, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    _hand_over(held, place, runtime.account)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield held
    except BlockingIOError as taken:
        raise SocketInUse(
            f"Another container or machine serves {place.home}, or its server does not die. Stop it first."
        ) from taken
    finally:
        os.close(held)


@contextlib.contextmanager
def _runtime(place: Layout) -> Iterator[Runtime]:
    account = account_for(place.data, place.home)
    programs = programs_for(account)
    for ours in (place.room, place.lock):
        _hand_over(ours, place, account)
    for directory in (place.data, place.socket):
        _own(directory, account)
    if account is None:
        yield Runtime(None, programs, str(place.data), str(place.socket), ())
        return
    opened = [os.open(each, os.O_RDONLY | os.O_DIRECTORY) for each in (place.data, place.socket)]
    try:
        data, socket = (f"/proc/self/fd/{descriptor}" for descriptor in opened)
        yield Runtime(account, programs, data, socket, tuple(opened))
    finally:
        for descriptor in opened:
            os.close(descriptor)


def _hand_over(ours: Path | int, place: Layout, account: Account | None) -> None:
    """What root makes in the home of an ordinary user is the user's, who will go on without root."""
    if account and place.home.stat().st_uid == account.uid:
        os.chown(ours, account.uid, account.gid)


def _own(directory: Path, account: Account | None) -> None:
    """Make the directory, closed to others, and the account's own. Someone else's in its place is refused."""
    owner = account.uid if account else os.geteuid()
    with contextlib.suppress(FileExistsError):
        directory.mkdir(mode=0o700)
        if account:
            os.chown(directory, account.uid, account.gid)
    found = directory.lstat()
    if found.st_uid == 0 and account and directory.parent.stat().st_uid == 0 and not any(directory.iterdir()):
        # We died between making it and giving it away.
        os.chown(directory, account.uid, account.gid, follow_symlinks=False)
        found = directory.lstat()
    if found.st_uid != owner or not directory.is_dir() or directory.is_symlink():
        raise HomeNotWritable(
            f"{directory} belongs to another user. Run Edino as that user, or set EDINO_HOME to a directory of yours."
        )
    if found.st_mode & 0o077:
        directory.chmod(0o700)


def _initialise(place: Layout, runtime: Runtime, *, durable: bool) -> None:
    # A run that died half-way leaves files without PG_VERSION's cluster behind; initdb wants an empty directory.
    for leftover in place.data.iterdir():
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    command: list[str | Path] = [
        runtime.programs / "initdb",
        f"--pgdata={runtime.data}",
        f"--username={SUPERUSER}",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
        *([] if durable else ["--no-sync"]),
    ]
    made = _run(command, runtime)
    if made.returncode != 0:
        raise _from_log(made.stderr + made.stdout, place)
    # No TCP, no replication over the net: the socket's directory is the only door.
    (place.data / "pg_hba.conf").write_text("local all all trust\nlocal replication all trust\n", encoding="ascii")
    local = place.data / "local.conf"
    local.write_text("# Your own settings; they win over Edino's in edino.conf.\n", encoding="ascii")
    if runtime.account:
        os.chown(local, runtime.account.uid, runtime.account.gid)
    with (place.data / "postgresql.conf").open("a", encoding="ascii") as configuration:
        configuration.write("\ninclude_if_exists 'edino.conf'\ninclude_if_exists 'local.conf'\n")


def _run(command: list[str | Path], runtime: Runtime) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd="/",
        env=environment(),
        pass_fds=runtime.descriptors,
        **runtime.arguments,
    )


def _check_version(place: Layout) -> None:
    found = (place.data / "PG_VERSION").read_text(encoding="ascii").strip()
    if found != str(MAJOR):
        raise DataOfAnotherVersion(
            f"{place.data} was made by PostgreSQL {found}; this Edino brings {MAJOR}. Dump it with the Edino that made "
            "it (`edino backup FILE`), set EDINO_HOME to a new directory, and `edino restore FILE` there."
        )


def _check_socket(place: Layout) -> None:
    taken = place.socket / ".s.PGSQL.5432"
    if not taken.exists():
        return
    try:
        psycopg.connect(url(place.home, database="postgres", role=SUPERUSER), connect_timeout=3).close()
    except psycopg.OperationalError as refused:
        if "Connection refused" in str(refused):
            taken.unlink()
            return
    raise SocketInUse(
        f"Something that is not this home's database listens on {taken}. Stop it, or set EDINO_HOME to another place."
    )


def _configure(place: Layout, runtime: Runtime, *, durable: bool) -> None:
    text = settings(socket=runtime.socket, durable=durable, programs=runtime.programs, environment=environment())
    target = place.data / "edino.conf"
    target.write_text(text, encoding="ascii")
    if runtime.account:
        os.chown(target, runtime.account.uid, runtime.account.gid)


def _launch(place: Layout, runtime: Runtime, serving: int) -> None:
    if place.log.exists() and place.log.stat().st_size > LONGEST_LOG_BYTES:
        place.log.replace(place.log.with_suffix(".log.old"))
    log = os.open(place.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        _hand_over(log, place, runtime.account)
        # The shell between makes the server an orphan at once: it must outlive us, and must not be our zombie.
        subprocess.run(
            ["/bin/sh", "-c", '"$0" "$@" &', runtime.programs / "postgres", "-D", runtime.data],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=True,
            cwd="/",
            env=environment(),
            pass_fds=(*runtime.descriptors, serving),
            start_new_session=True,
            **runtime.arguments,
        )
    finally:
        os.close(log)


def _wait_until_ready(place: Layout) -> None:
    """Until the server takes connections; after a crash it first replays its log, which may take minutes."""
    deadline = time.monotonic() + STARTING_SECONDS
    seen_alive = 0.0
    began = time.monotonic()
    while time.monotonic() < deadline:
        if postmaster(place.data) is not None:
            seen_alive = time.monotonic()
            # Asking by connecting would write a line into the log at each try.
            if reported_ready(place.data) and running(place.home):
                return
        elif time.monotonic() - max(began, seen_alive) > DYING_SECONDS:
            raise _from_log(_tail(place.log), place)
        time.sleep(0.02)
    raise ServerDidNotStart(
        f"The database has not become ready within {STARTING_SECONDS} seconds. Its log is {place.log}."
    )


def _make_database(home: Path | None) -> None:
    with psycopg.connect(url(home, database="postgres", role=SUPERUSER), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            role = sql.Identifier(ROLE)
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB REPLICATION").format(role))
            connection.execute(sql.SQL("GRANT pg_monitor, pg_checkpoint, pg_signal_backend TO {}").format(role))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            names = {"database": sql.Identifier(DATABASE), "role": sql.Identifier(ROLE)}
            connection.execute(sql.SQL("CREATE DATABASE {database} OWNER {role}").format(**names))


def _tail(log: Path, *, length: int = 4000) -> str:
    with contextlib.suppress(OSError), log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - length))
        return stream.read().decode("utf-8", "replace")
    return ""


def _explained(refused: OSError, home: Path) -> DatabaseError:
    if refused.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"No room is left where {home} lies. Free some, or move EDINO_HOME.")
    if refused.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
        return HomeNotWritable(
            f"{home} cannot be written ({refused.strerror}: {refused.filename}). "
            "Set EDINO_HOME to a directory of yours."
        )
    return ServerDidNotStart(f"The database in {home} cannot be started: {refused}.")


def _from_log(text: str, place: Layout) -> DatabaseError:
    if "No space left on device" in text or "Disk quota exceeded" in text:
        return DiskFull(f"No room is left where {place.home} lies. Free some, or move EDINO_HOME.")
    if "Address already in use" in text:
        return SocketInUse(f"The socket in {place.socket} is taken. Stop what listens there, or move EDINO_HOME.")
    last = "\n".join(text.strip().splitlines()[-8:])
    return ServerDidNotStart(f"The database in {place.home} did not start. The end of {place.log}:\n{last}")
