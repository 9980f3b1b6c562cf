"""Making a database cold: nothing of its files in the memory of the server or of the machine."""

import os
from pathlib import Path


def chill(home: Path) -> None:
    """Restart the server of a home, and between its two lives tell the machine to forget every page of its files.

    `posix_fadvise` needs no rights and leaves the neighbours' pages alone; what is on disk already is all it can drop,
    so everything is written out first.
    """
    from edino.kernel import postgres  # the home must be chosen first

    postgres.stop(home)
    os.sync()
    for folder, _, files in os.walk(home):
        for name in files:
            _forget(Path(folder, name))
    postgres.ensure(home)


def _forget(file: Path) -> None:
    if not file.is_file() or file.is_symlink():
        return
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
