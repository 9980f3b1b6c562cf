"""Files that come over the wire in parts, kept in the database: an append is there whole or not at all.

A part that is the same as the one before is kept aside: it came twice, unless the file is whole only with it. A part
that begins a document while the file has parts already begins the file anew, as 1C does when it starts over.
"""

import io
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings
from django.db import transaction

from edino.channels.types import Source
from edino.integrations.commerceml.errors import WrongName
from edino.integrations.exchange.archives import DAMAGED
from edino.integrations.exchange.errors import Unreadable
from edino.integrations.exchange.files import media_path
from edino.integrations.exchange.reading import Document, is_whole
from edino.kernel import sql

_SQL: Final = sql.statements("edino.integrations", "uploads.sql")
PIECE: Final = 1 << 20
LARGEST_ARCHIVED: Final = 4 << 30
_STARTS: Final = re.compile(rb"^(\xef\xbb\xbf)?\s*<\?xml\b")
_ZIP: Final = b"PK\x03\x04"
_PICTURES: Final = (".jpg", ".jpeg", ".png", ".gif", ".webp")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file so far. `kept` is where a picture was brought below media."""

    id: int
    name: str
    size: int
    parts: int
    repeats: int
    takes_repeats: bool
    unpacked: bool
    kept: str


def named(name: str) -> str:
    """The name of a file as it may be kept: a path downwards, with plain slashes."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in {"", "."}]
    if not parts or ".." in parts or len(name) > 300 or any(ord(letter) < 32 for letter in name):
        raise WrongName
    return "/".join(parts)


def add(exchange_id: int, name: str, data: bytes) -> Upload:
    """Take the next part of a file."""
    with transaction.atomic():
        sql.execute(_SQL["add_upload"], {"exchange_id": exchange_id, "name": name})
        found = find(exchange_id, name)
        digest = sha256(data).digest()
        told = sql.tuples(_SQL["digests"], {"id": found.id})
        digests = [bytes(each) for _, each in told]
        if found.parts and _begins(data, digest, digests[0], found):
            sql.execute(_SQL["clear"], {"id": found.id})
            sql.execute(_SQL["cleared"], {"id": found.id})
            found = find(exchange_id, name)
        elif found.parts and digests[-1] == digest:
            _add_part(found.id, found.parts, data, repeat=True)
            sql.execute(_SQL["repeated"], {"id": found.id})
            return find(exchange_id, name)
        _add_part(found.id, found.parts, data)
        sql.execute(_SQL["grow"], {"id": found.id, "size": len(data)})
        return find(exchange_id, name)


def _add_part(upload_id: int, place: int, data: bytes, *, repeat: bool = False) -> None:
    values = {"id": upload_id, "place": place, "digest": sha256(data).digest(), "data": data, "repeat": repeat}
    sql.execute(_SQL["add_part"], values)


def settle_repeats(exchange_id: int, upload: Upload) -> Upload:
    """Decide whether parts that are the same as the one before came twice, or belong to the file.

    The protocol names no part and tells no size, so the file itself decides: what is whole without them had a repeat,
    what is whole only with them is meant so. Whoever is whole neither way is left without them, and refused later.
    """
    if not upload.repeats or upload.takes_repeats or _is_whole(upload):
        return upload
    with_them = replace(upload, takes_repeats=True)
    if not _is_whole(with_them):
        return upload
    sql.execute(_SQL["take_repeats"], {"id": upload.id})
    return find(exchange_id, upload.name)


def _is_whole(upload: Upload) -> bool:
    """Whether an archive has all that its end tells of, or a document ends where it began."""
    if is_archive(upload):
        try:
            with _archive(upload) as archive:
                return archive.testzip() is None
        except Unreadable:
            return False
    return is_whole(document(upload))


def _begins(data: bytes, digest: bytes, first: bytes, found: Upload) -> bool:
    if _STARTS.match(data):
        return True
    return digest == first and found.parts > 1


def find(exchange_id: int, name: str) -> Upload:
    """A file of the exchange; Unreadable when it never came."""
    found = sql.row(_SQL["upload"], {"exchange_id": exchange_id, "name": name}, Upload)
    if found is None:
        raise Unreadable("The file %(file)s has not been sent.", file=name)
    return found


def all_of(exchange_id: int) -> list[Upload]:
    """Everything the exchange has brought."""
    return sql.rows(_SQL["uploads"], {"exchange_id": exchange_id}, Upload)


def forget(exchange_id: int) -> None:
    """Drop what the exchange has brought."""
    sql.execute(_SQL["forget"], {"exchange_id": exchange_id})


