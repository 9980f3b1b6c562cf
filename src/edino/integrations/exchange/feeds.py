"""The addresses of our feeds. A feed is made once for each state of the catalogue, and sent while it is being made."""

import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from edino.catalogue import api as catalogue
from edino.catalogue.errors import NoSuchAssortment
from edino.catalogue.types import Assortment
from edino.integrations.exchange.offering import Offering
from edino.integrations.google import writer as google
from edino.integrations.yml import writer as yml
from edino.kernel import clock
from edino.staff import api as staff

FRESH: Final = 300
"""Seconds for which stock in a feed may be behind."""
TYPE: Final = "application/xml; charset=utf-8"
_CHUNK: Final = 1 << 16


def shop_name() -> str:
    """What the shop is called in its feeds (EDINO_SHOP_NAME)."""
    return os.environ.get("EDINO_SHOP_NAME", "").strip() or "Edino"


def shop_address(otherwise: str = "http://127.0.0.1:8000") -> str:
    """Where shoppers reach the shop (EDINO_SHOP_ADDRESS)."""
    return os.environ.get("EDINO_SHOP_ADDRESS", "").strip() or otherwise


def _yml(offering: Offering) -> Iterator[str]:
    return yml.feed(offering, shop=shop_name(), at=clock.now(), zone=settings.TIME_ZONE)


def _google(offering: Offering) -> Iterator[str]:
    return google.feed(offering, shop=shop_name())


FEEDS: Final[dict[str, Callable[[Offering], Iterator[str]]]] = {
    "yml": _yml,
    "google": _google,
    "google-local": google.local,
}


@staff.public
@require_safe
def feed(request: HttpRequest, name: str) -> HttpResponseBase:
    """A feed of the default assortment, or of the one asked for with `?assortment=`; public, as shops' feeds are."""
    base = shop_address(f"{request.scheme}://{request.get_host()}")
    offering = Offering(_assortment(request.GET.get("assortment", "")), base=base)
    version = f"{offering.version()}-{int(time.time()) // FRESH:x}"
    tag = f'"{version}"'
    headers = {"ETag": tag, "Cache-Control": f"public, max-age={FRESH}"}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers=headers)
    folder = Path(settings.MEDIA_ROOT).parent / "feeds"
    host = "".join(letter if letter.isalnum() else "-" for letter in base.partition("://")[2])
    kept = folder / f"{name}-{offering.assortment.id}-{host}-{version}.xml"
    if request.method == "HEAD":
        return HttpResponse(content_type=TYPE, headers=headers)
    if kept.is_file():
        return FileResponse(kept.open("rb"), content_type=TYPE, headers=headers)
    return StreamingHttpResponse(_kept(FEEDS[name](offering), kept), content_type=TYPE, headers=headers)


def _assortment(code: str) -> Assortment:
    if not code:
        return catalogue.default_assortment()
    for one in catalogue.assortments():
        if one.code == code:
            return one
    raise NoSuchAssortment


def _kept(pieces: Iterator[str], kept: Path) -> Iterator[bytes]:
    """Send the pieces and keep them; what nobody fetched to its end is not kept, and older ones go."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = kept.with_name(f".{kept.name}.{secrets.token_hex(4)}")
    try:
        with part.open("wb") as file:
            for chunk in _chunks(pieces):
                file.write(chunk)
                yield chunk
        for old in kept.parent.glob(f"{kept.name.rpartition('-')[0].rpartition('-')[0]}-*.xml"):
            old.unlink(missing_ok=True)
        part.replace(kept)
    finally:
        part.unlink(missing_ok=True)


def _chunks(pieces: Iterator[str]) -> Iterator[bytes]:
    waiting: list[str] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _CHUNK:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    yield "".join(waiting).encode()
