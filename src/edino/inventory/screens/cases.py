"""Cases: where more is promised than lies there, and what was done about it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from edino.inventory import api
from edino.inventory.api import waiting
from edino.inventory.errors import NoSuchCase
from edino.inventory.queries import work
from edino.inventory.screens import words
from edino.inventory.types import Case
from edino.kernel.errors import Refusal
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.parts import Text
from edino.ui.screen import Back, Column, Fact, Listing, Number, Status, View, When, choice, short

STATES = {"open": Status(_("not resolved"), "bad"), "resolved": Status(_("resolved"), "good")}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    uid: str
    sku: str
    location: str
    state: str
    missing: int
    on_hand: int
    promised: int
    cause: Text
    opened_at: datetime


class Resolve(forms.Form):
    """What was done."""

    resolution = forms.CharField(
        label=_("What was done"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Found two more in the back room; one shopper took another size."),
    )


@staff.requires("stock.see")
def cases(request: StaffRequest) -> HttpResponseBase:
    """Open cases first."""
    names = dict(words.places())
    table: Listing[Row] = Listing(
        name="cases",
        title=_("Promised too much"),
        lead=_("Something that had already happened left less than was promised to shoppers."),
        columns=(
            Column("sku", _("SKU"), sort=True),
            Column("state", _("State"), value=lambda row: STATES[row.state], place="side"),
            Column("location", _("Location"), value=lambda row: names.get(row.location, row.location)),
            Column("missing", _("Missing"), kind="number", sort=True),
            Column("on_hand", _("Lie there"), kind="number"),
            Column("promised", _("Promised"), kind="number"),
            Column("cause", _("Cause"), quiet=True),
            Column("opened_at", _("Open since"), kind="ago", sort=True),
        ),
        key="uid",
        url=lambda row: reverse("stock_case", args=[row.uid]),
        filters=(
            choice("state", _("State"), [(code, status.word) for code, status in STATES.items()]),
            choice("location", _("Location"), words.places()),
        ),
        views=(View(_("Not resolved"), {"state": "open"}), View(_("All"))),
        sort="-opened_at",
        nothing=_("Nothing is promised beyond what lies there"),
    )
    return table.respond(request, short([_row(one) for one in api.cases(state="")]))


@staff.requires("stock.see")
def case(request: StaffRequest, uid: UUID) -> HttpResponse:
    """One case, and saying what was done about it."""
    found = work.cases(uid=uid)
    if not found:
        raise NoSuchCase
    return _page(request, found[0], Resolve())


@staff.requires("stock.edit")
def resolve(request: StaffRequest, uid: UUID) -> HttpResponse:
    """Say what was done."""
    found = work.cases(uid=uid)
    if not found:
        raise NoSuchCase
    form = Resolve(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            waiting.resolve_case(uid=uid, resolution=form.cleaned_data["resolution"], by=request.staff)
        except Refusal as refusal:
            words.lay_beside(form, refusal)
        else:
            messages.success(request, gettext("The case is closed."))
            return redirect("stock_cases")
    return _page(request, found[0], form)


def _page(request: StaffRequest, one: Case, form: Resolve) -> HttpResponse:
    edits = one.state == "open" and staff.may(request.staff, "stock.edit")
    facts = [
        Fact(_("State"), STATES[one.state]),
        Fact(_("Location"), dict(words.places()).get(one.location, one.location)),
        Fact(_("Missing"), Number(one.missing)),
        Fact(_("Lie there"), Number(one.on_hand)),
        Fact(_("Promised"), Number(one.promised)),
        Fact(_("Cause"), _row(one).cause, one.cause_id),
        Fact(_("Open since"), When(one.opened_at, "full")),
        *([Fact(_("What was done"), one.resolution, one.resolved_by)] if one.resolution else []),
    ]
    return screen.page(
        request,
        "inventory/case.html",
        status=422 if form.errors else 200,
        title=one.sku,
        lead=_("More is promised than lies there"),
        back=Back(_("Promised too much"), reverse("stock_cases")),
        facts=facts,
        form=form if edits else None,
        form_url=reverse("stock_case_resolve", args=[one.uid]),
    )


def _row(one: Case) -> Row:
    return Row(
        uid=str(one.uid),
        sku=one.sku,
        location=one.location,
        state=one.state,
        missing=one.missing,
        on_hand=one.on_hand,
        promised=one.promised,
        cause=words.CAUSES.get(one.cause_kind, one.cause_kind) or _("movement"),
        opened_at=one.opened_at,
    )
