"""Labels to print: a QR code for each product and variant, which opens its page with sizes and where they are."""

import io
from dataclasses import dataclass
from typing import Final

import segno
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from edino.catalogue.api.labels import labels
from edino.catalogue.screens import words
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Back

MOST: Final = 100
BACK: Final = Back(_("Products"), reverse_lazy("products"))  # type: ignore[arg-type]  # resolved when printed


@dataclass(frozen=True, slots=True)
class Printed:
    """A label."""

    name: str
    about: str
    code: str
    url: str
    qr: SafeString


@staff.requires("catalogue.see")
def sheet(request: StaffRequest) -> HttpResponse:
    """The sheet of labels of these products: `ids` chosen in the list, or in the address."""
    asked = request.POST.getlist("ids") if request.method == "POST" else request.GET.get("ids", "").split(",")
    ids = [int(text) for text in asked if text.isascii() and text.isdigit() and len(text) < 19][:MOST]
    printed = [
        Printed(
            words.said_in(one.names),
            " · ".join(filter(None, [words.options(one.options), one.sku])),
            one.code,
            address,
            qr(address),
        )
        for one in labels(products=ids)
        if (address := request.build_absolute_uri(f"/q/{one.code}"))
    ]
    return screen.page(request, "catalogue/labels.html", title=_("Labels"), back=BACK, labels=printed)


def qr(text: str) -> SafeString:
    """The code as a picture; the address is in it and nothing of whoever asks."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, border=2, scale=4, title=None
    )
    return SafeString(out.getvalue().decode())  # segno draws it from modules, not from words
