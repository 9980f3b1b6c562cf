"""Pictures: thumbnails of products, photographs of shoppers. Open to everybody, as the shop is."""

from pathlib import Path
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from edino.catalogue.api import pictures
from edino.staff import api as staff


@staff.public
def thumbnail(request: HttpRequest, number: int, width: int) -> HttpResponseBase:
    """A picture in one of the widths; one that lies elsewhere and was not fetched yet is shown from there."""
    found = pictures.thumbnail(id=number, width=width)
    if isinstance(found, Path):
        return _file(found, "public, max-age=86400")
    answer = HttpResponseRedirect(found)
    answer["Cache-Control"] = "public, max-age=600"
    return answer


@staff.public
def photo(request: HttpRequest, name: UUID) -> HttpResponseBase:
    """A photograph of a review; its name is random, and known to who may see the review."""
    return _file(pictures.photo(name=name), "public, max-age=86400")


def _file(path: Path, cache: str) -> HttpResponse:
    answer = HttpResponse(path.read_bytes(), content_type="image/webp")
    answer["Cache-Control"] = cache
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
