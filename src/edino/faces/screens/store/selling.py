"""Selling at the counter: the shopper's own cart, scanned into, explained, paid by several means."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edino.catalogue import api as catalogue
from edino.checkout import api as checkout
from edino.checkout.types import CartView, Delivery
from edino.customers import api as customers
from edino.faces.screens.bringing import Home, bringing
from edino.faces.screens.store import basket, finding, frame, sales, wording
from edino.faces.screens.store.frame import StoreRequest, at_store
from edino.faces.screens.store.picking import Said
from edino.kernel.errors import Refusal

_LONGEST: Final = 200


@at_store("carts.serve")
def sell(request: StoreRequest) -> HttpResponse:
    """The sale at hand, or a new one; what is scanned here begins it."""
    if request.method == "POST":
        text = request.POST.get("q", "").strip()[:_LONGEST]
        uid = sales.current(request) if "new" not in request.POST else None
        if uid is None:
            uid = sales.begin(request).uid
        if text:
            return _take(request, uid, text, at_once=True)
        return redirect("store_cart", uid=uid)
    uid = sales.current(request)
    if uid is not None:
        return redirect("store_cart", uid=uid)
    return frame.page(
        request,
        "sell",
        title=_("Sell"),
        lead=_("Scan the goods, a customer's card, or the QR of the cart on a phone."),
        scan_url=reverse("store_sell"),
        scan_label=_("Scan goods, a card, a cart"),
    )


@at_store("carts.serve")
def cart(request: StoreRequest, uid: UUID) -> HttpResponse:
    """The cart: lines, whose it is, codes, how the goods leave, and the sum with its why."""
    if request.method == "POST":
        return _take(request, uid, request.POST.get("q", "").strip()[:_LONGEST], at_once=False)
    shown = sales.view(request, uid)
    if shown.uid != uid:
        return redirect("store_cart", uid=shown.uid)
    if shown.order is not None:
        return redirect("store_order", uid=shown.order)
    sales.take(request, shown.uid)
    return _page(request, _brought(request, shown), asked="asked" in request.GET)


@at_store("carts.serve")
@require_POST
def change(request: StoreRequest, uid: UUID) -> HttpResponse:
    """Set a line, give or take a code, say how the goods leave; the answer is the cart as it is then."""
    do, given = request.POST.get("do", ""), request.POST
    hand = sales.hand(request)
    try:
        if do == "line":
            quantity = given.get("quantity", "")
            number = int(quantity) if quantity.isdecimal() and len(quantity) < 6 else 0
            checkout.put_line(uid=uid, sku=given.get("sku", ""), quantity=number, by=hand)
        elif do == "code":
            checkout.add_code(uid=uid, code=given.get("code", ""), by=hand)
        elif do == "drop":
            checkout.drop_code(uid=uid, code=given.get("code", ""), by=hand)
        elif do == "way":
            delivery = way(request, given.get("method", ""), checkout.cart(uid=uid, remember=False), given)
            checkout.set_delivery(uid=uid, delivery=delivery, by=hand)
    except Refusal as refusal:
        return _answer(request, uid, Said(wording.why_not(refusal), "bad"))
    return _answer(request, uid, None)


@at_store("carts.serve")
@require_POST
def drop(request: StoreRequest) -> HttpResponse:
    """Leave this sale as it is and begin anew; the cart stays the customer's."""
    request.session.pop(sales.KEPT, None)
    return redirect("store_sell")


def way(request: StoreRequest, method: str, view: CartView, given: Mapping[str, str]) -> Delivery:
    """How the goods leave: carried out here, picked up here when they have come, or brought home."""
    if method == "delivery":
        return bringing(Home.read(given, city=request.store.city), view).delivery()
    if method == "pickup":
        return Delivery("pickup", location=request.store.code)
    return Delivery("carry", location=request.store.code)


def _take(request: StoreRequest, uid: UUID, text: str, *, at_once: bool) -> HttpResponse:
    """What was scanned into a sale: goods, a card, a coupon; everything else goes where it belongs."""
    try:
        said = _taken(request, uid, text)
    except Refusal as refusal:
        said = Said(wording.why_not(refusal), "bad")
    if said is None:
        return finding.elsewhere(request, text)
    if at_once or not request.headers.get("HX-Request"):
        if said.tone != "good":
            messages.warning(request, said.text)
        return redirect("store_cart", uid=checkout.stored(uid=uid).uid)
    return _answer(request, uid, said)


def _taken(request: StoreRequest, uid: UUID, text: str) -> Said | None:
    hand, code = sales.hand(request), finding.code_in(text)
    variant = catalogue.find_variant(code=code, language=get_language() or "en")
    if variant is not None:
        have = next((line.quantity for line in checkout.stored(uid=uid).lines if line.sku == variant.sku), 0)
        checkout.put_line(uid=uid, sku=variant.sku, quantity=have + 1, by=hand)
        return Said(_("%(name)s: %(number)d in the sale") % {"name": variant.name, "number": have + 1})
    people = [one for one in customers.search(text=code, limit=2) if one.by in {"uid", "identifier"}]
    if len(people) == 1:
        profile = checkout.profile_of(customer=people[0].uid, source=sales.source(request))
        adopted = checkout.adopt(uid=uid, profile_id=profile, by=hand, policy="sum")
        sales.take(request, adopted.cart)
        text = _("This is the cart of %(name)s now.") % {"name": people[0].name or _("the customer")}
        return Said(text)
    view = checkout.add_code(uid=uid, code=code, by=hand) if code and not code.startswith("edino:") else None
    mine = next((one for one in view.codes if one.code.casefold() == code.casefold()), None) if view else None
    if mine is None or mine.accepted:
        return Said(_("The coupon %(code)s counts.") % {"code": code}) if mine else None
    checkout.drop_code(uid=uid, code=mine.code, by=hand)
    return None


def _answer(request: StoreRequest, uid: UUID, said: Said | None) -> HttpResponse:
    shown = sales.view(request, uid)
    if shown.uid != uid:
        return finding.leave(request, reverse("store_cart", args=[shown.uid]))
    context = basket.context(request, shown) | {"said": [said] if said else []}
    return render(request, "faces/store/_cart.html", context)


def _brought(request: StoreRequest, shown: CartView) -> CartView:
    """The cart priced for a way that goes there now: a cart of the site may come with one that has ended."""
    bring = basket.home(request, shown)
    if bring is None or bring.delivery() == shown.delivery or shown.state != "open":
        return shown
    checkout.set_delivery(uid=shown.uid, delivery=bring.delivery(), by=sales.hand(request))
    return sales.view(request, shown.uid)


def _page(request: StoreRequest, shown: CartView, *, asked: bool) -> HttpResponse:
    return frame.page(
        request,
        "cart",
        title=_("Sale"),
        lead=_("Nothing in it yet: scan the first thing.") if not shown.lines else "",
        scan_url=reverse("store_cart", args=[shown.uid]),
        scan_label=_("Scan goods, a card, a coupon"),
        scan_target="#work",
        **basket.context(request, shown, asked=asked),
    )
