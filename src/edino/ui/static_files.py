"""Styles, scripts and pages go out compressed, without a step that could be forgotten after an update.

Files are served from the packages themselves. Each is compressed once, when the web starts, and kept in Edino's home
under a name that follows from what it says. Pages are compressed as they are sent.
"""

import gzip
import os
import re
import tempfile
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final
from wsgiref.headers import Headers

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

_WORTH: Final = re.compile(r"\.(css|js|mjs|svg|json|txt|map)$")
_SMALLEST: Final = 400
"""Bytes below which compressing saves nothing."""


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise has no types
    """WhiteNoise that knows the compressed form of a file, and makes it where there is none yet."""

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> StaticFile:
        """The file as it is, and compressed where that is worth it."""
        packed = packed_file(Path(path)) if _WORTH.search(path) else None
        if packed is None:
            return super().get_static_file(path, url, stat_cache=stat_cache)
        headers = Headers([])
        self.add_mime_headers(headers, path, url)
        self.add_cache_headers(headers, path, url)
        return StaticFile(path, headers.items(), encodings={"gzip": str(packed)})


class CompressedPages(GZipMiddleware):
    """Pages are compressed, with the random padding that keeps secrets in them from being guessed by their length.

    Answers of the API are left alone: they are short, and machines on the same line ask for them.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress what a reader waits for."""
        if response.headers.get("Content-Type", "").startswith("text/html"):
            return super().process_response(request, response)
        return response


def packed_file(path: Path) -> Path | None:
    """The compressed form of a file, kept in Edino's home; None where compressing does not pay."""
    content = path.read_bytes()
    if len(content) < _SMALLEST:
        return None
    kept = settings.STATIC_KEPT / f"{blake2b(content, digest_size=16).hexdigest()}.gz"
    if not kept.exists():
        packed = gzip.compress(content, compresslevel=9, mtime=0)
        try:
            _write(kept, packed)
        except OSError:
            return None  # a home that cannot be written to: the file goes out as it is
    return kept if kept.stat().st_size < 0.9 * len(content) else None


def _write(kept: Path, packed: bytes) -> None:
    """At one go, since several processes of the web start at once."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=kept.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(packed)
    os.replace(name, kept)  # noqa: PTH105 - the name comes from tempfile as a text
