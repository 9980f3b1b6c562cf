"""What lies where: the list, one variant over all its locations, and the answer to "why so many?"."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from edino.catalogue import api as catalogue
from edino.catalogue.types import VariantInfo
from edino.inventory import api
from edino.inventory.errors import NoSuchLocation, NoSuchVariant
from edino.inventory.queries import office
from edino.inventory.queries.office import StockFilter, StockRow
from edino.inventory.screens import words
from edino.inventory.types import Atp, Location
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.parts import Part, Text
from edino.ui.screen import (
    Action,
    Ask,
    Back,
    Column,
    Fact,
    Listing,
    Number,
    Page,
    Product,
    Status,
    View,
    When,
    Why,
    choice,
    short,
)

LAST = 50
"""Movements that the page of a variant shows."""
STATES = {
    "free": _("can be had"),
    "out": _("sold out"),
    "over": _("promised beyond what lies there"),
    "aside": _("damaged or to be inspected"),
    "expected": _("expected"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    id: int
    sku: str
    goods: Part
    location: Text
    free: int
    why: Why
    state: Status
    on_hand: int
    promised: int
    aside: int
    expected: int
    variant_id: int


@dataclass(frozen=True, slots=True)
class Here:
    """A variant at a location, on the variant's page."""

    place: int
    location: str
    city: str
    free: int
    why: Why
    on_hand: int
    promised: int
    safety: int
    expected: object
    variant: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A movement, on the variant's page."""

    id: int
    at: datetime
    location: Text
    kind: Text
    quantity: str
    cause: Text
    by: str


def _listing() -> Listing[Row]:
    return Listing(
        name="stock",
        title=_("Stock"),
        lead=_("What lies where, what is promised of it, and what can still be had."),
        columns=(
            Column("sku", _("Goods"), value=lambda row: row.goods),
            Column("state", _("State"), place="side"),
            Column("location", _("Location")),
            Column("free", _("Can be had"), kind="number"),
            Column("why", _("Why")),
            Column("on_hand", _("Lie there"), kind="number"),
            Column("promised", _("Promised"), kind="number", quiet=True),
            Column("expected", _("Expected"), kind="number", quiet=True),
            Column("aside", _("Set aside"), kind="number", quiet=True),
        ),
        key="id",
        url=lambda row: reverse("stock_variant", args=[row.variant_id]),
        filters=(
            screen.words("q", _("SKU or name")),
            choice("location", _("Location"), words.places()),
            choice("state", _("State"), list(STATES.items())),
            choice("channel", _("Channel"), words.channels()),
        ),
        views=(View(_("All")), View(_("Sold out"), {"state": "out"}), View(_("Promised too much"), {"state": "over"})),
        sort="sku",
        nothing=_("Nothing lies anywhere yet"),
        primary=Action(_("Corrections by hand"), reverse("stock_corrections"), icon="history"),
    )


@staff.requires("stock.see")
def stock(request: StaffRequest) -> HttpResponseBase:
    """Every variant at every location, by SKU."""

    def read(ask: Ask) -> Page[Row]:
        given = ask.filters
        asked = StockFilter(
            given.get("q", ""), given.get("location", ""), given.get("state", ""), given.get("channel", "")
        )
        known = isinstance(ask.after_value, str) and isinstance(ask.after_key, int)
        after = (str(ask.after_value), int(ask.after_key)) if known else None
        rows = office.stock(asked, after=after, limit=ask.limit)
        return Page([_row(row, asked.channel) for row in rows], office.count_stock(asked))

    return _listing().respond(request, read)


@staff.requires("stock.see")
def variant(request: StaffRequest, variant: int) -> HttpResponse:
    """One variant over all its locations, and its last movements."""
    info = _info(variant)
    places = {place.id: place for place in api.locations()}
    found = sorted(
        api.availability(variant_ids=[variant])[variant],
        key=lambda one: (places[one.location_id].position, places[one.location_id].code),
    )
    free, on_hand = sum(one.free for one in found), sum(one.on_hand for one in found)
    facts = [
        Fact(_("SKU"), info.sku),
        Fact(_("Can be had"), Number(free)),
        Fact(_("Lie there"), Number(on_hand)),
        Fact(_("Promised"), Number(sum(one.promised for one in found))),
        Fact(_("Barcodes"), ", ".join(info.barcodes) or "–"),
    ]
    return screen.page(
        request,
        "inventory/variant.html",
        title=info.name or info.sku,
        lead=", ".join(info.options.values()),
        back=Back(_("Stock"), reverse("stock")),
        facts=facts,
        here=_here_table().read(request, short([_here(one, places[one.location_id]) for one in found], key="place")),
        moved=_moved_table().read(request, short(_moved(variant), key="id")),
    )


