"""The visitor's cart: the same one wherever it is opened."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edino.checkout import api as checkout
from edino.checkout.errors import CartChanged, CartClosed, NoSuchCart
from edino.checkout.types import CartView, Hand
from edino.customers.types.shoppers import LoggedIn
from edino.faces.screens.shop import limits, wording
from edino.faces.screens.shop.frame import cart_place, part, show
from edino.faces.screens.shop.own_coupons import own_coupons
from edino.faces.screens.shop.visit import Guest, ShopRequest, visited
from edino.kernel.errors import Refusal

CODES: Final = "coupon"
DEVICE: Final = 18
"""Letters of a browser's name that the cart keeps: enough that nobody meets another's by chance."""


def hand(guest: Guest) -> Hand:
    """Whose hand changes the cart here. The device is named so that each sees what another has changed."""
    return Hand("shopper", guest.visit.kiosk, guest.device[:DEVICE])


def cart_of(guest: Guest) -> CartView | None:
    """The visitor's cart priced now; None while there is none."""
    uid = uid_of(guest)
    if uid is None:
        if guest.shopper is None:
            return None
        uid = begin(guest)
    try:
        view = checkout.cart(uid=uid, device=hand(guest).device)
    except NoSuchCart:
        guest.visit.cart, guest.visit.count = "", 0
        return None
    if view.state not in {"open", "buying"}:
        guest.visit.cart, guest.visit.count = "", 0
        return None
    return noted(guest, view)


def begin(guest: Guest) -> UUID:
    """The cart to put things into: the visitor's own, or the open one of the customer, or a new one.

    The cart of somebody who is not logged in is nobody's until checkout: what is ordered then belongs to whom the
    contact belongs, and who proves it later finds the order.
    """
    uid = uid_of(guest)
    if uid is not None:
        return uid
    cart = checkout.open_cart(
        source=guest.source,
        by=hand(guest),
        language=(get_language() or "en")[:2],
        profile_id=guest.shopper.profile_id if guest.shopper else None,
        location=guest.visit.kiosk or guest.visit.place,
    )
    guest.visit.cart = str(cart.uid)
    return cart.uid


def bought_here(guest: Guest, cart: UUID) -> bool:
    """Whether it was this browser that went to pay for the cart, and not another one that has the cart too."""
    acts = checkout.history(uid=cart)
    last = next((act for act in acts if act.what in {"buying", "ordered"}), None)
    return last is not None and last.kind == "shopper" and last.device == hand(guest).device


def noted(guest: Guest, view: CartView) -> CartView:
    """Remember which cart it is and how much is in it."""
    guest.visit.cart, guest.visit.count = str(view.uid), sum(line.quantity for line in view.lines)
    return view


def bring_along(guest: Guest, entered: LoggedIn) -> None:
    """Log a browser in: what it had put into its cart is now the customer's, who may have had one elsewhere."""
    before = uid_of(guest)
    guest.enter(entered)
    guest.visit.cart, guest.visit.count = "", 0
    if before is not None:
        try:
            adopted = checkout.adopt(uid=before, profile_id=entered.shopper.profile_id, by=hand(guest))
        except (NoSuchCart, CartClosed):
            pass
        else:
            guest.visit.cart = str(adopted.cart)
    cart_of(guest)


@visited
def cart(request: ShopRequest) -> HttpResponse:
    """The cart: what is in it, what it costs and why, what has changed since it was last shown."""
    guest = request.guest
    return show(request, "cart.html", title=_("Cart"), here="cart", **_context(guest, cart_of(guest)))


@require_POST
@visited
def put(request: ShopRequest) -> HttpResponse:
    """Let there be so many of a thing in the cart; from a product's page "add" means one more."""
    guest, sku = request.guest, request.POST.get("sku", "")[:200]
    try:
        view = _put(guest, sku, request.POST)
    except Refusal as refused:
        return _refused(request, refused)
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(reverse("shop_cart"))
    if "add" in request.POST:
        line = next((one for one in view.lines if one.sku == sku), None)
        told = (
            wording.track(sku=sku, name=line.name, price=line.unit / 100, quantity=1, currency=view.currency)
            if line
            else ""
        )
        return part(request, "_added.html", line=line, track=told, place=cart_place(request))
    return part(request, "_cart.html", place=cart_place(request), **_context(guest, view))


