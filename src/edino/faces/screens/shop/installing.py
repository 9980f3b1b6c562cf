"""The shop as an application on a phone: manifest, service worker, the page for when there is no line."""

from hashlib import blake2b
from importlib.resources import files
from typing import Final

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from edino.faces.screens.shop.frame import Frame
from edino.faces.screens.shop.visit import shop_name
from edino.staff import api as staff

_KEPT: Final = (
    *(f"ui/{name}.css" for name in ("tokens", "base", "layout", "parts", "form", "public")),
    "ui/edino-ui.js",
    "ui/mark.svg",
    "ui/chevron.svg",
    "faces/shop.js",
    "faces/icon-192.png",
    "django_htmx/htmx-2.min.js",
)
_COLOURS: Final = ("#ffffff", "#1d6478")


@staff.public
def manifest(request: HttpRequest) -> HttpResponse:
    """The web application manifest, in the reader's language."""
    name = shop_name()
    start = reverse("shop")
    icons = [
        {"src": static(f"faces/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any"}
        for size in (192, 512)
    ]
    icons.append(
        {"src": static("faces/icon-maskable-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"}
    )
    answer = JsonResponse(
        {
            "id": start,
            "name": name,
            "short_name": name[:12].strip(),
            "description": _("Everything we sell, and where it is now."),
            "lang": get_language(),
            "start_url": start,
            "scope": start,
            "display": "standalone",
            "background_color": _COLOURS[0],
            "theme_color": _COLOURS[1],
            "icons": icons,
            "shortcuts": [
                {"name": _("Cart"), "url": reverse("shop_cart")},
                {"name": _("Orders"), "url": reverse("shop_account")},
            ],
        },
        content_type="application/manifest+json",
    )
    answer["Cache-Control"] = "max-age=3600"
    answer["Vary"] = "Accept-Language, Cookie"
    return answer


@staff.public
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the list of what it keeps and a version that follows from what that says."""
    script = files("edino.faces").joinpath("static/faces/shop-worker.js").read_text(encoding="utf-8")
    digest = blake2b(script.encode(), digest_size=6)
    for name in _KEPT:
        found = finders.find(name)
        if found:
            with open(found, "rb") as file:  # noqa: PTH123 - the finder answers with a text
                digest.update(file.read())
    kept = "[" + ",".join(f'"{static(name)}"' for name in _KEPT if finders.find(name)) + "]"
    text = script.replace("VERSION", digest.hexdigest()).replace("KEPT_LIST", kept)
    answer = HttpResponse(text.replace("OFFLINE_PAGE", reverse("shop_offline")), content_type="text/javascript")
    answer["Cache-Control"] = "no-cache"
    answer["Content-Security-Policy"] = "default-src 'self'"
    return answer


@staff.public
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown without a line. It holds nothing of anybody, since it is kept on the phone."""
    frame = Frame(name=shop_name(), home=reverse("shop"))
    return render(request, "faces/shop/offline.html", {"title": _("No connection"), "frame": frame})
