"""Files that come packed: the ZIP that 1C makes of a whole exchange, and the gzip of a feed.

They are unpacked into a folder of their own that is gone afterwards, and everything in them is a stranger's: a name
that leads out of the folder, more than fits, or a member that is damaged or locked refuses the whole archive before
anything of it is imported. Archives within an archive stay closed.
"""

import gzip
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, BinaryIO, Final

from edino.integrations.exchange.errors import Unreadable

LARGEST: Final = 4 << 30
"""Bytes that all members of an archive may unpack to."""
MOST: Final = 100_000
"""Members of an archive."""
PIECE: Final = 1 << 20
DAMAGED: Final = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error)
"""All that reading an archive raises when it is cut, damaged, encrypted or packed in a way that nobody knows."""
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP: Final = b"\x1f\x8b"
_DOCUMENTS: Final = {
    "commerceml": (".xml",),
    "yml": (".xml", ".yml", ".yaml"),
    "google": (".xml", ".rss", ".atom", ".tsv", ".txt", ".csv"),
}


def plain(path: Path, kind: str, folder: Path) -> Sequence[Path]:
    """The documents in a file: itself, or what it holds, laid into an empty folder. `Unreadable` when it is damaged."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError:
        return [path]  # whoever reads it says what is wrong
    if head.startswith(_ZIP):
        return _unzipped(path, kind, folder)
    if head.startswith(_GZIP):
        return [_gunzipped(path, folder)]
    return [path]


def _unzipped(path: Path, kind: str, folder: Path) -> list[Path]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [(_inside(path, member), member) for member in archive.infolist() if not member.is_dir()]
            if len(members) > MOST or sum(member.file_size for _, member in members) > LARGEST:
                raise Unreadable("%(file)s unpacks to more than an exchange holds.", file=path.name)
            for name, member in members:
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as packed, target.open("xb") as file:
                    _copy(packed, file, path.name, member.file_size)
    except FileExistsError as error:
        raise Unreadable("%(file)s holds two files of one name.", file=path.name) from error
    except (*DAMAGED, ValueError) as error:
        raise Unreadable(
            "%(file)s is no whole ZIP archive: %(reason)s.", file=path.name, reason=str(error).rstrip(".")
        ) from error
    found = [
        folder / name
        for name, _ in members
        if name.lower().endswith(_DOCUMENTS[kind])
        and not name.split("/")[-1].startswith(".")
        and "__MACOSX" not in name
    ]
    if not found:
        raise Unreadable("%(file)s: there is no document in the archive.", file=path.name)
    return found


def _inside(path: Path, member: zipfile.ZipInfo) -> str:
    """The name of a member as a path that only leads downwards."""
    name = member.filename.replace("\\", "/")
    parts = [part for part in name.split("/") if part not in {"", "."}]
    odd = name.startswith("/") or ".." in parts or ":" in name or len(name) > 300 or min(map(ord, name), default=0) < 32
    if odd or not parts:
        raise Unreadable("%(file)s holds a file whose name leads elsewhere: %(name)s.", file=path.name, name=name[:100])
    return "/".join(parts)


def _gunzipped(path: Path, folder: Path) -> Path:
    target = folder / (path.stem or path.name)
    try:
        with gzip.open(path, "rb") as packed, target.open("wb") as file:
            _copy(packed, file, path.name, LARGEST)
    except (*DAMAGED, ValueError) as error:
        raise Unreadable(
            "%(file)s is no whole gzip file: %(reason)s.", file=path.name, reason=str(error).rstrip(".")
        ) from error
    return target


def _copy(packed: IO[bytes] | gzip.GzipFile, file: BinaryIO, name: str, most: int) -> None:
    left = most
    while block := packed.read(PIECE):
        left -= len(block)
        if left < 0:
            raise Unreadable("%(file)s unpacks to more than an exchange holds.", file=name)
        file.write(block)
