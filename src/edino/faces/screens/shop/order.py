"""The page of one order: how it stands, the code that opens it in the store, what it came to, what can still be done.

Shown only to the browser that placed it and to shoppers who proved a contact it stands on; to all others there is no
such order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from edino.catalogue import api as catalogue
from edino.catalogue.types import VariantInfo
from edino.faces.screens.shop import wording
from edino.faces.screens.shop.browse import language
from edino.faces.screens.shop.frame import show
from edino.faces.screens.shop.visit import Guest, ShopRequest, visited
from edino.inventory import api as inventory
from edino.inventory.types import Location
from edino.kernel import ids
from edino.kernel.errors import Invalid, NotFound, Refusal
from edino.kernel.money import Money
from edino.orders import api as orders
from edino.orders.api import returning
from edino.orders.types import Fulfilment, Order, OrderListing, ReturnLineInput
from edino.ui.parts import Back, Status, Text

STATES: Final[Mapping[str, tuple[Text, str, str]]] = {
    "draft": (gettext_lazy("waiting for the payment"), "warn", ""),
    "placed": (gettext_lazy("being prepared"), "info", "package"),
    "part_fulfilled": (gettext_lazy("partly handed out"), "info", "package-open"),
    "fulfilled": (gettext_lazy("handed out"), "good", ""),
    "closed": (gettext_lazy("handed out"), "good", ""),
    "cancelled": (gettext_lazy("cancelled"), "quiet", "circle-x"),
    "dropped": (gettext_lazy("not paid, given up"), "quiet", "circle-x"),
}
WAYS: Final[Mapping[str, tuple[Text, str, str]]] = {
    "to_pick": (gettext_lazy("being put together"), "info", "list-checks"),
    "ready": (gettext_lazy("ready, come and fetch it"), "good", "package-check"),
    "shipped": (gettext_lazy("sent"), "info", "truck"),
    "arrived": (gettext_lazy("ready, come and fetch it"), "good", "package-check"),
    "handed_over": (gettext_lazy("handed over"), "good", "handshake"),
    "delivered": (gettext_lazy("delivered"), "good", "house"),
    "coming_back": (gettext_lazy("could not be delivered, on its way back to us"), "warn", "undo-2"),
    "came_back": (gettext_lazy("came back to us"), "quiet", "undo-2"),
    "rejected": (gettext_lazy("looked for elsewhere"), "warn", "search"),
    "cancelled": (gettext_lazy("cancelled"), "quiet", "circle-x"),
}
TENDERS: Final[Mapping[str, Text]] = {
    "card": gettext_lazy("bank card"),
    "cash": gettext_lazy("cash"),
    "cod": gettext_lazy("on receipt"),
    "bank": gettext_lazy("bank transfer"),
    "gift_card": gettext_lazy("gift card"),
    "points": gettext_lazy("points"),
    "exchange": gettext_lazy("exchange"),
}


@dataclass(frozen=True, slots=True)
class Bought:
    """A line of an order."""

    id: int
    name: str
    sku: str
    quantity: int
    net: Money
    note: str
    left: int
    url: str = ""
    about: str = ""

    @property
    def numbers(self) -> range:
        """How many of it may go back."""
        return range(self.left + 1)


@dataclass(frozen=True, slots=True)
class Parcel:
    """Goods on one way to the shopper."""

    status: Status
    place: str
    note: str
    at: datetime | None
    slot: Fulfilment


def status_of(state: str, method: str = "") -> Status:
    """The state of an order in the shopper's words: what was sent is delivered when somebody has said so."""
    ways = {"fulfilled": "shipped", "closed": "delivered"} if method == "delivery" else {}
    word, tone, icon = WAYS[ways[state]] if state in ways else STATES.get(state, (state, "quiet", ""))
    return Status(word, tone, icon)  # type: ignore[arg-type]  # the tones above are tones


def _state(order: Order) -> Status:
    """The state of one order: what is with the shopper is delivered, paid or not."""
    live = {one.state for one in order.fulfilments} - {"rejected", "cancelled", "came_back"}
    return status_of("closed" if live == {"delivered"} else order.state, order.delivery.method)


