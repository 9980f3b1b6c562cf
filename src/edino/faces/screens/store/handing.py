"""Handing over: the code proves who may take it, what is to be paid is taken, and the goods leave.

What the customer does not take is cancelled at the counter, and the page says beforehand what that makes of the money.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from edino.faces.screens.store import frame, home, paying, sent, wording
from edino.faces.screens.store.frame import StoreRequest, at_store
from edino.faces.screens.store.parcels import Parcel, parcel
from edino.kernel.errors import Invalid, Refusal
from edino.orders import api as orders
from edino.orders.api import office
from edino.orders.types import Order, Paid
from edino.staff import api as staff
from edino.ui.screen import Action, Fact, Figure, Status

_CODES: Final = "store_codes"
_STATES: Final = {
    "shipped": Status(gettext_lazy("on its way here"), "info", "truck"),
    "ready": Status(gettext_lazy("ready"), "good", "package-check"),
    "arrived": Status(gettext_lazy("ready"), "good", "package-check"),
    "handed_over": Status(gettext_lazy("handed over"), "good", "handshake"),
    "delivered": Status(gettext_lazy("delivered"), "good", "house"),
    "coming_back": Status(gettext_lazy("coming back"), "warn", "undo-2"),
    "came_back": Status(gettext_lazy("came back to us"), "quiet", "undo-2"),
    "rejected": Status(gettext_lazy("rejected"), "bad", "package-x"),
    "cancelled": Status(gettext_lazy("cancelled"), "quiet", "circle-x"),
}
_AWAY: Final = Status(gettext_lazy("on its way to the customer"), "info", "truck")


@dataclass(frozen=True, slots=True)
class Takes:
    """A line at the counter: how many the customer takes of how many."""

    name: str
    label: str
    goods: object
    pieces: int
    takes: int

    @property
    def choices(self) -> list[int]:
        """All of them first, which is what happens nearly always."""
        return list(range(self.pieces, -1, -1))


class Sending(forms.Form):
    """With whom a parcel leaves."""

    carrier = forms.CharField(label=gettext_lazy("Carrier"), max_length=100, required=False)
    tracking = forms.CharField(label=gettext_lazy("Tracking number"), max_length=100, required=False)


@at_store("store.work")
def hand(request: StoreRequest, uid: UUID) -> HttpResponse:
    """What waits for the customer, what is to be paid, and one button."""
    found = parcel(request, uid)
    if request.method == "POST":
        return _code(request, found)
    here = found.itself.location_id == request.store.id
    if found.itself.state == "to_pick" and here:
        return redirect("store_pick", uid=uid)
    return frame.page(
        request,
        "hand",
        title=_("Order %(number)s") % {"number": found.order.number},
        lead=wording.who(found.order.contact.name),
        back=frame.back(),
        scan_url=reverse("store_hand", args=[uid]),
        scan_label=_("Scan or type the pickup code"),
        **_context(request, found),
    )


@at_store("store.work")
@require_POST
def told(request: StoreRequest, uid: UUID) -> HttpResponse:
    """What is to be paid if only this is taken: tried out and taken back."""
    found = parcel(request, uid)
    try:
        context = _money(found, _after(request, found, _lines(found, request.POST)))
    except Refusal as refusal:
        context = {"wrong": wording.why_not(refusal)}
    return render(request, "faces/store/_to_pay.html", context)


@at_store("store.work")
@require_POST
def give(request: StoreRequest, uid: UUID) -> HttpResponse:
    """Take the money and hand the goods over."""
    found = parcel(request, uid)
    tender, lines = request.POST.get("tender", ""), _lines(found, request.POST)
    without = "without_code" in request.POST and staff.may(request.staff, "orders.edit")
    try:
        parts, change = _parts(found, request.POST, _after(request, found, lines))
        if without:
            staff.audit(
                actor=request.staff,
                operation="orders.edit",
                subject=("order", str(found.order.uid)),
                detail={"did": "handed over without code"},
            )
        orders.hand_over(
            uid=found.order.uid,
            by=request.staff,
            code=_known_code(request, found.order.uid),
            location=request.store.code,
            parcel=uid,
            lines=lines,
            without_code=without,
            tender=tender if tender in {"cash", "card"} else "",
            tenders=parts,
        )
    except Refusal as refusal:
        messages.error(request, wording.why_not(refusal))
        return redirect("store_hand", uid=uid)
    _keep_code(request, found.order.uid, "")
    messages.success(request, _("Order %(number)s is handed over.") % {"number": found.order.number})
    if change:
        messages.info(request, _("Change: %(sum)s") % {"sum": wording.plain(change, found.order.currency)})
    return redirect("store")


@at_store("store.work")
@require_POST
def send(request: StoreRequest, uid: UUID) -> HttpResponse:
    """The parcel leaves for the customer, or for the store where it is waited for."""
    found, form = parcel(request, uid), Sending(request.POST)
    said = form.cleaned_data if form.is_valid() else {}
    return _moved(request, found, lambda: orders.ship(uid=found.order.uid, parcel=uid, by=request.staff, **said),
                  _("Order %(number)s is on its way."))  # fmt: skip


@at_store("store.work")
@require_POST
def arrived(request: StoreRequest, uid: UUID) -> HttpResponse:
    """The parcel from the other store is here."""
    found = parcel(request, uid)
    return _moved(request, found, lambda: orders.arrive(uid=found.order.uid, parcel=uid, by=request.staff),
                  _("Order %(number)s is here and ready."))  # fmt: skip


def _moved(request: StoreRequest, found: Parcel, do: Any, text: str) -> HttpResponse:
    try:
        do()
    except Refusal as refusal:
        messages.error(request, wording.why_not(refusal))
        return redirect("store_hand", uid=found.itself.uid)
    messages.success(request, text % {"number": found.order.number})
    return redirect("store")


def _code(request: StoreRequest, found: Parcel) -> HttpResponse:
    """Compare the code: wrong ones are counted by the order book, right ones are kept for this order."""
    text = request.POST.get("q", "").strip()[:100]
    try:
        orders.check_code(uid=found.order.uid, code=text)
    except Refusal as refusal:
        messages.error(request, wording.why_not(refusal))
    else:
        prove(request, found.order.uid, text)
    return redirect("store_hand", uid=found.itself.uid)


def prove(request: StoreRequest, order: UUID, code: str) -> None:
    """Remember that this code of an order was shown at this tablet."""
    _keep_code(request, order, code)


def _keep_code(request: StoreRequest, order: UUID, code: str) -> None:
    kept = {name: value for name, value in (request.session.get(_CODES) or {}).items() if name != str(order)}
    if code:
        kept = {**dict(list(kept.items())[-20:]), str(order): code}
    request.session[_CODES] = kept


def _known_code(request: StoreRequest, order: UUID) -> str:
    return str((request.session.get(_CODES) or {}).get(str(order), ""))


def _context(request: StoreRequest, found: Parcel) -> dict[str, Any]:
    proven = not found.order.pickup_code or bool(_known_code(request, found.order.uid))
    uid, counter = found.itself.uid, _at_the_counter(request, found)
    sends = found.itself.location_id == request.store.id and found.itself.state == "ready" and not counter
    comes = found.itself.state == "shipped" and found.itself.location_id != request.store.id
    arrive = Action(_("It is here"), reverse("store_arrived", args=[uid]), "post", "package-check", "primary")
    return {
        "facts": list(_facts(request, found)),
        "proven": proven,
        "counter": counter,
        "may_without": staff.may(request.staff, "orders.edit"),
        "takes": list(_takes(found)),
        "counted": wording.things(found.pieces),
        "urls": {name: reverse(f"store_{name}", args=[uid]) for name in ("hand", "told", "give", "send")},
        "sending": Sending() if sends else None,
        "arrive": arrive if comes else None,
        "said": [],
        **sent.context(request, found),
        **_money(found, found.order),
    }


def _at_the_counter(request: StoreRequest, found: Parcel) -> bool:
    """Whether the customer may take it from here now."""
    itself = found.itself
    if itself.kind == "transfer":
        return itself.state == "arrived" and itself.pickup_location == request.store.code
    return itself.kind in {"pickup", "carry_out"} and itself.state == "ready"


def _facts(request: StoreRequest, found: Parcel) -> Iterator[Fact]:
    itself, order = found.itself, found.order
    away = itself.state == "shipped" and itself.kind != "transfer"
    yield Fact(_("State"), _AWAY if away else _STATES.get(itself.state, Status(itself.state)))
    if itself.carrier or itself.tracking:
        yield Fact(_("Sent with"), itself.carrier, itself.tracking)
    if itself.reason and itself.state == "coming_back":
        yield Fact(_("Why"), dict(wording.UNDELIVERED).get(itself.reason, itself.reason))
    yield Fact(_("Customer"), wording.who(order.contact.name) or _("nobody known"))
    if itself.slot_starts_at and itself.slot_ends_at:
        yield Fact(_("Slot"), home.said(itself.slot_starts_at, itself.slot_ends_at))
    if staff.may(request.staff, "orders.see"):
        link = format_html('<a href="{}">{}</a>', reverse("order", args=[order.uid]), order.number)
        yield Fact(_("In the office"), link)


def _takes(found: Parcel) -> Iterator[Takes]:
    for good in found.goods:
        label = _("%(name)s: how many are taken") % {"name": good.name}
        yield Takes(f"takes-{good.line.id}", label, good.shown(), good.pieces, good.pieces)


def _lines(found: Parcel, given: QueryDict) -> dict[str, int] | None:
    """What is taken of each line; None when all of it is."""
    taken: dict[str, int] = {}
    for good in found.goods:
        said = given.get(f"takes-{good.line.id}", "")
        taken[good.line.key] = min(int(said), good.pieces) if said.isdecimal() and len(said) < 6 else good.pieces
    return None if all(taken[good.line.key] == good.pieces for good in found.goods) else taken


def _after(request: StoreRequest, found: Parcel, lines: Mapping[str, int] | None) -> Order:
    if lines is None:
        return found.order
    left = {good.line.key: good.pieces - lines[good.line.key] for good in found.goods}
    left = {key: count for key, count in left.items() if count}
    return office.rehearse(lambda: orders.cancel(uid=found.order.uid, by=request.staff, lines=left, reason="refused"))


class Unreadable(Invalid):
    """Type the amounts as numbers."""

    code = "amounts"


class Parts(forms.Form):
    """What is paid in parts; cash may be more than what is left, the rest is change."""

    card = forms.DecimalField(label=gettext_lazy("Bank card"), required=False, min_value=0, max_digits=12)
    cash = forms.DecimalField(label=gettext_lazy("Cash given"), required=False, min_value=0, max_digits=12)
    gift_card = forms.DecimalField(label=gettext_lazy("Gift card, amount"), required=False, min_value=0, max_digits=12)
    code = forms.CharField(label=gettext_lazy("Gift card, code"), required=False, max_length=100)

    prefix = "part"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("card", "cash", "gift_card"):
            self.fields[name].widget.attrs |= {"inputmode": "decimal", "step": "any"}


def _parts(found: Parcel, given: QueryDict, after: Order) -> tuple[list[Paid], int]:
    """The parts that were typed and the change; none when one means pays everything."""
    form = Parts(given)
    if not form.is_valid():
        raise Unreadable
    said, currency = form.cleaned_data, found.order.currency
    amounts = {name: paying.minor(said[name], currency) for name in ("gift_card", "card", "cash")}
    if not any(amounts.values()):
        return [], 0
    rest = max(after.outstanding, 0) - amounts["gift_card"] - amounts["card"]
    change = max(amounts["cash"] - max(rest, 0), 0)
    amounts["cash"] -= change
    parts = [
        Paid(name, amount, said["code"] if name == "gift_card" else "") for name, amount in amounts.items() if amount
    ]
    return parts, change


def _money(found: Parcel, after: Order) -> dict[str, Any]:
    """What is to be paid, or goes back, when the order is as `after` says."""
    currency, rest = after.currency, max(after.outstanding, 0)
    figures = [
        Figure(_("To pay"), wording.sum_of(rest, currency), "" if rest else _("everything is paid")),
        Figure(_("Paid before"), wording.sum_of(found.order.paid, currency)),
    ]
    known = {one.uid for one in found.order.refunds}
    back = [one for one in after.refunds if one.uid not in known]
    refunds = [Fact(wording.TENDERS.get(one.tender, one.tender), wording.sum_of(one.amount, currency)) for one in back]
    button = (
        format_html("{} {}", _("Take the money and hand over:"), wording.sum_of(rest, currency))
        if rest
        else _("Hand over")
    )
    parts = [Parts()[name] for name in Parts.base_fields] if rest else []
    return {"money": figures, "refunds": refunds, "rest": rest, "button": button, "parts": parts}
