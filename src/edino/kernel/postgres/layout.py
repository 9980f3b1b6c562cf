"""Where things lie in a home, and the URL that follows from it."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

DATABASE = "edino"
ROLE = "edino"
SUPERUSER = "postgres"

# sun_path holds 107 bytes on Linux and 103 elsewhere; the socket's own name takes the rest.
LONGEST_SOCKET_DIRECTORY = 100 - len("/.s.PGSQL.5432.lock")

# Not tempfile.gettempdir(): every process must compute the same path, whatever its TMPDIR says.
SHORT_ROOM = Path("/tmp")  # noqa: S108 - the directory made there is ours, 0700, and its owner is checked


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one home."""

    home: Path
    room: Path
    data: Path
    socket: Path
    lock: Path
    serving: Path
    log: Path


def home() -> Path:
    """The directory that EDINO_HOME names, by default `~/.edino`; absolute, perhaps not yet there."""
    named = os.environ.get("EDINO_HOME")
    return Path(named).expanduser().absolute() if named else Path.home() / ".edino"


def layout(at: Path | None = None) -> Layout:
    """The paths under the given home (by default `home()`), links resolved so that all processes agree."""
    base = (at or home()).expanduser().resolve()
    room = base / "postgres"
    socket = room / "socket"
    if len(os.fsencode(socket)) > LONGEST_SOCKET_DIRECTORY:
        key = hashlib.sha256(os.fsencode(base)).hexdigest()[:16]
        socket = SHORT_ROOM / f"edino-{key}"
    return Layout(
        home=base,
        room=room,
        data=room / "data",
        socket=socket,
        lock=room / "lock",
        serving=room / "serving",
        log=base / "postgres.log",
    )


def url(at: Path | None = None, *, database: str = DATABASE, role: str = ROLE) -> str:
    """The libpq URL of the home's server; starts nothing."""
    return f"postgresql://{role}@/{database}?host={quote(str(layout(at).socket), safe='')}"