def _put(guest: Guest, sku: str, given: "dict[str, str]") -> CartView:
    for _attempt in range(2):
        uid = begin(guest)
        try:
            wanted = given.get("quantity", "1")
            number = int(wanted) if wanted.isdecimal() and len(wanted) < 6 else 0
            if "add" in given:
                known = checkout.stored(uid=uid)
                number += next((line.quantity for line in known.lines if line.sku == sku), 0)
            return noted(guest, checkout.put_line(uid=uid, sku=sku, quantity=number, by=hand(guest)))
        except (NoSuchCart, CartClosed):
            guest.visit.cart = ""  # it was bought or ended meanwhile, elsewhere: a new one begins
    raise CartClosed


@require_POST
@visited
def code(request: ShopRequest) -> HttpResponse:
    """Give a coupon, or take one out. One that is not right is told and not kept; too many of them have to wait."""
    guest, uid = request.guest, uid_of(request.guest)
    if uid is None:
        return HttpResponseRedirect(reverse("shop_cart"))
    given = request.POST.get("code", "").strip()[:100]
    trouble = ""
    try:
        if "drop" in request.POST:
            view = checkout.drop_code(uid=uid, code=given, by=hand(guest))
        else:
            limits.check(what=CODES, browser=guest.device, place=guest.address)
            view = checkout.add_code(uid=uid, code=given, by=hand(guest))
            verdict = next((one for one in view.codes if one.code.lower() == given.lower()), None)
            if verdict is not None and not verdict.accepted:
                limits.wrong(what=CODES, browser=guest.device, place=guest.address)
                trouble = verdict.reason
                view = checkout.drop_code(uid=uid, code=verdict.code, by=hand(guest))
    except Refusal as refused:
        return _refused(request, refused, code=given)
    noted(guest, view)
    status = 422 if trouble else 200
    context = _context(guest, view) | {"code": given if trouble else "", "code_trouble": trouble}
    if request.headers.get("HX-Request"):
        return part(request, "_cart.html", place=cart_place(request), status=status, **context)
    return show(request, "cart.html", title=_("Cart"), here="cart", status=status, **context)


@require_POST
@visited
def share(request: ShopRequest) -> HttpResponse:
    """Hand the cart to another device by a QR code or a link. The token stands after the #, where no log sees it."""
    uid = uid_of(request.guest)
    if uid is None:
        return HttpResponseRedirect(reverse("shop_cart"))
    shared = checkout.share(uid=uid, by=hand(request.guest), address=request.build_absolute_uri("/"))
    link = f"{request.build_absolute_uri(reverse('shop_join'))}#{shared.token}"
    in_place = bool(request.headers.get("HX-Request"))
    make, template = (part, "_share.html") if in_place else (show, "share.html")
    title = _("Go on on another device")
    return make(request, template, title=title, link=link, qr=wording.qr(link), until=shared.expires_at)


@visited
def join(request: ShopRequest, token: str = "") -> HttpResponse:
    """Take over a cart, by a POST; opening the link alone does nothing."""
    guest, title = request.guest, _("A cart is handed over to you")
    if request.method != "POST":
        return show(request, "join.html", title=title, token=token)
    try:
        cart = checkout.join(token=request.POST.get("token", "").strip()[:200], by=hand(guest))
    except Refusal as refused:
        return show(request, "join.html", title=title, trouble=refused.text, status=422)
    guest.visit.cart = str(cart.uid)
    if guest.shopper and cart.profile_id is None:
        adopted = checkout.adopt(uid=cart.uid, profile_id=guest.shopper.profile_id, by=hand(guest))
        guest.visit.cart = str(adopted.cart)
    cart_of(guest)
    return HttpResponseRedirect(reverse("shop_cart"))


def uid_of(guest: Guest) -> UUID | None:
    """The cart that this browser holds."""
    try:
        return UUID(guest.visit.cart) if guest.visit.cart else None
    except ValueError:
        return None


def _context(guest: Guest, view: CartView | None) -> dict[str, Any]:
    if view is None:
        return {}
    given = {one.code for one in view.codes}
    return wording.cart(view, guest) | {
        "mine": view.state == "buying" and bought_here(guest, view.uid),
        "own_coupons": [one for one in own_coupons(guest) if one.code not in given],
    }


def _refused(request: ShopRequest, refused: Refusal, **more: object) -> HttpResponse:
    guest = request.guest
    if isinstance(refused, CartChanged):
        text = _("The cart was changed on another device. This is how it stands now.")
    else:
        text = " ".join(one.text for one in refused.fields) or refused.text
    if request.POST.get("add") is not None and request.headers.get("HX-Request"):
        return part(request, "_added.html", trouble=text, place=cart_place(request), status=422)
    context = _context(guest, cart_of(guest)) | {"trouble": text, **more}
    if request.headers.get("HX-Request"):
        return part(request, "_cart.html", place=cart_place(request), status=422, **context)
    return show(request, "cart.html", title=_("Cart"), here="cart", status=422, **context)
