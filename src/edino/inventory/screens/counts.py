"""Counts: begin one, scan what is there, see the drift, close it."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from edino.catalogue import api as catalogue
from edino.inventory import api
from edino.inventory.api import counts as door
from edino.inventory.queries import work
from edino.inventory.screens import words
from edino.inventory.types import Count
from edino.kernel.errors import Refusal
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Action, Back, Column, Fact, Listing, Number, Status, When, choice, short


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    number: int
    uid: str
    state: str
    state_word: Status
    location: str
    lines: int
    found: int
    missing: int
    opened_at: datetime
    opened_by: str


@dataclass(frozen=True, slots=True)
class Line:
    """What was counted of an SKU."""

    sku: str
    goods: str
    counted: int
    book: int
    drift: Status


class NewCount(forms.Form):
    """Where is counted."""

    location = forms.ChoiceField(label=_("Location"), choices=words.places)
    full = forms.BooleanField(
        label=_("Everything is counted: what is not found is not there"), required=False, initial=False
    )


class Scan(forms.Form):
    """What was seen."""

    code = forms.CharField(
        label=_("SKU or barcode"),
        max_length=200,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    quantity = forms.IntegerField(label=_("How many"), min_value=0, max_value=1_000_000, initial=1)
    whole = forms.BooleanField(label=_("That is all of them, not so many more"), required=False)


@staff.requires("stock.see")
def counts(request: StaffRequest) -> HttpResponseBase:
    """The last counts, the newest first."""
    names = dict(words.places())
    begin = Action(gettext("Begin a count"), reverse("count_add"), icon="plus", tone="primary")
    table: Listing[Row] = Listing(
        name="counts",
        title=_("Stock counts"),
        columns=(
            Column("number", _("Number"), sort=True),
            Column("state", _("State"), value=lambda row: row.state_word, place="side"),
            Column("location", _("Location"), value=lambda row: names.get(row.location, row.location)),
            Column("lines", _("SKUs"), kind="number"),
            Column("found", _("Found"), kind="number"),
            Column("missing", _("Missing"), kind="number"),
            Column("opened_at", _("Begun"), kind="full", quiet=True),
            Column("opened_by", _("By whom"), quiet=True),
        ),
        key="number",
        url=lambda row: reverse("count", args=[row.uid]),
        filters=(
            choice("state", _("State"), [(code, status.word) for code, status in words.COUNTS.items()]),
            choice("location", _("Location"), words.places()),
        ),
        sort="-number",
        nothing=_("Nothing has been counted yet"),
        primary=begin if staff.may(request.staff, "stock.count") else None,
    )
    return table.respond(request, short([_row(one) for one in work.counts()], key="number"))


@staff.requires("stock.count")
def add(request: StaffRequest) -> HttpResponse:
    """Begin to count a location."""
    form = NewCount(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = api.open_count(by=request.staff, **form.cleaned_data)
        return redirect("count", uid=made.uid)
    return screen.form_page(request, form, title=_("Begin a count"), submit=_("Begin"), back=_back())


@staff.requires("stock.see")
def count(request: StaffRequest, uid: UUID) -> HttpResponse:
    """One count: what was seen, and how far the book is from it."""
    return _page(request, door.count(uid=uid), Scan())


@staff.requires("stock.count")
@require_POST
def scan(request: StaffRequest, uid: UUID) -> HttpResponse:
    """One thing was seen."""
    form = Scan(request.POST)
    if form.is_valid():
        info = catalogue.find_variant(code=form.cleaned_data["code"])
        if info is None:
            form.add_error("code", _("Nothing has this code."))
        else:
            try:
                add_, quantity = not form.cleaned_data["whole"], form.cleaned_data["quantity"]
                api.record_count(uid=uid, sku=info.sku, counted=quantity, add=add_)
            except Refusal as refusal:
                words.lay_beside(form, refusal)
            else:
                return redirect("count", uid=uid)
    return _page(request, door.count(uid=uid), form)


@staff.requires("stock.count")
@require_POST
def close(request: StaffRequest, uid: UUID) -> HttpResponse:
    """The book shall say what was counted."""
    words.tried(
        request,
        partial(api.close_count, uid=uid, by=request.staff),
        gettext("The count is closed, the book says what was counted."),
    )
    return redirect("count", uid=uid)


@staff.requires("stock.count")
@require_POST
def cancel(request: StaffRequest, uid: UUID) -> HttpResponse:
    """Give the count up; the book stays as it is."""
    words.tried(request, partial(door.cancel_count, uid=uid, by=request.staff))
    return redirect("count", uid=uid)


def _page(request: StaffRequest, one: Count, form: Scan) -> HttpResponse:
    counting = one.state == "open" and staff.may(request.staff, "stock.count")
    infos = catalogue.variants_by_sku(skus=[line.sku for line in one.lines], language=request.staff.language)
    rows = [
        Line(
            line.sku,
            words.name({"": infos[line.sku].name}, infos[line.sku].options) if line.sku in infos else "",
            line.counted,
            line.book,
            _drift(line.difference),
        )
        for line in one.lines
    ]
    row = _row(one)
    context: dict[str, Any] = {
        "form": form if counting else None,
        "facts": [
            Fact(_("State"), words.COUNTS[one.state]),
            Fact(_("Begun"), When(one.opened_at, "full"), one.opened_by),
            Fact(_("Found"), Number(row.found)),
            Fact(_("Missing"), Number(row.missing)),
            *([Fact(_("Finished at"), When(one.closed_at, "full"))] if one.closed_at else []),
        ],
        "lines": _lines().read(request, short(rows, key="sku")),
        "urls": {name: reverse(f"count_{name}", args=[one.uid]) for name in ("scan", "close", "cancel")},
        "is_full": one.is_full,
    }
    return screen.page(
        request,
        "inventory/count.html",
        status=422 if form.errors else 200,
        title=gettext("Count %(number)s") % {"number": one.number},
        lead=dict(words.places()).get(one.location, one.location),
        back=_back(),
        **context,
    )


def _drift(difference: int) -> Status:
    if not difference:
        return Status(_("as in the book"), "good")
    if difference > 0:
        return Status(gettext("%(count)s more") % {"count": difference}, "info")
    return Status(gettext("%(count)s missing") % {"count": -difference}, "warn")


def _lines() -> Listing[Line]:
    columns: tuple[Column[Line], ...] = (
        Column("sku", _("SKU")),
        Column("drift", _("Drift"), place="side"),
        Column("goods", _("Goods")),
        Column("counted", _("Counted"), kind="number"),
        Column("book", _("Book says"), kind="number"),
    )
    return Listing(
        name="counted",
        title=_("Counted"),
        columns=columns,
        key="sku",
        sort="sku",
        export=False,
        page_size=1000,
        nothing=_("Nothing has been scanned yet"),
    )


def _row(one: Count) -> Row:
    return Row(
        number=one.number,
        uid=str(one.uid),
        state=one.state,
        state_word=words.COUNTS[one.state],
        location=one.location,
        lines=len(one.lines),
        found=sum(line.difference for line in one.lines if line.difference > 0),
        missing=-sum(line.difference for line in one.lines if line.difference < 0),
        opened_at=one.opened_at,
        opened_by=one.opened_by,
    )


def _back() -> Back:
    return Back(_("Stock counts"), reverse("counts"))
