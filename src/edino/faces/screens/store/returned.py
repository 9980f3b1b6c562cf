"""A return at the counter: what it is worth, by tender, before anything happens, and what is taken instead."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edino.catalogue import api as catalogue
from edino.faces.screens.store import finding, frame, wording
from edino.faces.screens.store.frame import StoreRequest, at_store
from edino.inventory import api as inventory
from edino.kernel.errors import Refusal
from edino.kernel.transactions import retried
from edino.orders import api as orders
from edino.orders.api import office, returns
from edino.orders.types import ExchangeLine, Inspection, Order, Return
from edino.orders.types.returns import Disposition
from edino.staff import api as staff
from edino.ui.screen import Action, Fact, Figure, Product

OPEN: Final = frozenset({"requested", "approved", "received", "inspected"})
_CODES: Final = "store_gift_cards"


@dataclass(frozen=True, slots=True)
class Look:
    """A line to be looked at: what becomes of its goods."""

    name: str
    label: str
    goods: object
    worth: object
    of: str
    chosen: str


@at_store("returns.take")
def returned(request: StoreRequest, uid: UUID) -> HttpResponse:
    """The return: inspect, see what goes back and how, settle, or choose something else instead."""
    found = returns.get_return(uid=uid)
    if request.method == "POST":
        return _instead(request, found)
    open_ = found.state in OPEN
    return frame.page(
        request,
        "returned",
        title=_("Return %(number)s") % {"number": found.number or str(uid)[:8]},
        back=frame.back(),
        scan_url=reverse("store_returned", args=[uid]) if open_ else "",
        scan_label=_("Scan what is taken instead") if open_ else "",
        **_context(request, found),
    )


@at_store("returns.take")
@require_POST
def told(request: StoreRequest, uid: UUID) -> HttpResponse:
    """What goes back with these choices: tried out and taken back."""
    found = returns.get_return(uid=uid)
    return render(request, "faces/store/_goes_back.html", _preview(request, found, request.POST))


@at_store("returns.take")
@require_POST
def settle(request: StoreRequest, uid: UUID) -> HttpResponse:
    """The goods are here and were looked at: the money goes back, or over to what is taken instead."""
    found, given = returns.get_return(uid=uid), request.POST.copy()
    try:
        done = retried(lambda: _settled(request, found, given))
    except Refusal as refusal:
        messages.error(request, wording.why_not(refusal))
        return redirect("store_returned", uid=uid)
    codes = done.settlement.get("gift_card") or []
    request.session[_CODES] = {"return": str(uid), "codes": codes if isinstance(codes, list) else [codes]}
    messages.success(request, _("Settled."))
    return redirect("store_returned", uid=uid)


@at_store("returns.take")
@require_POST
def withdraw(request: StoreRequest, uid: UUID) -> HttpResponse:
    """The customer keeps it."""
    try:
        returns.withdraw_return(uid=uid, by=request.staff)
    except Refusal as refusal:
        messages.error(request, wording.why_not(refusal))
        return redirect("store_returned", uid=uid)
    messages.info(request, _("Nothing came back."))
    return redirect("store")


@at_store("coupons.compensate")
@require_POST
def sorry(request: StoreRequest, uid: UUID) -> HttpResponse:
    """A coupon for the trouble, within what this person may give this month; the customer has it before she leaves."""
    given = {name: request.POST.get(name, "").strip()[:300] for name in ("promotion", "reason")}
    try:
        code = returns.compensate(uid=uid, by=request.staff, **given)
    except Refusal as refusal:
        messages.error(request, wording.why_not(refusal))
    else:
        text = _("The coupon is %(code)s; it counts online and at the till. The customer is told.")
        messages.success(request, text % {"code": code})
    return redirect("store_returned", uid=uid)


def _instead(request: StoreRequest, found: Return) -> HttpResponse:
    """Goods that were scanned are taken instead, from here or from a store that has them; they are held at once."""
    text = request.POST.get("q", "").strip()[:200]
    variant = catalogue.find_variant(code=finding.code_in(text), language=get_language() or "en")
    if variant is None or found.state not in OPEN:
        return finding.elsewhere(request, text)
    rows = inventory.availability(variant_ids=[variant.id], channel="store").get(variant.id, [])
    here = any(one.free > 0 and one.location_id == request.store.id for one in rows)
    try:
        returns.exchange(
            uid=found.uid,
            lines=[ExchangeLine(variant.sku)],
            by=request.staff,
            method="carry" if here else "pickup",
            location=request.store.code,
        )
    except Refusal as refusal:
        messages.error(request, wording.why_not(refusal))
    else:
        where = _("It is here.") if here else _("It comes from another place and is held from now on.")
        messages.success(request, f"{variant.name}. {where}")
    return redirect("store_returned", uid=found.uid)


def _settled(request: StoreRequest, found: Return, given: QueryDict) -> Return:
    """Receive, inspect and settle: in the caller's transaction, for trying out as for good."""
    by = request.staff
    if found.state in {"requested", "approved"}:
        found = returns.receive(uid=found.uid, location=request.store.code, by=by)
    if found.state == "received":
        allowed = {code for code, _word in wording.DISPOSITIONS}
        said = {line.id: given.get(f"look-{line.id}", "resell") for line in found.lines}
        looks = [
            Inspection(id_, cast("Disposition", word if word in allowed else "resell")) for id_, word in said.items()
        ]
        found = returns.inspect(uid=found.uid, inspections=looks, by=by)
    return returns.settle(uid=found.uid, by=by, to="gift_card" if given.get("to") == "gift_card" else "original")


