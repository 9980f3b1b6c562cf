"""Backup and restore of the whole database, with PostgreSQL's own tools.

A restore goes into a new database beside the old one and takes its place only when it is complete. The log's epoch
is raised in it, because transaction numbers of the old server mean nothing in the new one.
"""

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from edino.kernel import postgres
from edino.kernel import sql as statements
from edino.kernel.errors import Refusal


class BackupFailed(Refusal):
    """PostgreSQL's %(tool)s failed: %(reason)s"""

    code = "backup_failed"


class NotABackup(Refusal):
    """%(file)s is not a backup made by: edino backup."""

    code = "not_a_backup"


class DatabaseInUse(Refusal):
    """%(count)s other connections use the database. Stop Edino (edino serve, edino work) and try again."""

    code = "database_in_use"


class DatabaseNotEmpty(Refusal):
    """The database holds data. To put the backup in its place, give --replace; what is there now will be gone."""

    code = "database_not_empty"


def backup(url: str, target: Path) -> int:
    """Write everything to a file only its owner can read; its size in bytes. The file appears when it is complete."""
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={unfinished}")
        unfinished.replace(target)
    except OSError as refused:
        raise BackupFailed(tool="pg_dump", reason=f"{target}: {refused.strerror}") from refused
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size


def restore(url: str, source: Path, *, replace: bool) -> int:
    """Put a backup in the database's place; the new epoch of the log.

    Raises NotABackup, DatabaseInUse, DatabaseNotEmpty (unless `replace`), BackupFailed; then nothing has changed.
    """
    try:
        with source.open("rb") as stream:
            if stream.read(5) != b"PGDMP":
                raise NotABackup(file=str(source))
    except OSError as refused:
        raise BackupFailed(tool="pg_restore", reason=f"{source}: {refused.strerror}") from refused
    name = str(conninfo_to_dict(url)["dbname"])
    if not replace and _filled(url):
        raise DatabaseNotEmpty
    with _administering(url) as connection:
        _check_alone(connection, name)
        beside = f"{name}_restoring_{secrets.token_hex(4)}"
        _create(connection, beside, like=name)
        try:
            into = make_conninfo(url, dbname=beside)
            _run("pg_restore", into, "--exit-on-error", "--no-owner", "--no-privileges", str(source))
            epoch = _raise_epoch(into)
            _check_alone(connection, name)
            _swap(connection, name, beside)
        finally:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(beside)))
    return epoch


def _filled(url: str) -> bool:
    """Whether there is anything that a person would miss: any row of the log or of the customers."""
    with psycopg.connect(url) as connection:
        for table in ("kernel_log", "customers_profile"):
            present = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchone()
            query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))
            if present == (True,) and connection.execute(query).fetchone() == (True,):
                return True
    return False


@contextmanager
def _administering(url: str) -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(url, dbname="postgres", autocommit=True) as connection:
        yield connection


def _check_alone(connection: "psycopg.Connection[Any]", name: str) -> None:
    found = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [name]).fetchone()
    if found and found[0]:
        raise DatabaseInUse(count=found[0])


def _create(connection: "psycopg.Connection[Any]", name: str, *, like: str) -> None:
    [provider] = connection.execute(
        "SELECT datlocprovider, datlocale, datcollate, datctype FROM pg_database WHERE datname = %s", [like]
    ).fetchall()
    kind = {"b": "builtin", "c": "libc", "i": "icu"}[provider[0]]
    parts = [
        sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)),
        sql.SQL("LOCALE_PROVIDER {} LC_COLLATE {} LC_CTYPE {}").format(sql.SQL(kind), provider[2], provider[3]),
    ]
    if kind == "builtin":
        parts.append(sql.SQL("BUILTIN_LOCALE {}").format(provider[1]))
    elif kind == "icu":
        parts.append(sql.SQL("ICU_LOCALE {}").format(provider[1]))
    connection.execute(sql.SQL(" ").join(parts))


def _raise_epoch(url: str) -> int:
    statement = statements.statements("edino.kernel", "log.sql")["raise_epoch"]
    with psycopg.connect(url) as connection:
        [(epoch,)] = connection.execute(statement.text.encode()).fetchall()
    return int(epoch)


def _swap(connection: "psycopg.Connection[Any]", name: str, beside: str) -> None:
    old = f"{beside}_old"
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    with connection.transaction():
        connection.execute(rename.format(sql.Identifier(name), sql.Identifier(old)))
        connection.execute(rename.format(sql.Identifier(beside), sql.Identifier(name)))
    connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(old)))


def _run(tool: str, url: str, *arguments: str) -> None:
    """The password goes by the environment: arguments are seen by everybody on the machine."""
    parts: dict[str, Any] = conninfo_to_dict(url)
    password = str(parts.pop("password", "") or "")
    environment = postgres.environment() | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run(
        [postgres.bin(tool), f"--dbname={make_conninfo(**parts)}", "--no-password", *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        env=environment,
    )
    if done.returncode != 0:
        raise BackupFailed(tool=tool, reason=" ".join(done.stderr.split())[-600:])
