"""What no rule could finish: goods without a place, money without an order or on no way back, more promised than there.

Each line says what it is about in numbers, and offers what a person may do about it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from edino.checkout import api as checkout
from edino.checkout.api import finishing
from edino.faces.screens.store import wording
from edino.inventory import api as inventory
from edino.inventory.api import waiting as stock
from edino.kernel.errors import Refusal
from edino.orders import api as orders
from edino.orders.api import office
from edino.orders.types.office import Trouble
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.parts import Text
from edino.ui.screen import Action, Column, Listing, Number, Shown, Status, short

_MOST: Final = 200
_KINDS: Final = {
    "parked": Status(gettext_lazy("no place has it"), "bad", "map-pin-off"),
    "refund_due": Status(gettext_lazy("to be given back"), "warn", "banknote"),
    "refund_failed": Status(gettext_lazy("could not be given back"), "bad", "ban"),
    "overdue": Status(gettext_lazy("not heard of"), "warn", "truck"),
    "purchase": Status(gettext_lazy("money without an order"), "bad", "banknote"),
    "case": Status(gettext_lazy("more promised than there is"), "bad", "package-x"),
    "gift_card_unknown": Status(gettext_lazy("nobody knows the gift card"), "bad", "gift"),
    "gift_card_currency": Status(gettext_lazy("a gift card of another currency"), "bad", "gift"),
    "gift_card_ended": Status(gettext_lazy("the gift card had ended"), "warn", "gift"),
    "gift_card_overdrawn": Status(gettext_lazy("the gift card had less"), "bad", "gift"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that waits."""

    place: int
    what: object
    state: Status
    amount: object
    why: object
    at: datetime
    actions: object
    url: str


@dataclass(frozen=True, slots=True)
class Heap:
    """Things of one kind that wait."""

    title: Text
    table: Shown[Row]


def _listing(name: str, title: Text, amount: Text) -> Listing[Row]:
    return Listing(
        name=name,
        title=title,
        columns=(
            Column("what", gettext_lazy("What")),
            Column("state", gettext_lazy("State"), place="side"),
            Column("amount", amount, kind="money"),
            Column("why", gettext_lazy("Why")),
            Column("at", gettext_lazy("Waits since"), kind="ago"),
            Column("actions", gettext_lazy("Do")),
        ),
        key="place",
        url=lambda row: row.url,
        sort="place",
        page_size=_MOST,
        export=False,
        pager=False,
    )


@staff.requires("orders.see")
def waiting(request: StaffRequest) -> HttpResponse:
    """Everything that waits for a person, oldest first."""
    may = staff.may(request.staff, "orders.edit")
    book = office.troubles(limit=_MOST)
    kinds = [
        ("parked", _("Orders that no place can fulfil"), _("Due"), _parked(book, may)),
        ("purchases", _("Money without an order"), _("Amount"), _purchases(may)),
        ("refunds", _("Money that has not gone back"), _("Amount"), _refunds(book, may)),
        ("overdue", _("Parcels not heard of"), _("To pay"), _overdue(book, may)),
        ("cases", _("More promised than there is"), _("Missing"), _cases(may)),
        ("cards", _("Gift cards at the tills"), _("Amount"), _cards(book, may)),
    ]
    heaps = []
    for name, title, amount, found in kinds:
        rows = list(found)
        if rows:
            heaps.append(Heap(title, _listing(name, title, amount).read(request, short(rows, "place"))))
    lead = _("What no rule could finish. Everything else goes its way by itself.")
    return screen.page(request, "faces/waiting.html", title=_("Needs a person"), lead=lead, heaps=heaps)


@staff.requires("orders.edit")
@require_POST
def replan(request: StaffRequest, uid: UUID) -> HttpResponse:
    """Look once more for places that have it."""

    def do() -> str:
        # Who said that it is not there is not asked again, whatever the book says.
        said_no = {one.location for one in orders.order(uid=uid).fulfilments if one.state == "rejected"}
        after = orders.replan(uid=uid, by=request.staff, exclude=sorted(said_no))
        return _("Still nowhere.") if after.parked else _("A place was found.")

    return _done(request, do)


@staff.requires("orders.edit")
@require_POST
def refund(request: StaffRequest, uid: UUID) -> HttpResponse:
    """A person has paid it out."""

    def do() -> str:
        moved = orders.settle_refund(uid=uid, state="done", provider_ref=f"by hand: {request.staff.name}")
        staff.audit(
            actor=request.staff, operation="orders.edit", subject=("refund", str(uid)), detail={"did": "paid out"}
        )
        return _("Noted as paid out.") if moved else _("It was settled already.")

    return _done(request, do)