@staff.requires("stock.see")
def why(request: StaffRequest, variant: int, location: int) -> HttpResponse:
    """Why so many of a variant can be had at a location: each term of the sum."""
    info = _info(variant)
    code = next((place.code for place in api.locations() if place.id == location), None)
    if code is None:
        raise NoSuchLocation
    channel = request.GET.get("channel", "")[:40]
    trace = api.trace(sku=info.sku, location=code, channel=channel)
    return render(request, "inventory/_why.html", {"trace": trace})


def _info(variant: int) -> VariantInfo:
    known = [variant] if variant < 1 << 63 else []
    found = catalogue.variants_by_id(ids=known, language=(get_language() or "en")[:2]).get(variant)
    if found is None:
        raise NoSuchVariant
    return found


def _row(row: StockRow, channel: str) -> Row:
    url = reverse("stock_why", args=[row.variant_id, row.location_id])
    return Row(
        id=row.id,
        sku=row.sku,
        goods=Product(words.name(row.names, row.options) or row.sku, row.sku),
        location=words.PLACES["transit"] if row.transit else row.location,
        free=row.free,
        why=Why(url=f"{url}?channel={channel}" if channel else url),
        state=_state(row),
        on_hand=row.on_hand,
        promised=row.promised,
        aside=row.aside,
        expected=row.expected,
        variant_id=row.variant_id,
    )


def _state(row: StockRow) -> Status:
    if row.transit:
        return words.TRANSFERS["sent"]
    if row.over:
        return Status(_("promised too much"), "bad")
    if row.free:
        return Status(_("can be had"), "good")
    return Status(_("expected"), "info") if row.expected else Status(_("sold out"), "warn")


def _here(one: Atp, place: Location) -> Here:
    day, quantity = one.inbound[0] if one.inbound else (None, 0)
    return Here(
        place=place.id,
        location=place.name,
        city=place.city,
        free=one.free,
        why=Why(url=reverse("stock_why", args=[one.variant_id, one.location_id])),
        on_hand=one.on_hand,
        promised=one.promised,
        safety=one.safety,
        expected=format_html("{} · {}", Number(quantity), When(day, "date")) if day else "",
        variant=one.variant_id,
    )


def _here_table() -> Listing[Here]:
    columns: tuple[Column[Here], ...] = (
        Column("location", _("Location")),
        Column("free", _("Can be had"), kind="number"),
        Column("why", _("Why"), place="side"),
        Column("city", _("City"), quiet=True),
        Column("on_hand", _("Lie there"), kind="number"),
        Column("promised", _("Promised"), kind="number"),
        Column("safety", _("Kept back"), kind="number"),
        Column("expected", _("Expected")),
    )
    return Listing(
        name="here",
        title=_("Where it lies"),
        columns=columns,
        key="place",
        url=lambda row: reverse("stock_here", args=[row.variant, row.place]),
        sort="place",
        export=False,
        page_size=500,
    )


def _moved(variant: int) -> list[Moved]:
    found = []
    for row in office.movements(variant, LAST):
        not_good = gettext("not for sale")
        aside = f" ({not_good})" if row.condition != "good" else ""
        cause = words.CAUSES.get(row.cause_kind, row.cause_kind)
        sign = "+" if row.quantity > 0 else "−"
        found.append(
            Moved(
                -row.id,
                row.occurred_at,
                words.PLACES["transit"] if row.transit else row.location,
                f"{words.KINDS.get(row.kind, row.kind)}{aside}",
                f"{sign}{abs(row.quantity)}",
                cause,
                row.by,
            )
        )
    return found


def _moved_table() -> Listing[Moved]:
    columns: tuple[Column[Any], ...] = (
        Column("kind", _("What")),
        Column("quantity", _("Pieces"), place="side"),
        Column("location", _("Location")),
        Column("at", _("When"), kind="full"),
        Column("cause", _("Cause"), quiet=True),
        Column("by", _("By whom"), quiet=True),
    )
    return Listing(
        name="moved",
        title=_("Last movements"),
        columns=columns,
        key="id",
        sort="id",
        export=False,
        page_size=LAST,
        nothing=_("It has never moved"),
    )