class Parts(io.RawIOBase):
    """The parts of a file as one stream; one part in memory at a time."""

    def __init__(self, upload: Upload) -> None:
        super().__init__()
        self.upload = upload
        self._place = -1
        self._data = memoryview(b"")

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # a narrower buffer is all we get
        """The next bytes."""
        while not self._data:
            self._place += 1
            if self._place >= self.upload.parts:
                return 0
            self._data = memoryview(_part(self.upload, self._place))
        count = min(len(buffer), len(self._data))
        buffer[:count] = self._data[:count]
        self._data = self._data[count:]
        return count


def _part(upload: Upload, place: int) -> bytes:
    found = sql.scalar(_SQL["part"], {"id": upload.id, "place": place, "repeats": upload.takes_repeats})
    return bytes(found) if found is not None else b""


def tail(upload: Upload, size: int = 200) -> bytes:
    """The last bytes of a file, however it was cut."""
    end = b""
    place = upload.parts
    while place > 0 and len(end) < size:
        place -= 1
        end = _part(upload, place) + end
    return end[-size:]


def document(upload: Upload) -> Document:
    """A file as a document that can be read."""

    def opened() -> BinaryIO:
        return io.BufferedReader(Parts(upload), PIECE)

    return Document(
        upload.name.rpartition("/")[2], opened, upload.size, repeats=0 if upload.takes_repeats else upload.repeats
    )


def is_archive(upload: Upload) -> bool:
    """Whether a file is a ZIP archive."""
    return _part(upload, 0)[:4] == _ZIP


def unpack(exchange_id: int) -> list[str]:
    """Lay beside them what new archives hold; the names. One transaction for each archive."""
    names: list[str] = []
    for brought in all_of(exchange_id):
        upload = settle_repeats(exchange_id, brought) if not brought.unpacked else brought
        if not upload.unpacked and upload.parts and is_archive(upload):
            with transaction.atomic():
                names += _unpacked(exchange_id, upload)
                sql.execute(_SQL["mark_unpacked"], {"id": upload.id})
    return names


@contextmanager
def _archive(upload: Upload) -> Iterator[zipfile.ZipFile]:
    """The parts of an archive put together; `Unreadable` when it, or a member read meanwhile, is damaged."""
    with tempfile.TemporaryFile() as whole:
        for place in range(upload.parts):
            whole.write(_part(upload, place))
        try:
            with zipfile.ZipFile(whole) as archive:
                yield archive
        except DAMAGED as error:
            raise Unreadable(
                "%(file)s is no whole ZIP archive: %(reason)s.", file=upload.name, reason=str(error)
            ) from error


def _unpacked(exchange_id: int, upload: Upload) -> list[str]:
    names = []
    with _archive(upload) as archive:
        for member in archive.infolist():
            if member.is_dir():
                continue
            if member.file_size > LARGEST_ARCHIVED:
                raise Unreadable("%(file)s in the archive is too large.", file=member.filename)
            names.append(named(member.filename))
            _lay(exchange_id, names[-1], archive, member)
    return names


def _lay(exchange_id: int, name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    sql.execute(_SQL["add_upload"], {"exchange_id": exchange_id, "name": name})
    found = find(exchange_id, name)
    sql.execute(_SQL["clear"], {"id": found.id})
    sql.execute(_SQL["cleared"], {"id": found.id})
    with archive.open(member) as file:
        place = 0
        while data := file.read(PIECE):
            _add_part(found.id, place, data)
            sql.execute(_SQL["grow"], {"id": found.id, "size": len(data)})
            place += 1


class Pictures:
    """Pictures that an exchange has brought, or an earlier one did: by the path the document writes."""

    def __init__(self, exchange_id: int, source: Source) -> None:
        self.source = source
        self._came = {upload.name: upload for upload in all_of(exchange_id)}

    def __call__(self, place: str) -> str | None:
        """The picture's path below media; None when it never came."""
        try:
            name = named(place)
        except WrongName:
            return None
        kept = media_path(self.source, name)
        target = Path(settings.MEDIA_ROOT) / kept
        upload = self._came.get(name)
        if not name.lower().endswith(_PICTURES):
            return None
        if upload is None or not upload.parts:
            return kept if target.is_file() else None
        if upload.kept != kept or not target.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{target.name}.part")
            with part.open("wb") as file:
                for number in range(upload.parts):
                    file.write(_part(upload, number))
            part.replace(target)
            sql.execute(_SQL["keep"], {"id": upload.id, "kept": kept})
        return kept
