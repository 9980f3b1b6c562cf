"""An order as the counter sees it: the receipt after a sale, and what can be done with it later."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edino.faces.screens.store import frame, paying, wording
from edino.faces.screens.store.frame import StoreRequest, at_store
from edino.kernel.money import Money
from edino.orders import api as orders
from edino.orders.types import Order
from edino.staff import api as staff
from edino.ui.screen import Action, Column, Fact, Listing, Product, Status, When, short

STATES: Final = {
    "draft": Status(gettext_lazy("being bought"), "quiet"),
    "placed": Status(gettext_lazy("placed"), "info"),
    "part_fulfilled": Status(gettext_lazy("handed out in part"), "info"),
    "fulfilled": Status(gettext_lazy("sent or handed out"), "good"),
    "closed": Status(gettext_lazy("complete"), "good"),
    "cancelled": Status(gettext_lazy("cancelled"), "quiet", "circle-x"),
    "dropped": Status(gettext_lazy("given up"), "quiet", "circle-x"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the receipt."""

    place: int
    goods: object
    pieces: str
    net: Money


_LINES: Final[Listing[Row]] = Listing(
    name="receipt",
    title=gettext_lazy("Goods"),
    columns=(
        Column("goods", gettext_lazy("Goods")),
        Column("pieces", gettext_lazy("Pieces")),
        Column("net", gettext_lazy("Sum"), kind="money", place="side"),
    ),
    key="place",
    sort="place",
    page_size=500,
    export=False,
    pager=False,
)


@at_store("store.work")
def order(request: StoreRequest, uid: UUID) -> HttpResponse:
    """What was sold, how it was paid, and what one may do with it now."""
    found = orders.order(uid=uid)
    staff.audit(actor=request.staff, operation="orders.see", subject=("order", str(uid)))
    rows = [
        Row(n, Product(line.name, line.sku), str(line.quantity), Money(line.net, found.currency))
        for n, line in enumerate(found.lines)
    ]
    just = bool(paying.just_sold(request, uid))
    return frame.page(
        request,
        "order",
        title=_("Order %(number)s") % {"number": found.number},
        lead=wording.who(found.contact.name),
        back=frame.back(),
        just=just,
        change=paying.change_given(request, uid, found.currency),
        facts=list(_facts(found)),
        money=list(_money(found)),
        table=_LINES.read(request, short(rows, "place")),
        counted=wording.things(sum(line.quantity for line in found.lines)),
        actions=list(_actions(request, found, just)),
    )


def _facts(found: Order) -> Iterator[Fact]:
    yield Fact(_("State"), STATES.get(found.state, Status(found.state)))
    if found.placed_at:
        yield Fact(_("Sold"), When(found.placed_at, "full"))
    if found.delivery.method == "delivery":
        where = " · ".join(filter(None, [found.delivery.address.get("service"), found.delivery.city]))
        yield Fact(_("Delivery"), where or _("home"))
    for one in found.fulfilments:
        if one.state not in {"cancelled", "rejected", "came_back"}:
            where = one.pickup_location or one.location
            yield Fact(_("Goods"), _STATES.get(one.state, one.state), where)


def _money(found: Order) -> Iterator[Fact]:
    yield Fact(_("Total"), format_html("<b>{}</b>", wording.sum_of(found.total, found.currency)))
    if found.discount:
        yield Fact(_("Discount in it"), wording.sum_of(found.discount, found.currency))
    if found.delivery.amount:
        fare = found.delivery.amount - found.delivery.discount
        yield Fact(_("Delivery in it"), wording.sum_of(fare, found.currency))
    for paid in found.payments:
        if paid.captured:
            yield Fact(wording.TENDERS.get(paid.tender, paid.tender), wording.sum_of(paid.captured, found.currency))
    for back in found.refunds:
        yield Fact(_("Given back"), wording.sum_of(back.amount, found.currency), wording.TENDERS.get(back.tender, ""))
    if found.outstanding > 0:
        yield Fact(_("To pay"), format_html("<b>{}</b>", wording.sum_of(found.outstanding, found.currency)))


def _actions(request: StoreRequest, found: Order, just: bool) -> Iterator[Action]:
    if just:
        yield Action(_("Next sale"), reverse("store_sell"), icon="shopping-basket", tone="primary", key="n")
    for one in found.fulfilments:
        here = request.store.code in {one.location, one.pickup_location}
        if here and one.state in {"to_pick", "ready", "shipped", "arrived", "coming_back"}:
            yield Action(_("Go on with it"), reverse("store_hand", args=[one.uid]), icon="arrow-right", tone="primary")
            break
    if any(line.left for line in found.lines) and staff.may(request.staff, "returns.take"):
        yield Action(_("Take back…"), f"{reverse('store_back')}?order={found.uid}", icon="undo-2")
    if staff.may(request.staff, "orders.see"):
        yield Action(_("Everything about it"), reverse("order", args=[found.uid]), tone="plain")


_STATES: Final = {
    "to_pick": Status(gettext_lazy("to pick"), "warn", "list-checks"),
    "ready": Status(gettext_lazy("ready"), "good", "package-check"),
    "shipped": Status(gettext_lazy("on its way"), "info", "truck"),
    "arrived": Status(gettext_lazy("ready"), "good", "package-check"),
    "handed_over": Status(gettext_lazy("handed over"), "good", "handshake"),
    "delivered": Status(gettext_lazy("delivered"), "good", "house"),
    "coming_back": Status(gettext_lazy("coming back"), "warn", "undo-2"),
}
