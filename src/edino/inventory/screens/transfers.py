"""Transfers: the list, a new one, and receiving what came, in as many parts as it comes."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

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
from edino.inventory import api
from edino.inventory.api import transfers as door
from edino.inventory.queries import work
from edino.inventory.screens import words
from edino.inventory.types import Transfer
from edino.kernel.errors import Refusal
from edino.kernel.ids import uuid7
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Action, Back, Column, Fact, Listing, Status, View, When, choice, short
from edino.ui.whole import whole


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    number: int
    uid: str
    state: str
    state_word: Status
    origin: str
    destination: str
    pieces: int
    left: int
    created_at: datetime


class NewTransfer(forms.Form):
    """What is sent from where to where."""

    origin = forms.ChoiceField(label=_("Sent from"), choices=words.places)
    destination = forms.ChoiceField(label=_("To"), choices=words.places)
    lines = words.Lines(
        label=_("Goods"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=100_000,
        help_text=_("A line each: SKU or barcode, and how many (one, when it is left out). A scanner may fill it in."),
    )
    note = forms.CharField(label=_("Note"), max_length=500, required=False)


@staff.requires("stock.see")
def transfers(request: StaffRequest) -> HttpResponseBase:
    """The last transfers, the newest first."""
    manages = staff.may(request.staff, "transfers.manage")
    names = dict(words.places())
    add = Action(gettext("New transfer"), reverse("transfer_add"), icon="plus", tone="primary")
    table: Listing[Row] = Listing(
        name="transfers",
        title=_("Transfers"),
        columns=(
            Column("number", _("Number"), sort=True),
            Column("state", _("State"), value=lambda row: row.state_word, place="side"),
            Column("origin", _("Sent from"), value=lambda row: names.get(row.origin, row.origin)),
            Column("destination", _("To"), value=lambda row: names.get(row.destination, row.destination)),
            Column("pieces", _("Pieces"), kind="number"),
            Column("left", _("Still on the way"), kind="number"),
            Column("created_at", _("Written down"), kind="full", quiet=True),
        ),
        key="number",
        url=lambda row: reverse("transfer", args=[row.uid]),
        filters=(
            choice("state", _("State"), [(code, status.word) for code, status in words.TRANSFERS.items()]),
            choice("destination", _("To"), words.places()),
        ),
        views=(
            View(_("All")),
            View(_("On the way"), {"state": "sent"}),
            View(_("Partly received"), {"state": "partly"}),
        ),
        sort="-number",
        nothing=_("No transfer yet"),
        primary=add if manages else None,
    )
    return table.respond(request, short([_row(one) for one in work.transfers()], key="number"))


@staff.requires("transfers.manage")
def add(request: StaffRequest) -> HttpResponse:
    """Write a transfer down."""
    form = NewTransfer(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = api.create_transfer(by=request.staff, **form.cleaned_data)
        except Refusal as refusal:
            words.lay_beside(form, refusal)
        else:
            return redirect("transfer", uid=made.uid)
    return screen.form_page(request, form, title=_("New transfer"), submit=_("Write it down"), back=_back())


@staff.requires("stock.see")
def transfer(request: StaffRequest, uid: UUID) -> HttpResponse:
    """One transfer, with what came of it."""
    return _page(request, door.transfer(uid=uid))


@staff.requires("transfers.manage")
@require_POST
def send(request: StaffRequest, uid: UUID) -> HttpResponse:
    """The goods leave."""
    words.tried(request, partial(api.send_transfer, uid=uid, by=request.staff), gettext("The goods are on their way."))
    return redirect("transfer", uid=uid)


@staff.requires("transfers.manage")
@require_POST
def cancel(request: StaffRequest, uid: UUID) -> HttpResponse:
    """It is not wanted any more."""
    words.tried(request, partial(door.cancel_transfer, uid=uid, by=request.staff))
    return redirect("transfer", uid=uid)


@staff.requires("transfers.manage")
@require_POST
def receive(request: StaffRequest, uid: UUID) -> HttpResponse:
    """So many of each came."""
    one = door.transfer(uid=uid)
    typed = {line.sku: request.POST.get(f"came-{line.variant_id}", "").strip() for line in one.lines}
    numbers = {sku: whole(text) for sku, text in typed.items() if text}
    wrong = [sku for sku, number in numbers.items() if number is None]
    if wrong:
        return _page(request, one, typed, gettext("How many came is a number: %(sku)s.") % {"sku": ", ".join(wrong)})
    came = {sku: number for sku, number in numbers.items() if number is not None}
    key, final = request.POST.get("key", "")[:60], request.POST.get("final") == "1"
    try:
        done = api.receive_transfer(uid=uid, lines=came, by=request.staff, key=key, final=final)
    except Refusal as refusal:
        return _page(request, one, typed, " ".join([words.told(refusal), *(e.text for e in refusal.fields)]))
    left = _left(done)
    text = ngettext(
        "Taken in. %(left)s piece is still on the way.", "Taken in. %(left)s pieces are still on the way.", left
    )
    messages.success(request, text % {"left": left} if left else gettext("Everything has come or is written off."))
    return redirect("transfer", uid=uid)


def _page(request: StaffRequest, one: Transfer, typed: dict[str, str] | None = None, problem: str = "") -> HttpResponse:
    manages = staff.may(request.staff, "transfers.manage")
    skus = [line.sku for line in one.lines]
    infos = catalogue.variants_by_sku(skus=skus, language=request.staff.language)
    lines: list[dict[str, Any]] = [
        {
            "line": line,
            "goods": words.name({"": infos[line.sku].name}, infos[line.sku].options) if line.sku in infos else "",
            "left": line.quantity - line.received - line.lost,
            "typed": (typed or {}).get(line.sku, ""),
        }
        for line in one.lines
    ]
    return screen.page(
        request,
        "inventory/transfer.html",
        status=422 if problem else 200,
        title=gettext("Transfer %(number)s") % {"number": one.number},
        lead=one.note,
        back=_back(),
        facts=_facts(one),
        lines=lines,
        problem=problem,
        key=str(uuid7()),
        may_send=manages and one.state == "draft",
        may_receive=manages and one.state in {"sent", "partly"},
        send_url=reverse("transfer_send", args=[one.uid]),
        cancel_url=reverse("transfer_cancel", args=[one.uid]),
        receive_url=reverse("transfer_receive", args=[one.uid]),
    )


def _facts(one: Transfer) -> list[Fact]:
    names = dict(words.places())
    return [
        Fact(_("State"), words.TRANSFERS[one.state]),
        Fact(_("Sent from"), names.get(one.origin, one.origin)),
        Fact(_("To"), names.get(one.destination, one.destination)),
        Fact(_("Written down"), When(one.created_at, "full"), one.created_by),
        *([Fact(_("Sent"), When(one.sent_at, "full"))] if one.sent_at else []),
        *([Fact(_("Finished at"), When(one.closed_at, "full"))] if one.closed_at else []),
    ]


def _row(one: Transfer) -> Row:
    return Row(
        number=one.number,
        uid=str(one.uid),
        state=one.state,
        state_word=words.TRANSFERS[one.state],
        origin=one.origin,
        destination=one.destination,
        pieces=sum(line.quantity for line in one.lines),
        left=_left(one) if one.state in {"sent", "partly"} else 0,
        created_at=one.created_at,
    )


def _left(one: Transfer) -> int:
    return sum(line.quantity - line.received - line.lost for line in one.lines)


def _back() -> Back:
    return Back(_("Transfers"), reverse("transfers"))
