"""A customer at the counter: who, what is open, what was bought; the whole card is one press away."""

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from edino.checkout import api as checkout
from edino.customers import api as customers
from edino.customers.types import Person
from edino.faces.screens import panels
from edino.faces.screens.shop.order import status_of
from edino.faces.screens.store import frame, home, sales, wording
from edino.faces.screens.store.frame import StoreRequest, at_store
from edino.kernel.money import Money
from edino.orders import api as orders
from edino.orders.api import office
from edino.orders.types import OrderListing
from edino.orders.types.office import SoldRow
from edino.staff import api as staff
from edino.ui.screen import Action, Column, Listing, Product, short

_SHOWN: Final = 30
_UNDER_WAY: Final = frozenset({"placed", "part_fulfilled", "fulfilled"})


@at_store("customers.see")
def person(request: StoreRequest, uid: UUID) -> HttpResponse:
    """Who it is (masked), what is on its way to them, what may be brought back."""
    found = customers.person(uid=uid)
    if found.uid != uid:
        return redirect("store_person", uid=found.uid)
    staff.audit(actor=request.staff, operation="customers.see", subject=("customer", str(uid)))
    bought = office.sold_to(customer_id=found.id, limit=_SHOWN)
    context: dict[str, Any] = panels.who(request, found)
    return frame.page(
        request,
        "person",
        title=found.name or _("Customer without a name"),
        back=frame.back(),
        waiting=_WAITING.read(request, short(list(_waiting(request, found)), "place")),
        bought=_BOUGHT.read(request, short([_row(n, one) for n, one in enumerate(bought)], "place")),
        actions=_actions(request, found),
        **context,
    )


@at_store("carts.serve")
@require_POST
def serve(request: StoreRequest, uid: UUID) -> HttpResponse:
    """Sell to this customer: the sale at hand becomes theirs, else their own open cart is taken up."""
    at_hand = sales.current(request)
    if at_hand is None:
        return redirect("store_cart", uid=sales.begin(request, customer=uid).uid)
    profile = checkout.profile_of(customer=uid, source=sales.source(request))
    adopted = checkout.adopt(uid=at_hand, profile_id=profile, by=sales.hand(request), policy="sum")
    sales.take(request, adopted.cart)
    return redirect("store_cart", uid=adopted.cart)


def _actions(request: StoreRequest, found: Person) -> list[Action]:
    may = [
        (
            "carts.serve",
            Action(_("Sell"), reverse("store_serve", args=[found.uid]), "post", "shopping-basket", "primary"),
        ),
        ("returns.take", Action(_("Take back…"), f"{reverse('store_back')}?customer={found.uid}", icon="undo-2")),
        ("customers.see", Action(_("The whole card"), reverse("customer", args=[found.uid]), tone="plain")),
    ]
    return [action for operation, action in may if staff.may(request.staff, operation)]


def _waiting(request: StoreRequest, found: Person) -> Iterator[home.Item]:
    """Orders under way; of what lies in this store, the page that goes on with it."""
    if not staff.may(request.staff, "store.work"):
        return
    profiles = [one.profile_id for one in found.holdings]
    under_way = [one for one in orders.orders_of(profiles=profiles, limit=_SHOWN) if _theirs(found, one)]
    here = {row.order_uid: row for row in office.store_work(location_id=request.store.id)} if under_way else {}
    for place, one in enumerate(under_way):
        row, state, url = here.get(one.uid), status_of(one.state, one.method), reverse("store_order", args=[one.uid])
        if row and row.state == "to_pick":
            url = reverse("store_pick", args=[row.uid])
        elif row:
            state, url = home.waits(row, request.store.id), reverse("store_hand", args=[row.uid])
        title = _("Order %(number)s") % {"number": one.number}
        yield home.Item(place, title, state, wording.things(one.pieces), url)


def _theirs(found: Person, one: OrderListing) -> bool:
    at = one.placed_at
    return (
        one.state in _UNDER_WAY
        and at is not None
        and any(
            own.profile_id == one.profile_id and (own.since or at) <= at and (own.until is None or at < own.until)
            for own in found.holdings
        )
    )


def _row(place: int, one: SoldRow) -> home.Item:
    title = Product(one.name, one.sku)
    about = wording.things(one.pieces)
    return home.Item(place, title, Money(one.net, one.currency), about, reverse("store_order", args=[one.order_uid]))


_BOUGHT: Final[Listing[home.Item]] = Listing(
    name="bought",
    title=gettext_lazy("Bought"),
    columns=(
        Column("title", gettext_lazy("Goods")),
        Column("state", gettext_lazy("Sum"), kind="money", place="side"),
        Column("about", gettext_lazy("Pieces"), quiet=True),
    ),
    key="place",
    url=lambda row: row.url,
    sort="place",
    page_size=200,
    export=False,
    pager=False,
)
_WAITING: Final[Listing[home.Item]] = Listing(
    name="waiting",
    title=gettext_lazy("Orders"),
    columns=(
        Column("title", gettext_lazy("Orders")),
        Column("state", gettext_lazy("State"), place="side"),
        Column("about", gettext_lazy("Pieces"), quiet=True),
    ),
    key="place",
    url=lambda row: row.url,
    sort="place",
    page_size=_SHOWN,
    export=False,
    pager=False,
)