def may_see(guest: Guest, order: Order) -> bool:
    """Whether this visitor placed the order here, or has proved a contact that it stands on."""
    return guest.owns_order(order.uid) or (guest.own is not None and theirs(guest, order.contact.profile_id, order))


def theirs(guest: Guest, profile: int | None, order: Order | OrderListing) -> bool:
    """Whether an order on this profile is one of the shopper's own."""
    at = order.placed_at
    return guest.own is not None and any(
        one.profile_id == profile
        and (at is None or ((one.since is None or at >= one.since) and (one.until is None or at < one.until)))
        for one in guest.own.holdings
    )


def seen(guest: Guest, uid: UUID) -> Order:
    """An order of this visitor; to a stranger there is none."""
    try:
        found = orders.order(uid=uid)
    except NotFound as unknown:
        raise NotFound(_("There is no such order.")) from unknown
    if not may_see(guest, found):
        raise NotFound(_("There is no such order."))
    return found


@visited
def page(request: ShopRequest, uid: UUID) -> HttpResponse:
    """One order."""
    guest = request.guest
    return _show(request, seen(guest, uid))


def _show(request: ShopRequest, order: Order, *, trouble: str = "") -> HttpResponse:
    guest, currency = request.guest, order.currency
    places = {place.id: place for place in inventory.locations()}
    code = (
        order.pickup_code if order.state in {"placed", "part_fulfilled"} and order.delivery.method == "pickup" else ""
    )
    pickup = next((place for place in places.values() if place.code == order.delivery.location), None)
    title = _("Order %(number)s") % {"number": order.number} if order.number else _("Your order")
    return show(
        request,
        "order.html",
        title=title,
        here="account",
        back=Back(_("Orders"), reverse("shop_account")) if guest.shopper else None,
        status=422 if trouble else 200,
        order=order,
        state=_state(order),
        parked=bool(order.parked),
        waiting=order.state == "draft",
        code=code,
        qr=wording.qr(orders.pickup_qr(order=order)) if code else "",
        ready=any(one.state in {"ready", "arrived"} for one in order.fulfilments),
        pickup=pickup,
        pickup_about=", ".join(part for part in (pickup.city, pickup.address) if part) if pickup else "",
        slot=_slot(order, pickup),
        lines=_lines(order),
        can_review=bool(guest.shopper) and any(one.fulfilled for one in order.lines),
        parcels=[_parcel(one, places) for one in order.fulfilments if one.kind != "transfer"],
        subtotal=Money(order.subtotal, currency),
        discount=Money(order.discount, currency),
        delivery=Money(order.delivery.amount - order.delivery.discount, currency),
        total=Money(order.total, currency),
        gone=Money(order.total - order.due, currency),
        outstanding=Money(max(0, order.outstanding), currency),
        paid=[
            (TENDERS.get(one.tender, one.tender), Money(one.captured, currency))
            for one in order.payments
            if one.captured
        ],
        refunds=[
            (TENDERS.get(one.tender, one.tender), Money(one.amount, currency), one.state) for one in order.refunds
        ],
        can_cancel=order.state == "placed" and not any(one.fulfilled for one in order.lines),
        can_return=bool(guest.shopper) and any(one.left > 0 for one in order.lines),
        trouble=trouble,
    )


def _slot(order: Order, pickup: Location | None) -> str:
    """The time of pickup, by the clock of the store."""
    starts, ends = order.delivery.slot_starts_at, order.delivery.slot_ends_at
    if pickup is None or starts is None or ends is None:
        return ""
    zone = ZoneInfo(pickup.time_zone)
    begins = starts.astimezone(zone)
    return f"{formats.date_format(begins, 'l, j E')}, {begins:%H:%M}–{ends.astimezone(zone):%H:%M}"


def _lines(order: Order) -> list[Bought]:
    """What was ordered, each thing with its page while it is still known."""
    known = catalogue.variants_by_sku(skus=[one.sku for one in order.lines if one.sku], language=language())
    return [_line(one, order.currency, known.get(one.sku)) for one in order.lines]


