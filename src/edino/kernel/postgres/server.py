"""Looking at a server through its URL: is it there, is it good enough."""

from dataclasses import dataclass

import psycopg
from psycopg.conninfo import conninfo_to_dict

from edino.kernel.postgres.errors import DatabaseUnreachable, WrongVersion

LEAST_VERSION = 180000


@dataclass(frozen=True, slots=True)
class Server:
    """A server that suits Edino. `version` as PostgreSQL numbers itself: 180004 is 18.4."""

    version: int
    encoding: str


def check(url: str, *, timeout: int = 5) -> Server:
    """Connect and look. Raises DatabaseUnreachable, WrongVersion; messages never carry the password."""
    try:
        with psycopg.connect(url, connect_timeout=timeout, autocommit=True) as connection:
            version = connection.info.server_version
            encoding = str(connection.execute("SHOW server_encoding").fetchone()[0])  # type: ignore[index]
    except psycopg.Error as refused:
        raise DatabaseUnreachable(
            f"The database at {address(url)} does not answer: {_reason(refused)} Check EDINO_DATABASE_URL, "
            "or unset it to use the embedded database."
        ) from None
    if version < LEAST_VERSION:
        raise WrongVersion(
            f"The server at {address(url)} is PostgreSQL {version // 10000}.{version % 10000}; Edino needs "
            f"{LEAST_VERSION // 10000} or newer. Upgrade it, or unset EDINO_DATABASE_URL to use the embedded one."
        )
    if encoding != "UTF8":
        raise WrongVersion(
            f"The database at {address(url)} is encoded in {encoding}; Edino needs UTF8. "
            "Create one with `createdb --encoding=UTF8 --template=template0`."
        )
    return Server(version=version, encoding=encoding)


def address(url: str) -> str:
    """The URL in words for a message, without user and password."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        return "EDINO_DATABASE_URL (which is not a PostgreSQL URL)"
    where = parts.get("host") or "the local socket"
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"{where}{port}/{parts.get('dbname', '')}"


def _reason(error: psycopg.Error) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[-1] if lines else type(error).__name__).rstrip(".") + "."
