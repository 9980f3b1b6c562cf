"""One field that understands everything: goods, orders, pickup codes, receipts, carts handed over, customers.

What is typed is posted and kept in the session, never in an address: addresses end in logs and histories.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from edino.catalogue import api as catalogue
from edino.checkout import api as checkout
from edino.checkout.errors import TokenSpent
from edino.checkout.types import Hand
from edino.customers import api as customers
from edino.customers.types import Found
from edino.faces.screens.store import frame, handing, wording
from edino.faces.screens.store.frame import StoreRequest, at_store
from edino.kernel.money import Money
from edino.orders import api as orders
from edino.orders.types import Order
from edino.staff import api as staff
from edino.ui.parts import Amount, Text
from edino.ui.screen import Column, Listing, Shown, short

_KEPT: Final = "store_find"
_MOST: Final = 20
_JOIN: Final = "/cart/join/"
_WAITS: Final = frozenset({"to_pick", "ready", "shipped", "arrived", "coming_back"})
_OPEN: Final = frozenset({"placed", "part_fulfilled", "fulfilled"})


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was meant."""

    place: int
    title: str
    state: object
    about: object
    url: str


@dataclass(frozen=True, slots=True)
class Hits:
    """Things of one kind that were meant."""

    title: Text
    table: Shown[Hit]
    note: Text = ""


@at_store("store.work")
def find(request: StoreRequest) -> HttpResponse:
    """What a scan or a word means; a single sure thing opens at once."""
    if request.method == "POST":
        return elsewhere(request, request.POST.get("q", ""))
    text = str(request.session.get(_KEPT, "")) if "again" in request.GET else ""
    kinds = list(_meant(request, text)) if text else []
    lists = [Hits(title, _listing(name, title).read(request, short(hits, "place"))) for name, title, hits in kinds]
    return frame.page(
        request, "find", title=_("Found") if text else _("Find"), back=frame.back(), lists=lists, text=text
    )


def elsewhere(request: StoreRequest, given: str) -> HttpResponse:
    """Where a text leads that the page at hand does not understand: to the one thing it means, or to the results."""
    text = given.strip().replace("\x00", "")[:200]
    if _JOIN in text:
        return leave(request, _joined(request, text))
    hits = [hit for _name, _title, found in _meant(request, text) for hit in found] if text else []
    if len(hits) == 1 and hits[0].url:
        _prove(request, text)
        return leave(request, hits[0].url)
    request.session[_KEPT] = text
    return leave(request, reverse("store_find") + "?again")


def leave(request: StoreRequest, url: str) -> HttpResponse:
    """Go to another page, also when htmx asks from within this one."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def code_in(text: str) -> str:
    """The code in what was scanned: of an address its last part, else all of it."""
    text = text.strip().replace("\x00", "")
    return urlsplit(text).path.rstrip("/").rpartition("/")[2] if "://" in text else text


def _meant(request: StoreRequest, text: str) -> Iterator[tuple[str, Text, list[Hit]]]:
    """Everything a text may mean, the surest first; something exact ends the search."""
    code = code_in(text)
    exact = False
    found = orders.find(text=code) if staff.may(request.staff, "store.work") else []
    if found:
        exact = True
        yield "orders", gettext_lazy("Orders and receipts"), [_order(request, n, one) for n, one in enumerate(found)]
    variant = catalogue.find_variant(code=code, language=get_language() or "en")
    if variant is not None:
        exact = True
        options = " · ".join([*map(str, variant.options.values()), variant.sku])
        url = reverse("store_goods", args=[variant.sku])
        yield "goods", gettext_lazy("Goods"), [Hit(0, variant.name, "", options, url)]
    if staff.may(request.staff, "customers.search"):
        people = customers.search(text=code, limit=_MOST)
        sure = [one for one in people if one.by in {"uid", "identifier"}]
        if sure or not exact:
            exact = exact or bool(sure)
            yield from _people(sure or people)
    if not exact and len(text) > 1:
        yield from _goods(text)


def _people(found: list[Found]) -> Iterator[tuple[str, Text, list[Hit]]]:
    hits = [
        Hit(
            place,
            one.name or _("Without a name"),
            "",
            " · ".join(one.contacts),
            reverse("store_person", args=[one.uid]),
        )
        for place, one in enumerate(found)
    ]
    if hits:
        yield "people", gettext_lazy("Customers"), hits


def _goods(text: str) -> Iterator[tuple[str, Text, list[Hit]]]:
    language = get_language() or "en"
    page: Any = catalogue.search(text=text, language=language, limit=_MOST)
    hits = [
        Hit(place, one.name, "", one.brand, reverse("store_product", args=[one.uid]))
        for place, one in enumerate(page.rows)
    ]
    if hits:
        yield "products", gettext_lazy("Goods"), hits


def _order(request: StoreRequest, place: int, one: Order) -> Hit:
    about = f"{wording.who(one.contact.name)} · {wording.things(sum(line.quantity for line in one.lines))}".strip(" ·")
    state = Amount(Money(one.total, one.currency))
    return Hit(place, _("Order %(number)s") % {"number": one.number}, state, about, _way(request, one))


def _way(request: StoreRequest, one: Order) -> str:
    """The page for what one probably wants with an order here: pick it, hand it over, or take something back."""
    here = [
        parcel
        for parcel in one.fulfilments
        if request.store.code in {parcel.location, parcel.pickup_location}
        and (parcel.state in _WAITS or (parcel.state == "delivered" and one.outstanding > 0))
    ]
    if one.state in _OPEN and here:
        ready = next((parcel for parcel in here if parcel.state in {"ready", "arrived"}), here[0])
        return reverse("store_hand", args=[ready.uid])
    return reverse("store_order", args=[one.uid])


def _prove(request: StoreRequest, text: str) -> None:
    """A pickup code that was scanned is shown: it is not asked for again on the next page."""
    for one in orders.find(text=code_in(text)):
        if one.pickup_code and one.pickup_code in text.upper().replace("-", ""):
            handing.prove(request, one.uid, one.pickup_code)


def _joined(request: StoreRequest, text: str) -> str:
    """A cart that a customer hands over by the QR on a screen."""
    token = text.rpartition(_JOIN)[2].strip("/")
    try:
        cart = checkout.join(token=token, by=hand(request))
    except TokenSpent:
        request.session[_KEPT] = ""
        return reverse("store_find")
    return reverse("store_cart", args=[cart.uid])


def hand(request: StoreRequest) -> Hand:
    """Whose hand changes a cart at this tablet."""
    return Hand("staff", request.staff.name, f"store {request.store.code}", request.store.code, request.staff.id)


def _listing(name: str, title: Text) -> Listing[Hit]:
    return Listing(
        name=f"found-{name}",
        title=title,
        columns=(
            Column("title", gettext_lazy("What")),
            Column("state", gettext_lazy("State"), place="side"),
            Column("about", gettext_lazy("About"), quiet=True),
        ),
        key="place",
        url=lambda row: row.url,
        sort="place",
        page_size=200,
        export=False,
        pager=False,
    )