def _line(one: Any, currency: str, info: VariantInfo | None = None) -> Bought:
    if one.cancelled:
        note = _("%(n)s cancelled") % {"n": one.cancelled}
    elif one.returned:
        note = _("%(n)s returned") % {"n": one.returned}
    else:
        note = ""
    url = wording.product_url(info.product_uid, one.sku) if info and info.active else ""
    about = wording.options(info.options) if info else ""
    return Bought(one.id, one.name, one.sku, one.quantity, Money(one.net, currency), note, one.left, url, about)


def _parcel(one: Fulfilment, places: Mapping[int, Location]) -> Parcel:
    word, tone, icon = WAYS.get(one.state, (one.state, "quiet", ""))
    place = places.get(one.location_id)
    return Parcel(
        Status(word, tone, icon),  # type: ignore[arg-type]  # as above
        place.name if place else one.location,
        " ".join(part for part in (one.carrier, one.tracking) if part),
        one.done_at if one.state in {"shipped", "handed_over", "delivered"} else None,
        one,
    )


@require_POST
@visited
def cancel(request: ShopRequest, uid: UUID) -> HttpResponse:
    """Cancel what has not left; money and goods go back."""
    order = seen(request.guest, uid)
    try:
        orders.cancel(uid=uid, by=None, reason="shopper", key=f"shop-{order.version}")
    except Refusal as refused:
        return _show(request, order, trouble=refused.text)
    return HttpResponseRedirect(reverse("shop_order", args=[uid]))


@visited
def give_back(request: ShopRequest, uid: UUID) -> HttpResponse:
    """Say what shall go back, and how: to any store, or by post."""
    guest = request.guest
    order = seen(guest, uid)
    if guest.shopper is None:
        return HttpResponseRedirect(f"{reverse('shop_log_in')}?next={reverse('shop_give_back', args=[uid])}")
    lines = [one for one in _lines(order) if one.left > 0]
    trouble = ""
    if request.method == "POST":
        try:
            return _ask_back(request, order, lines)
        except Refusal as refused:
            trouble = " ".join(one.text for one in refused.fields) or refused.text
    return show(
        request,
        "return.html",
        title=_("Give something back"),
        back=Back(_("Order %(number)s") % {"number": order.number}, reverse("shop_order", args=[uid])),
        here="account",
        status=422 if trouble else 200,
        order=order,
        lines=lines,
        trouble=trouble,
        reasons=reasons(),
        key=request.POST.get("key", "")[:40] or str(ids.uuid7()),
    )


def reasons() -> list[tuple[str, str]]:
    """Why something goes back."""
    return [
        ("size", _("The size does not fit")),
        ("not_as_shown", _("It is not as it was shown")),
        ("defect", _("It has a defect")),
        ("wrong", _("Something else came")),
        ("changed_mind", _("I changed my mind")),
    ]


def _ask_back(request: ShopRequest, order: Order, lines: list[Bought]) -> HttpResponse:
    reason = request.POST.get("reason", "")
    if reason not in dict(reasons()):
        raise Invalid.field("reason", "required", _("Choose why."))
    wanted = []
    for line in lines:
        text = request.POST.get(f"line-{line.id}", "0")
        number = int(text) if text.isdecimal() and len(text) < 6 else 0
        if number:
            wanted.append(ReturnLineInput(quantity=number, line_id=line.id, reason=reason))
    if not wanted:
        raise Invalid.field("lines", "required", _("Choose what goes back."))
    way = "post" if request.POST.get("way") == "post" else "store"
    # The page names the return, so that a repeat of the same page asks for nothing twice.
    returning.request_return(
        uid=ids.content_id("shop return", str(order.uid), request.POST.get("key", "")[:40]),
        lines=wanted,
        way=way,
        currency=order.currency,
        profile_id=order.contact.profile_id,
        reason=reason,
        by=None,
    )
    return HttpResponseRedirect(reverse("shop_account") + "#returns")