@staff.requires("orders.edit")
@require_POST
def purchase(request: StaffRequest, uid: UUID) -> HttpResponse:
    """Place the order after all, or let it go once the money went back."""
    how = "release" if request.POST.get("how") == "release" else "place"

    def do() -> str:
        finishing.resolve(order_uid=uid, how=how, why="by hand", by=request.staff)
        return _("Done.")

    return _done(request, do)


@staff.requires("orders.edit")
@require_POST
def case(request: StaffRequest, uid: UUID) -> HttpResponse:
    """Something was done about what is missing."""

    def do() -> str:
        stock.resolve_case(uid=uid, resolution="seen to", by=request.staff)
        return _("Done.")

    return _done(request, do)


@staff.requires("orders.edit")
@require_POST
def card(request: StaffRequest, uid: UUID) -> HttpResponse:
    """Somebody has looked into what a till did with a gift card."""
    return _done(
        request, lambda: _("Done.") if office.close_case(uid=uid, by=request.staff) else _("It was settled already.")
    )


def _done(request: StaffRequest, do: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, do())
    except Refusal as refusal:
        messages.error(request, wording.why_not(refusal))
    return redirect("waiting")


def _parked(book: list[Trouble], may: bool) -> Iterator[Row]:
    for place, one in enumerate(book):
        if one.kind != "parked":
            continue
        url = reverse("order", args=[one.uid])
        actions = [
            _press(_("Look again"), reverse("waiting_replan", args=[one.uid])),
            Action(_("Cancel…"), reverse("order_cancel", args=[one.uid]), tone="plain"),
        ]
        money = wording.sum_of(one.amount, one.currency)
        yield Row(place, one.number, _KINDS["parked"], money, one.note, one.at, _actions(actions, may), url)


def _refunds(book: list[Trouble], may: bool) -> Iterator[Row]:
    for place, one in enumerate(book):
        if one.kind not in {"refund_due", "refund_failed"}:
            continue
        url = reverse("order", args=[one.uid])
        actions = [_press(_("It was paid out"), reverse("waiting_refund", args=[one.ref]))]
        money, tender = wording.sum_of(one.amount, one.currency), wording.TENDERS.get(one.note, one.note)
        yield Row(place, one.number, _KINDS[one.kind], money, tender, one.at, _actions(actions, may), url)


def _overdue(book: list[Trouble], may: bool) -> Iterator[Row]:
    """Sent so long ago that the customer has it or it is lost: whoever finds out says so here."""
    for place, one in enumerate(book):
        if one.kind == "overdue":
            at = [one.uid, one.ref]
            actions = [
                Action(_("Delivered…"), reverse("order_delivered", args=at), icon="house"),
                Action(_("It is back…"), reverse("order_back", args=at), tone="plain"),
            ]
            money = wording.sum_of(one.amount, one.currency) if one.amount else ""
            url = reverse("order", args=[one.uid])
            yield Row(place, one.number, _KINDS["overdue"], money, one.note, one.at, _actions(actions, may), url)


def _cards(book: list[Trouble], may: bool) -> Iterator[Row]:
    for place, one in enumerate(book):
        if one.kind.startswith("gift_card"):
            actions = [_press(_("Seen to"), reverse("waiting_card", args=[one.ref]))]
            money = wording.sum_of(one.amount, one.currency)
            till, _dot, card_id = one.note.partition(" · ")
            where = _("till %(till)s, card No. %(card)s") if card_id else _("till %(till)s")
            why = where % {"till": till, "card": card_id}
            yield Row(place, one.number, _KINDS[one.kind], money, why, one.at, _actions(actions, may), "")


def _purchases(may: bool) -> Iterator[Row]:
    for place, one in enumerate(checkout.parked(most=_MOST)):
        url = reverse("waiting_purchase", args=[one.order_uid])
        actions = [
            _press(_("Place it after all"), url, ("how", "place")),
            _press(_("The money went back"), url, ("how", "release")),
        ]
        money = wording.sum_of(one.total, one.currency)
        what = str(one.order_uid)[:8]
        yield Row(place, what, _KINDS["purchase"], money, one.note, one.created_at, _actions(actions, may), "")


def _cases(may: bool) -> Iterator[Row]:
    for place, one in enumerate(inventory.cases()):
        actions = [_press(_("Seen to"), reverse("waiting_case", args=[one.uid]))]
        values = {"on_hand": one.on_hand, "promised": one.promised}
        why = _("%(on_hand)d there, %(promised)d promised") % values
        what = f"{one.sku} · {one.location}"
        yield Row(place, what, _KINDS["case"], Number(one.missing), why, one.opened_at, _actions(actions, may), "")


def _press(label: Text, url: str, *values: tuple[str, str]) -> Action:
    return Action(label, url, "swap", values=values)


def _actions(actions: list[Action], may: bool) -> Any:
    return format_html_join(" ", "{}", ((one,) for one in actions)) if may else ""
