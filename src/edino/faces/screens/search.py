"""Finding a customer: one field, any identifier, a part of a name in either alphabet.

What is typed is posted and kept in the session, never in the address: addresses end in logs and histories.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from edino.catalogue import api as catalogue
from edino.customers import api as customers
from edino.customers.types import Found
from edino.faces.screens.store import finding
from edino.orders import api as orders
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Column, Listing, short

_KEPT: Final = "customers_search"
_MOST: Final = 50
BY: Final = {
    "uid": _("by number"),
    "identifier": _("exactly this"),
    "tail": _("by the last digits"),
    "name": _("by name or city"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A small card as the list shows it."""

    uid: str
    place: int
    name: str
    contacts: str
    by: object
    seen_at: datetime | None


_RESULTS: Listing[Row] = Listing(
    name="found",
    title=_("Found"),
    columns=(
        Column("name", _("Name")),
        Column("contacts", _("Contacts")),
        Column("by", _("Found"), quiet=True),
        Column("seen_at", _("Last active"), kind="ago"),
    ),
    url=lambda row: reverse("customer", args=[row.uid]),
    sort="place",
    page_size=_MOST,
    export=False,
)


@staff.requires("customers.search")
def customers_search(request: StaffRequest) -> HttpResponse:
    if request.method == "POST":
        return _asked(request)
    text = str(request.session.get(_KEPT, "")) if "again" in request.GET else ""
    return _page(request, text)


def _asked(request: StaffRequest) -> HttpResponse:
    text = request.POST.get("q", "").strip()[:200]
    request.session[_KEPT] = text
    found = _found(text)
    if request.htmx:  # type: ignore[attr-defined]  # django_htmx
        return render(request, "faces/_found.html", _context(request, text, found))
    sure = "scan" in request.POST or (found and found[0].by in {"uid", "identifier"})
    if len(found) == 1 and sure:
        return redirect("customer", uid=found[0].uid)
    other = _other(request, text)
    if other:
        return redirect(other)
    return redirect(reverse("customers") + "?again")


def _other(request: StaffRequest, text: str) -> str:
    """Where something leads that is no customer: an order by number or pickup code, goods by what a scanner read."""
    code = finding.code_in(text)
    if staff.may(request.staff, "orders.see"):
        sold = orders.find(text=code)
        if len(sold) == 1:
            return reverse("order", args=[sold[0].uid])
    if staff.may(request.staff, "store.work"):
        variant = catalogue.find_variant(code=code)
        if variant is not None:
            return reverse("store_goods", args=[variant.sku])
    return ""


def _page(request: StaffRequest, text: str) -> HttpResponse:
    context = _context(request, text, _found(text))
    return screen.page(request, "faces/search.html", title=_("Customers"), **context)


def _found(text: str) -> list[Found]:
    return customers.search(text=text, limit=_MOST) if text else []


def _context(request: HttpRequest, text: str, found: list[Found]) -> dict[str, Any]:
    rows = [_row(place, one) for place, one in enumerate(found)]
    table = _RESULTS.read(request, short(rows)) if rows else None
    return {"text": text, "table": table, "full": len(found) == _MOST}


def _row(place: int, one: Found) -> Row:
    name = one.name or str(_("Without a name"))
    return Row(str(one.uid), place, name, " · ".join(one.contacts), BY[one.by], one.seen_at)
