"""One order: what it is, what is to be paid and why, where it comes from, what was done to it and by whom."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edino.kernel.money import Money
from edino.orders import api
from edino.orders.queries import office as queries
from edino.orders.screens import lines, parcel, shown, telling, words
from edino.orders.types import Order
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.parts import EMPTY
from edino.ui.screen import Action, Back, Fact, Status, When, Why

OVER: Final = frozenset({"cancelled", "dropped", "draft"})


@staff.requires("orders.see")
def order(request: StaffRequest, uid: UUID) -> HttpResponse:
    """The page of an order."""
    found = api.order(uid=uid)
    staff.audit(actor=request.staff, operation="orders.see", subject=("order", str(uid)))
    places = shown.places()
    context: dict[str, Any] = {
        "notices": list(_notices(found)),
        "about": list(_about(found, places)),
        "who": who(found),
        "show": _show(request, found),
        "money": list(_money(found)),
        "credits": _credits(found, places),
        "lines": lines.sold(request, found),
        "counted": shown.pieces(sum(line.quantity - line.cancelled for line in found.lines)),
        "groups": [_group(request, found, one, places) for one in found.fulfilments],
        "payments": lines.payments(request, found),
        "returns": lines.returns(request, queries.returns_of(found.id), places),
        "history": list(telling.moments(api.history(uid=uid)[::-1], shown.by_code())),
        "actions": list(_actions(request, found)),
    }
    title = _("Order %(number)s") % {"number": found.number}
    return screen.page(request, "orders/order.html", title=title, back=Back(_("Orders"), reverse("orders")), **context)


@staff.requires("customers.see_personal")
@require_POST
def show(request: StaffRequest, uid: UUID) -> HttpResponse:
    """Who it is for, in full; who asked stands on the trail."""
    found = api.order(uid=uid)
    staff.audit(actor=request.staff, operation="customers.see_personal", subject=("order", str(uid)))
    response = render(request, "orders/_who.html", {"who": who(found, reveal=True), "revealed": True})
    response["Cache-Control"] = "private, no-store"
    return response


def who(found: Order, *, reveal: bool = False) -> list[Fact]:
    """The person an order is for, as it was typed at checkout."""
    contact = found.contact
    address = ", ".join(str(value) for value in found.delivery.address.values() if value)
    said = [
        (_("Name"), shown.name(contact.name, reveal=reveal)),
        (_("Phone"), shown.phone(contact.phone, reveal=reveal)),
        (_("E-mail"), shown.email(contact.email, reveal=reveal)),
        (_("City"), found.delivery.city),
        (_("Address"), address if reveal or not address else shown.DOTS),
    ]
    facts = [Fact(label, value) for label, value in said if value]
    return facts or [Fact(_("Customer"), Status(_("nobody known"), "quiet"))]


def _show(request: StaffRequest, found: Order) -> Action | None:
    contact = found.contact
    if not (contact.name or contact.phone or contact.email) or not staff.may(request.staff, "customers.see_personal"):
        return None
    return Action(_("Show in full"), reverse("order_show", args=[found.uid]), "swap", "eye", "plain", target="#who")


def _notices(found: Order) -> Iterator[Mapping[str, str]]:
    if found.parked:
        yield {"tone": "bad", "text": _("Waits for a person: %(why)s") % {"why": telling.reason(found.parked)}}
    if found.state == "draft":
        yield {"tone": "info", "text": _("Is being bought at this moment; nothing is promised yet.")}


def _about(found: Order, places: Mapping[int, str]) -> Iterator[Fact]:
    state = words.STATES.get(found.state, words.UNKNOWN)
    yield Fact(_("State"), state)
    if found.placed_at:
        yield Fact(_("Placed"), When(found.placed_at, "full"))
    yield Fact(_("From"), words.ORIGINS.get(found.origin, found.origin), found.channel)
    if found.origin == "checkout":
        yield Fact(_("Way"), words.METHODS.get(found.delivery.method, found.delivery.method))
    starts, ends = found.delivery.slot_starts_at, found.delivery.slot_ends_at
    if starts and ends:
        yield Fact(_("Slot"), *shown.slot(starts, ends, found.delivery.location))
    if found.codes:
        yield Fact(_("Codes"), ", ".join(found.codes))
    if found.exchange_of:
        link = format_html('<a href="{}">{}</a>', reverse("return", args=[found.exchange_of]), _("open the return"))
        yield Fact(_("Exchange"), link)
    if found.comment:
        yield Fact(_("Comment"), found.comment)


def _money(found: Order) -> Iterator[Fact]:
    def total(minor: int) -> object:
        return shown.sum_of(minor, found.currency)

    yield Fact(_("Goods"), total(found.subtotal))
    if found.discount:
        yield Fact(_("Discount"), total(-found.discount), why=_why(found))
    if found.delivery.amount:
        yield Fact(_("Delivery"), total(found.delivery.amount - found.delivery.discount))
    yield Fact(_("Total"), format_html("<b>{}</b>", total(found.total)))
    if found.due != found.total:
        yield Fact(_("Still due of it"), total(found.due), _("the rest was cancelled or came back"))
    yield Fact(_("Paid"), total(found.paid))
    rest = found.outstanding
    if rest > 0:
        yield Fact(_("To pay"), format_html("<b>{}</b>", total(rest)))
    elif rest < 0:
        yield Fact(_("Too much"), total(-rest))


def _why(found: Order) -> Why | None:
    """Which promotions were tried for the whole order, and what each said."""
    said = [one for one in found.why if isinstance(one, Mapping)]
    if not said:
        return None
    rows = (
        (
            one.get("name") or "",
            one.get("text") or one.get("code") or "",
            Money(int(one.get("amount") or 0), found.currency) if one.get("amount") else None,
        )
        for one in said
    )
    listed = (
        (name, text, format_html(" · {}", shown.sum_of(sum_.minor, found.currency)) if sum_ else EMPTY)
        for name, text, sum_ in rows
    )
    return Why(format_html("<ul>{}</ul>", format_html_join("", "<li><b>{}</b> {}{}</li>", listed)))


def _credits(found: Order, places: Mapping[int, str]) -> list[Fact]:
    return [
        Fact(words.ROLES.get(one.role, one.role), places.get(one.location_id or 0, ""), one.name)
        for one in found.credits
    ]


def _group(request: StaffRequest, found: Order, one: Any, places: Mapping[int, str]) -> dict[str, Any]:
    """Goods of one place on one way."""
    goes = one.pickup_location if one.pickup_location and one.pickup_location != one.location else ""
    where = places.get(one.location_id, one.location)
    facts = [
        *([Fact(_("To"), goes)] if goes else []),
        *([Fact(_("Slot"), *_slot(one))] if one.slot_starts_at else []),
        *([Fact(_("Attempt"), one.attempt)] if one.attempt > 1 else []),
        *([Fact(_("Sent with"), one.carrier, one.tracking)] if one.carrier or one.tracking else []),
        *([Fact(_("Why"), telling.reason(one.reason))] if one.reason else []),
        *([Fact(_("Ready"), When(one.ready_at, "full"))] if one.ready_at else []),
        *([Fact(_("Done"), When(one.done_at, "full"))] if one.done_at else []),
    ]
    return {
        "title": where,
        "note": words.KINDS.get(one.kind, one.kind),
        "state": words.FULFILMENTS.get(one.state, words.UNKNOWN),
        "facts": facts,
        "table": lines.parcel(request, found, one),
        "actions": parcel.actions(found, one) if staff.may(request.staff, "orders.edit") else [],
    }


def _slot(one: Any) -> tuple[str, str]:
    return shown.slot(one.slot_starts_at, one.slot_ends_at, one.pickup_location or one.location)


def _actions(request: StaffRequest, found: Order) -> Iterator[Action]:
    if found.state in OVER:
        return
    if staff.may(request.staff, "returns.take") and any(line.left for line in found.lines):
        yield Action(_("Take back…"), f"{reverse('return_new')}?order={found.uid}", icon="undo-2")
    if staff.may(request.staff, "orders.edit") and any(line.open for line in found.lines):
        yield Action(_("Change…"), reverse("order_edit", args=[found.uid]), icon="pencil")
        yield Action(_("Cancel…"), reverse("order_cancel", args=[found.uid]), icon="circle-x")
