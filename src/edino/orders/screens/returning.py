"""Returns: the list, and one return with what came back, how it looked and where the money went."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from edino.inventory import api as inventory
from edino.kernel.errors import Refusal
from edino.kernel.money import Money
from edino.kernel.transactions import retried
from edino.orders.api import office, returns
from edino.orders.queries import office as queries
from edino.orders.screens import shown, telling, words
from edino.orders.types import Inspection, Return
from edino.orders.types.office import ReturnFilter, ReturnRow
from edino.orders.types.returns import Disposition
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Action, Ask, Back, Column, Fact, Listing, Page, Product, Status, View, When, choice, dates

OPEN: Final = frozenset({"requested", "approved", "received", "inspected"})


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list of returns."""

    id: int
    uid: str
    number: str
    state: Status
    way: object
    place: str
    reason: object
    pieces: int
    worth: Money
    proof: object
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one return."""

    place: int
    goods: object
    of: object
    pieces: int
    reason: object
    looked: object
    worth: Money


def _listing() -> Listing[Row]:
    return Listing(
        name="returns",
        title=_("Returns"),
        columns=(
            Column("number", _("Number")),
            Column("state", _("State"), place="side"),
            Column("way", _("Came"), quiet=True),
            Column("place", _("Place"), quiet=True),
            Column("reason", _("Why")),
            Column("proof", _("Proof"), quiet=True),
            Column("pieces", _("Pieces"), kind="number"),
            Column("worth", _("Worth"), kind="money"),
            Column("created_at", _("When"), kind="full"),
        ),
        key="id",
        url=lambda row: reverse("return", args=[row.uid]),
        filters=(
            screen.words("q", _("Number or SKU")),
            choice("state", _("State"), [(code, status.word) for code, status in words.RETURNS.items()]),
            choice("way", _("Came"), list(words.WAYS.items())),
            choice("store", _("Place"), shown.choices()),
            screen.flag("open", _("Only open")),
            dates("at", _("When")),
        ),
        views=(
            View(_("All")),
            View(_("Not ended"), {"open": "1"}),
            View(_("To inspect"), {"state": "received"}),
            View(_("To settle"), {"state": "inspected"}),
        ),
        sort="-id",
        nothing=_("Nothing has come back yet"),
    )


@staff.requires("orders.see")
def listed(request: StaffRequest) -> HttpResponseBase:
    """Every return, newest first."""
    if screen.is_export(request):
        staff.audit(actor=request.staff, operation="orders.see", detail={"did": "export"})
    places = shown.places()

    def read(ask: Ask) -> Page[Row]:
        given = ask.filters
        wanted = ReturnFilter(
            state=given.get("state", ""),
            open="open" in given,
            way=given.get("way", ""),
            location_id=shown.location_id(given.get("store", "")),
            words=given.get("q", ""),
            since=shown.midnight(given.get("at_from")),
            until=shown.midnight(given.get("at_to"), 1),
        )
        below = ask.after_key if isinstance(ask.after_key, int) else None
        rows, counted = queries.returns(wanted, below=below, size=ask.limit), queries.count_returns(wanted)
        return Page([_row(row, places) for row in rows], counted if counted < queries.COUNTED else None)

    return _listing().respond(request, read)


@staff.requires("orders.see")
def one(request: StaffRequest, uid: UUID) -> HttpResponse:
    """One return with everything that is known of it, and what can be done next."""
    found = returns.get_return(uid=uid)
    staff.audit(actor=request.staff, operation="orders.see", subject=("return", str(uid)))
    may = staff.may(request.staff, "returns.take")
    return screen.page(
        request,
        "orders/return.html",
        title=_("Return %(number)s") % {"number": found.number or str(uid)[:8]},
        back=Back(_("Returns"), reverse("returns")),
        about=list(_about(found)),
        money=list(_money(found)),
        counted=shown.pieces(sum(line.quantity for line in found.lines)),
        table=_LINES.read(request, screen.short(list(_lines(found)), "place")),
        inspect=Inspect(found) if may and found.state in {"requested", "approved", "received"} else None,
        places=shown.choices() if found.state in {"requested", "approved"} else None,
        settles=may and found.state == "inspected",
        preview=_preview(request, found) if may and found.state in OPEN else [],
        may=may,
        actions=list(_actions(found)) if may else [],
        gifts=_gifts(request, found),
        urls={name: reverse(f"return_{name}", args=[uid]) for name in ("inspect", "settle", "refuse", "compensate")},
    )


class Inspect(forms.Form):
    """What becomes of the goods of each line."""

    def __init__(self, found: Return, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in found.lines:
            label = _("%(name)s: how does it look") % {"name": f"{line.name} × {line.quantity}"}
            chosen = "damaged" if line.reason == "defect" else "resell"
            choices = list(words.DISPOSITIONS.items())
            self.fields[f"look-{line.id}"] = forms.ChoiceField(label=label, choices=choices, initial=chosen)
            self.fields[f"note-{line.id}"] = forms.CharField(label=_("Note"), required=False, max_length=300)

    def looks(self, found: Return) -> list[Inspection]:
        """What was said of each line."""
        given = self.cleaned_data
        return [
            Inspection(line.id, cast("Disposition", given[f"look-{line.id}"]), given[f"note-{line.id}"])
            for line in found.lines
        ]


@staff.requires("returns.take")
@require_POST
def inspect(request: StaffRequest, uid: UUID) -> HttpResponse:
    """The goods are at a place and were looked at."""
    found = returns.get_return(uid=uid)
    form, where = Inspect(found, request.POST), request.POST.get("store", "")
    if not form.is_valid():
        messages.error(request, _("Say of each line how it looks."))
        return redirect("return", uid=uid)

    def do() -> None:
        if found.state in {"requested", "approved"}:
            returns.receive(uid=uid, location=where, by=request.staff)
        returns.inspect(uid=uid, inspections=form.looks(found), by=request.staff)

    return _done(request, uid, lambda: retried(do), _("Inspected."))


@staff.requires("returns.take")
@require_POST
def settle(request: StaffRequest, uid: UUID) -> HttpResponse:
    """The money goes back."""
    card = request.POST.get("to") == "gift_card"
    try:
        done = returns.settle(uid=uid, by=request.staff, to="gift_card" if card else "original")
    except Refusal as refusal:
        messages.error(request, _said(refusal))
        return redirect("return", uid=uid)
    codes = done.settlement.get("gift_card") or []
    for code in codes if isinstance(codes, list) else [codes]:
        messages.info(request, _("Gift card %(code)s: it is shown this once.") % {"code": code})
    messages.success(request, _("Settled."))
    return redirect("return", uid=uid)


@staff.requires("returns.take")
@require_POST
def refuse(request: StaffRequest, uid: UUID) -> HttpResponse:
    """No, and why."""
    reason = request.POST.get("reason", "").replace("\x00", "").strip()[:300]
    if not reason:
        messages.error(request, _("Say why it is refused."))
        return redirect("return", uid=uid)
    return _done(request, uid, lambda: returns.refuse_return(uid=uid, reason=reason, by=request.staff), _("Refused."))


SORRY = gettext_lazy("The coupon is %(code)s; it counts online and at the till. The customer is told.")


@staff.requires("coupons.compensate")
@require_POST
def compensate(request: StaffRequest, uid: UUID) -> HttpResponse:
    """A coupon for the trouble, within what this person may give this month."""
    given = {name: request.POST.get(name, "").replace("\x00", "").strip()[:300] for name in ("promotion", "reason")}
    try:
        code = returns.compensate(uid=uid, by=request.staff, **given)
    except Refusal as refusal:
        messages.error(request, _said(refusal))
    else:
        messages.success(request, SORRY % {"code": code})
    return redirect("return", uid=uid)


def _gifts(request: StaffRequest, found: Return) -> list[tuple[str, str]]:
    """Promotions out of which this reader may give a coupon for the trouble."""
    return returns.compensations(back=found) if staff.may(request.staff, "coupons.compensate") else []


def _done(request: StaffRequest, uid: UUID, do: Any, said: str) -> HttpResponse:
    try:
        do()
    except Refusal as refusal:
        messages.error(request, _said(refusal))
    else:
        messages.success(request, said)
    return redirect("return", uid=uid)


def _said(refusal: Refusal) -> str:
    return telling.why_not(refusal)


def _row(row: ReturnRow, places: Mapping[int, str]) -> Row:
    proof = Status(_("without a receipt"), "warn") if row.receiptless else ""
    return Row(
        id=row.id,
        uid=str(row.uid),
        number=row.number or str(row.uid)[:8],
        state=words.RETURNS.get(row.state, words.UNKNOWN),
        way=words.WAYS.get(row.way, row.way),
        place=places.get(row.location_id or 0, ""),
        reason=telling.reason(row.reason),
        pieces=row.pieces,
        worth=Money(row.worth, row.currency),
        proof=proof,
        created_at=row.created_at,
    )


def _about(found: Return) -> Iterator[Fact]:
    yield Fact(_("State"), words.RETURNS.get(found.state, words.UNKNOWN))
    yield Fact(_("Came"), words.WAYS.get(found.way, found.way), found.location)
    yield Fact(_("When"), When(found.created_at, "full"))
    if found.reason:
        yield Fact(_("Why"), telling.reason(found.reason))
    if found.by:
        yield Fact(_("Taken by"), found.by)
    if found.settled_at:
        yield Fact(_("Settled"), When(found.settled_at, "full"))
    if found.exchange_uid:
        link = format_html('<a href="{}">{}</a>', reverse("order", args=[found.exchange_uid]), _("open the order"))
        yield Fact(_("Exchanged for"), link)
    if found.compensation:
        yield Fact(_("Coupon for the trouble"), found.compensation)


def _money(found: Return) -> Iterator[Fact]:
    yield Fact(_("Worth"), shown.sum_of(found.worth, found.currency))
    yield from settlement(found.settlement, found.currency)


def settlement(said: Mapping[str, Any], currency: str) -> Iterator[Fact]:
    """A settlement, by tender."""
    if said.get("carried"):
        yield Fact(_("Goes over to the exchange"), shown.sum_of(int(said["carried"]), currency))
    if said.get("to_pay"):
        yield Fact(_("Still to pay"), shown.sum_of(int(said["to_pay"]), currency))
    for tender, amount in (said.get("tenders") or {}).items():
        yield Fact(words.TENDERS.get(tender, tender), shown.sum_of(int(amount), currency))


def _preview(request: StaffRequest, found: Return) -> list[Fact]:
    """What would go back by tender as things are now; an exchange is tried out, for what it holds may be gone."""

    def do() -> Return:
        now = found
        if now.state in {"requested", "approved"}:
            code = now.location or inventory.locations()[0].code
            now = returns.receive(uid=now.uid, location=code, by=request.staff)
        if now.state == "received":
            looks = [Inspection(line.id, "resell") for line in now.lines]
            returns.inspect(uid=now.uid, inspections=looks, by=request.staff)
        return returns.settle(uid=now.uid, by=request.staff)

    try:
        if found.exchange_uid is None:
            return list(settlement({"tenders": returns.foreseen(back=found).tenders}, found.currency))
        after = office.rehearse(do)
    except Refusal as refusal:
        return [Fact(_("Cannot be settled yet"), _said(refusal))]
    return list(settlement(after.settlement, after.currency))


def _lines(found: Return) -> Iterator[Line]:
    for place, line in enumerate(found.lines):
        of: object = Status(_("without a receipt"), "warn")
        if line.order_uid:
            of = format_html('<a href="{}">{}</a>', reverse("order", args=[line.order_uid]), line.order_number)
        looked = words.DISPOSITIONS.get(line.disposition, line.disposition)
        note = format_html('{} <span class="quiet">{}</span>', looked, line.note) if line.note else looked
        yield Line(
            place,
            Product(line.name, line.sku),
            of,
            line.quantity,
            telling.reason(line.reason),
            note,
            Money(line.amount, found.currency),
        )


def _actions(found: Return) -> Iterator[Action]:
    if found.state == "requested":
        yield Action(_("Agree to it"), reverse("return_approve", args=[found.uid]), "post", "check")
    if found.state in OPEN and found.exchange_uid is None:
        yield Action(_("Exchange…"), reverse("return_instead", args=[found.uid]), icon="arrow-left-right")


@staff.requires("returns.take")
@require_POST
def approve(request: StaffRequest, uid: UUID) -> HttpResponse:
    """Agreed: the goods may come."""
    return _done(request, uid, lambda: returns.approve(uid=uid, by=request.staff), _("Agreed."))


_LINES: Final[Listing[Line]] = Listing(
    name="return-lines",
    title=gettext_lazy("What came back"),
    columns=(
        Column("goods", gettext_lazy("Goods")),
        Column("worth", gettext_lazy("Worth"), kind="money", place="side"),
        Column("of", gettext_lazy("Order or return")),
        Column("pieces", gettext_lazy("Pieces"), kind="number"),
        Column("reason", gettext_lazy("Why")),
        Column("looked", gettext_lazy("Looks")),
    ),
    key="place",
    sort="place",
    page_size=500,
    export=False,
    pager=False,
)