def _context(request: StoreRequest, found: Return) -> dict[str, Any]:
    uid, new = found.uid, _new_order(found)
    context: dict[str, Any] = {
        "state": wording.RETURNS.get(found.state),
        "open": found.state in OPEN,
        "looks": list(_looks(found)),
        "inspecting": found.state in {"requested", "approved", "received"},
        "dispositions": wording.DISPOSITIONS,
        "counted": wording.things(sum(line.quantity for line in found.lines)),
        "urls": {name: reverse(f"store_returned_{name}", args=[uid]) for name in ("told", "settle", "sorry")},
        "instead": list(_taken_instead(new)) if new else [],
        "instead_link": _link(new) if new and found.state == "settled" else None,
        "keep": _keep(found),
        "gifts": returns.compensations(back=found) if staff.may(request.staff, "coupons.compensate") else [],
        "coupon": found.compensation,
        "done": list(_result(request, found)) if found.state == "settled" else [],
    }
    if found.state in OPEN:
        context |= _preview(request, found, QueryDict())
    return context


def _preview(request: StoreRequest, found: Return, given: QueryDict) -> dict[str, Any]:
    said, currency = _foreseen(request, found, given), found.currency
    if isinstance(said, str):
        return {"wrong": said}
    figures = [Figure(_("Worth"), wording.sum_of(int(said["worth"]), currency))]
    if said["carried"]:
        figures.append(Figure(_("Goes over to the exchange"), wording.sum_of(int(said["carried"]), currency)))
    if said["to_pay"]:
        figures.append(Figure(_("Still to pay"), wording.sum_of(int(said["to_pay"]), currency)))
    figures.append(Figure(_("Goes back"), wording.sum_of(int(said["refunded"]), currency)))
    return {
        "figures": figures,
        "tenders": _tenders(said["tenders"], currency),
        "button": _button(said, currency),
        "to_card": given.get("to") == "gift_card",
    }


def _foreseen(request: StoreRequest, found: Return, given: QueryDict) -> Mapping[str, Any] | str:
    """The settlement as it would be now; an exchange is tried out, for what it holds may be gone: then why not."""
    try:
        if found.exchange_uid is None:
            card = given.get("to") == "gift_card"
            return asdict(returns.foreseen(back=found, to="gift_card" if card else "original"))
        return office.rehearse(lambda: _settled(request, found, given)).settlement
    except Refusal as refusal:
        return wording.why_not(refusal)


def _button(said: Mapping[str, Any], currency: str) -> object:
    if said["refunded"]:
        return format_html("{} {}", _("Take it back and give"), wording.sum_of(int(said["refunded"]), currency))
    return _("Take it back and exchange") if said["carried"] else _("Take it back")


def _tenders(tenders: Mapping[str, int], currency: str) -> list[Fact]:
    return [
        Fact(wording.TENDERS.get(name, name), wording.sum_of(amount, currency))
        for name, amount in tenders.items()
        if name != "exchange"
    ]


def _looks(found: Return) -> Iterator[Look]:
    for line in found.lines:
        of = _("order %(number)s") % {"number": line.order_number} if line.order_number else _("without a receipt")
        label = _("%(name)s: how does it look") % {"name": line.name}
        goods = Product(line.name, f"{line.sku} × {line.quantity}")
        chosen = line.disposition or ("damaged" if line.reason == "defect" else "resell")
        yield Look(f"look-{line.id}", label, goods, wording.sum_of(line.amount, found.currency), of, chosen)


def _new_order(found: Return) -> Order | None:
    if found.exchange_uid is None:
        return None
    order = orders.order(uid=found.exchange_uid)
    return None if order.state == "dropped" else order


def _taken_instead(new: Order) -> Iterator[Fact]:
    places = {place.id: place.name for place in frame.places()}
    for line in new.lines:
        froms = {places.get(part.location_id, "") for part in new.allocations if part.line_id == line.id}
        yield Fact(f"{line.name} · {line.sku}", wording.sum_of(line.net, new.currency), ", ".join(sorted(froms)))


def _link(new: Order) -> Action:
    return Action(
        _("Go on with the exchange"), reverse("store_order", args=[new.uid]), icon="arrow-right", tone="primary"
    )


def _keep(found: Return) -> Action | None:
    if found.state not in {"requested", "approved"}:
        return None
    url = reverse("store_returned_withdraw", args=[found.uid])
    return Action(_("The customer keeps it"), url, "post", "x", "plain")


def _result(request: StoreRequest, found: Return) -> Iterator[Fact]:
    said, currency = found.settlement, found.currency
    yield Fact(_("Worth"), wording.sum_of(int(said.get("worth") or 0), currency))
    if said.get("carried"):
        yield Fact(_("Went over to the exchange"), wording.sum_of(int(said["carried"]), currency))
    if said.get("to_pay"):
        yield Fact(_("Still to pay"), wording.sum_of(int(said["to_pay"]), currency))
    yield from _tenders(said.get("tenders") or {}, currency)
    kept = request.session.get(_CODES) or {}
    if kept.get("return") == str(found.uid):
        for code in kept.get("codes") or []:
            yield Fact(_("Gift card"), format_html('<b class="mono">{}</b>', code), _("shown this once: write it down"))
