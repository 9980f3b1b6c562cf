"""What can be wrong with the database, each saying what to do about it."""

from edino.kernel.errors import Refusal


class DatabaseError(Refusal):
    """The database cannot be used."""

    code = "database"
    status = 503

    @property
    def text(self) -> str:
        """As it was composed: paths and numbers, for the person who runs the machine, without translation."""
        return str(self)


class NoBinaries(DatabaseError):
    """The wheel with the PostgreSQL binaries is not installed or has none for this platform."""


class NoUnprivilegedAccount(DatabaseError):
    """PostgreSQL refuses to run as root and no other account can run it here."""


class HomeNotWritable(DatabaseError):
    """EDINO_HOME cannot be created or written by this user."""


class DiskFull(DatabaseError):
    """There is no room for the database to start."""


class SocketInUse(DatabaseError):
    """The place of the server's socket is taken by something that is not our server."""


class DataOfAnotherVersion(DatabaseError):
    """The data directory was made by another major version of PostgreSQL."""


class ServerDidNotStart(DatabaseError):
    """The server gave up while starting; the message carries the end of its log."""


class DatabaseUnreachable(DatabaseError):
    """Nothing answers at the given URL, or it refuses us."""


class WrongVersion(DatabaseError):
    """The server that answers is too old, or its database is not in UTF-8."""
