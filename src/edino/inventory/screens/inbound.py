"""What is expected: which goods, where, on which day; taking them in as they come."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from edino.catalogue import api as catalogue
from edino.inventory.api import correcting
from edino.inventory.errors import NotExpected
from edino.inventory.queries import corrections as queries
from edino.inventory.screens import words
from edino.inventory.types import Expected, Inbound
from edino.kernel import clock
from edino.kernel.errors import Refusal
from edino.kernel.ids import uuid7
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Action, Back, Column, Fact, Listing, Number, Product, Status, When, choice, short


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    id: int
    goods: Product
    sku: str
    location: str
    quantity: int
    due_on: date
    state: Status
    document: str


class Expect(forms.Form):
    """A delivery that is expected."""

    document = forms.CharField(label=_("Document"), max_length=200, help_text=_("Order to the supplier, way-bill."))
    location = forms.ChoiceField(label=_("Location"), choices=words.places)
    due_on = forms.DateField(label=_("Expected on"), widget=forms.DateInput(attrs={"type": "date"}))
    lines = words.Lines(
        label=_("Goods"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=100_000,
        help_text=_("A line each: SKU or barcode, and how many (one, when it is left out). A scanner may fill it in."),
    )


class Came(forms.Form):
    """So many have come."""

    quantity = forms.IntegerField(label=_("How many came"), min_value=1, max_value=1_000_000)
    key = forms.UUIDField(widget=forms.HiddenInput)


@staff.requires("stock.see")
def inbound(request: StaffRequest) -> HttpResponseBase:
    """What is expected, the soonest first."""
    names, today = dict(words.places()), clock.now().date()
    found = correcting.expected()
    infos = catalogue.variants_by_sku(skus=sorted({one.sku for one in found}), language=request.staff.language)
    add_ = Action(gettext("Expect a delivery"), reverse("stock_inbound_add"), icon="plus", tone="primary")
    table: Listing[Row] = Listing(
        name="inbound",
        title=_("Expected"),
        lead=_("Goods on their way from suppliers. They are told with their day, and never promised before they come."),
        columns=(
            Column("goods", _("Goods")),
            Column("state", _("State"), place="side"),
            Column("quantity", _("Pieces"), kind="number"),
            Column("due_on", _("Expected on"), kind="date", sort=True),
            Column("location", _("Location"), value=lambda row: names.get(row.location, row.location)),
            Column("document", _("Document"), sort=True, quiet=True),
        ),
        key="id",
        url=lambda row: reverse("stock_inbound_one", args=[row.id]),
        filters=(screen.words("document", _("Document")), choice("location", _("Location"), words.places())),
        sort="due_on",
        nothing=_("Nothing is expected"),
        primary=add_ if staff.may(request.staff, "stock.edit") else None,
    )
    rows = [
        Row(
            one.id,
            Product(words.name({"": infos[one.sku].name}, infos[one.sku].options), one.sku),
            one.sku,
            one.location,
            one.quantity,
            one.due_on,
            _late(one, today),
            one.document,
        )
        for one in found
    ]
    return table.respond(request, short(rows, key="id"))


@staff.requires("stock.edit")
def add(request: StaffRequest) -> HttpResponse:
    """Write down what is expected."""
    form = Expect(request.POST or None, initial={"due_on": clock.now().date()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        sums: dict[str, int] = {}
        for sku, count in given["lines"]:
            sums[sku] = sums.get(sku, 0) + count
        rows = [
            Inbound(sku, given["location"], count, given["due_on"], given["document"])
            for sku, count in sums.items()
            if count
        ]
        refused = correcting.expect_by_hand(rows=rows, by=request.staff) if rows else []
        for one in refused:
            form.add_error(None, f"{rows[one.index].sku}: {one.message}")
        if not rows:
            form.add_error("lines", _("Say which goods."))
        if not form.errors:
            messages.success(request, gettext("Written down."))
            return redirect("stock_inbound")
    return screen.form_page(request, form, title=_("Expect a delivery"), submit=_("Write it down"), back=_back())


@staff.requires("stock.see")
def one(request: StaffRequest, number: int) -> HttpResponse:
    """One line, and taking it in."""
    found = _found(number)
    return _page(request, found, Came(initial={"quantity": found.quantity, "key": uuid7()}))


@staff.requires("stock.edit")
@require_POST
def came(request: StaffRequest, number: int) -> HttpResponse:
    """Some or all of it came."""
    found, form = _found(number), Came(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        given = form.cleaned_data
        left = correcting.arrive(id=number, quantity=given["quantity"], by=request.staff, key=given["key"])
    except Refusal as refusal:
        return _page(request, found, words.lay_beside(form, refusal))
    text = ngettext(
        "Taken in. %(left)s piece is still expected.", "Taken in. %(left)s pieces are still expected.", left
    )
    messages.success(request, text % {"left": left} if left else gettext("Taken in, all of it."))
    return redirect("stock_inbound")


@staff.requires("stock.edit")
@require_POST
def drop(request: StaffRequest, number: int) -> HttpResponse:
    """It will not come."""
    words.tried(
        request,
        partial(correcting.expect_no_more, id=number, by=request.staff),
        gettext("It is not expected any more."),
    )
    return redirect("stock_inbound")


def _page(request: StaffRequest, found: Expected, form: forms.Form) -> HttpResponse:
    context: dict[str, Any] = {}
    if staff.may(request.staff, "stock.edit"):
        context = {
            "form": form,
            "came_url": reverse("stock_inbound_came", args=[found.id]),
            "drop_url": reverse("stock_inbound_drop", args=[found.id]),
        }
    return screen.page(
        request,
        "inventory/inbound.html",
        status=422 if form.errors else 200,
        title=found.sku,
        lead=dict(words.places()).get(found.location, found.location),
        back=_back(),
        facts=[
            Fact(_("State"), _late(found, clock.now().date())),
            Fact(_("Expected on"), When(found.due_on, "date")),
            Fact(_("Pieces"), Number(found.quantity)),
            Fact(_("Document"), found.document),
        ],
        **context,
    )


def _late(one: Expected, today: date) -> Status:
    return Status(_("late"), "warn") if one.due_on < today else Status(_("expected"), "info")


def _found(number: int) -> Expected:
    found = queries.expected(id_=number) if number < 1 << 63 else []
    if not found:
        raise NotExpected
    return found[0]


def _back() -> Back:
    return Back(_("Expected"), reverse("stock_inbound"))
