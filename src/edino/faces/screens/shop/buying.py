"""Checkout as one calm page: how to reach you, how it reaches you, how it is paid; nothing is asked twice."""

import contextlib
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edino.checkout import api as checkout
from edino.checkout.errors import CartChanged, NoSuchPurchase, NotThatMany, PaymentFailed, ProviderUnavailable
from edino.checkout.types import CartView, Contact, Delivery, Placed, Tender
from edino.customers import api as customers
from edino.faces.screens.bringing import Bringing, bringing
from edino.faces.screens.shop import basket, limits, reaching, wording
from edino.faces.screens.shop.frame import errors_of, part, show
from edino.faces.screens.shop.reaching import Choice
from edino.faces.screens.shop.visit import Guest, ShopRequest, visited
from edino.kernel import ids
from edino.kernel.errors import Invalid, Refusal
from edino.kernel.money import Money
from edino.kernel.transactions import retried
from edino.orders import api as orders
from edino.promotions import api as promotions
from edino.ui.parts import Back

GIFT_CARD: Final = "gift_card"
_FIELDS: Final = {
    "contact.name": "name",
    "contact.phone": "phone",
    "contact.email": "email",
    "contact": "phone",
    "delivery.location": "location",
    "delivery.slot": "slot",
    "delivery.address": "address",
    "delivery.city": "city",
    "delivery.service": "service",
    "tenders": "pay",
}


@dataclass(frozen=True, slots=True)
class Way:
    """A means of payment."""

    kind: str
    label: str
    note: str
    current: bool


@visited
def page(request: ShopRequest) -> HttpResponse:
    """The page of checkout, and what is sent with it."""
    guest = request.guest
    if guest.visit.kiosk:
        return HttpResponseRedirect(reverse("shop_cart"))
    before = basket.uid_of(guest)
    view = basket.cart_of(guest)
    if view is None or not view.lines:
        return _bought_already(guest, before)
    if view.state == "buying":
        return _bought_already(guest, view.uid)
    given = Given.of(request, guest, view)
    if request.method != "POST":
        view = _look(guest, view, given)
        return _show(request, view, given)
    if "look" in request.POST:
        return _show(request, _look(guest, view, given), given, in_place=True)
    return _buy(request, view, given)


def _bought_already(guest: Guest, cart: UUID | None) -> HttpResponse:
    """Pressed twice: the second time leads to what the first time bought. Others who had the cart learn nothing."""
    found = orders.order_by_cart(cart_uid=cart) if cart and basket.bought_here(guest, cart) else None
    if found is None:
        return HttpResponseRedirect(reverse("shop_cart"))
    guest.keep_order(found.uid)
    return HttpResponseRedirect(reverse("shop_order", args=[found.uid]))


@dataclass(frozen=True, slots=True)
class Given:
    """What stands in the form: as it was typed, else as it is known."""

    choice: Choice
    bring: Bringing
    name: str
    phone: str
    email: str
    pay: str
    gift: str
    key: str

    @classmethod
    def of(cls, request: ShopRequest, guest: Guest, view: CartView) -> "Given":
        """From what was sent; the first time from the cart and from what the shopper may see of himself."""
        if request.method == "POST":
            said = {name: request.POST.get(name, "").strip()[:500] for name in ("name", "phone", "email")}
            choice = Choice.read(request.POST)
            return cls(
                choice=choice,
                bring=bringing(choice.home, view),
                pay=request.POST.get("pay", "")[:20],
                gift=request.POST.get("gift", "").strip()[:100],
                key=request.POST.get("key", "")[:60] or str(ids.uuid7()),
                **said,
            )
        # What was typed on another device that has this cart too is not shown here.
        known = view.contact if basket.bought_here(guest, view.uid) else Contact()
        own, choice = guest.own, Choice.of(view.delivery, guest)
        home = choice.home if known != Contact() else replace(choice.home, address="")
        return cls(
            choice=choice,
            bring=bringing(home, view),
            name=known.name or (own.name if own else ""),
            phone=known.phone or (own.known("phone") if own else ""),
            email=known.email or (own.known("email") if own else ""),
            pay="",
            gift="",
            key=str(ids.uuid7()),
        )

    def delivery(self) -> Delivery:
        """How the goods reach the shopper."""
        if self.choice.method == "delivery":
            return self.bring.delivery()
        return Delivery("pickup", location=self.choice.location, slot=self.choice.slot)


def _look(guest: Guest, view: CartView, given: Given) -> CartView:
    """Price the cart for the way that is chosen; what cannot be yet leaves it as it was."""
    wanted = given.delivery()
    if view.delivery is not None and replace(view.delivery, address=wanted.address) == wanted:
        return view
    try:
        return basket.noted(
            guest, checkout.set_delivery(uid=view.uid, delivery=replace(wanted, address=""), by=basket.hand(guest))
        )
    except Refusal:
        return view


def _ways(given: Given) -> list[Way]:
    kinds = {kind for _name, offer in checkout.payment_providers for kind in offer.kinds}
    pickup = given.choice.method == "pickup"
    offered = []
    if "card" in kinds:
        offered.append(("card", _("By card now"), _("You go to the page of the bank and come back.")))
    if "cod" in kinds:
        label = _("When I pick it up") if pickup else _("On delivery")
        offered.append(("cod", label, _("By card or in cash.")))
    kinds_offered = [kind for kind, _label, _note in offered]
    chosen = given.pay if given.pay in kinds_offered else next(iter(kinds_offered), "")
    return [Way(kind, label, note, kind == chosen) for kind, label, note in offered]


def _show(
    request: ShopRequest,
    view: CartView,
    given: Given,
    *,
    errors: dict[str, str] | None = None,
    trouble: list[str] | None = None,
    in_place: bool = False,
) -> HttpResponse:
    guest = request.guest
    gift, errors = None, errors or {}
    if given.gift and "gift" not in errors:
        try:
            gift = _gift(guest, given, view)
        except Refusal as refused:
            errors["gift"] = _sentence(refused)
    context = {
        "given": given,
        "errors": errors,
        "trouble": trouble or [],
        "ways": _ways(given),
        "gift": gift,
        "rest": Money(view.total - gift.minor, view.currency) if gift else None,
        **reaching.offer(guest, view, given.choice),
        **wording.cart(view, guest),
        "track": wording.track(order_id=str(view.uid), value=view.total / 100, currency=view.currency),
    }
    status = 422 if errors or trouble else 200
    if in_place and request.headers.get("HX-Request"):
        return part(request, "_checkout.html", status=200, **context)
    back = Back(_("Cart"), reverse("shop_cart"))
    return show(request, "checkout.html", title=_("Checkout"), back=back, here="cart", status=status, **context)


def _gift(guest: Guest, given: Given, view: CartView) -> Money:
    """What a gift card pays of the total. Codes that are not right are counted."""
    limits.check(what=GIFT_CARD, browser=guest.device, place=guest.address)
    try:
        card = promotions.gift_card(code=given.gift)
    except Refusal:
        limits.wrong(what=GIFT_CARD, browser=guest.device, place=guest.address)
        raise
    if card.currency != view.currency:
        raise Invalid(_("The card is in another currency."))
    return Money(min(card.balance, view.total), view.currency)


def _tenders(request: ShopRequest, view: CartView, given: Given, gift: Money | None) -> list[Tender]:
    back = request.build_absolute_uri(reverse("shop_paid"))
    tenders = [Tender("gift_card", gift.minor, given.gift)] if gift and gift.minor else []
    if view.total - (gift.minor if gift else 0) > 0:
        chosen = next((way.kind for way in _ways(given) if way.current), "")
        if not chosen:
            raise Invalid.field("tenders", "nobody", _("There is no way to pay just now. Please call us."))
        tenders.append(Tender(chosen, None, return_url=back))  # type: ignore[arg-type]  # one of the kinds offered
    return tenders


def _buy(request: ShopRequest, view: CartView, given: Given) -> HttpResponse:
    guest = request.guest
    errors = _missing(given)
    if errors:
        return _show(request, _look(guest, view, given), given, errors=errors)
    contact = Contact(given.name, given.phone, given.email)
    try:
        gift = _gift(guest, given, view) if given.gift else None
        shown = request.POST.get("total", "")
        placed = checkout.checkout(
            uid=view.uid,
            expected_total=int(shown) if shown.isdecimal() and len(shown) < 19 else None,
            tenders=_tenders(request, view, given, gift),
            contact=contact,
            delivery=given.delivery(),
            key=given.key,
            by=basket.hand(guest),
            source=guest.source,
        )
    except (CartChanged, NotThatMany) as refused:
        now = basket.cart_of(guest) or view
        told = wording.differences(refused.differences, now) or [_sentence(refused)]
        return _show(request, now, replace(given, key=str(ids.uuid7())), trouble=told)
    except ProviderUnavailable as refused:
        return _show(request, view, given, trouble=[refused.text])
    except Refusal as refused:
        errors = {_FIELDS.get(one.field, ""): one.text or refused.text for one in errors_of(refused)}
        trouble = [errors.pop("")] if "" in errors else []
        return _show(request, view, replace(given, key=str(ids.uuid7())), errors=errors, trouble=trouble)
    _link(guest, contact)
    return _answer(request, placed)


def _missing(given: Given) -> dict[str, str]:
    """What has to be said, in the order of the page."""
    errors = {}
    if not given.name:
        errors["name"] = _("Say your name, so that we know whom to ask for.")
    if not given.phone and not given.email:
        errors["phone"] = _("Give a phone or an e-mail, so that we can tell you when it is ready.")
    for kind, value in (("phone", given.phone), ("email", given.email)):
        if value and not _reaches(kind, value):
            errors[kind] = _("This is neither a phone number nor an e-mail address.")
    if given.choice.method == "pickup" and not given.choice.location:
        errors["location"] = _("Choose the store.")
    if given.choice.method == "delivery":
        errors |= given.bring.missing()
    return errors


def _reaches(kind: str, value: str) -> bool:
    try:
        customers.usable(kind, value)
    except customers.Unusable:
        return False
    return True


def _link(guest: Guest, contact: Contact) -> None:
    """This browser and the contact that was typed were seen together: a claim, not a proof."""
    given = [(kind, value) for kind, value in (("phone", contact.phone), ("email", contact.email)) if value]
    traits = {"name": contact.name} if contact.name else {}
    try:
        retried(
            lambda: customers.identify(
                source=guest.source, identifiers=[*given, ("device", guest.device)], traits=traits
            )
        )
    except Invalid:
        return  # checkout has judged the contact; here it only would have told more


def _answer(request: ShopRequest, placed: Placed) -> HttpResponse:
    guest = request.guest
    if placed.replayed and not basket.bought_here(guest, placed.cart):
        # Who has the cart too was faster by a moment: the order is his, and nothing of it is shown here.
        return HttpResponseRedirect(reverse("shop_cart"))
    guest.keep_order(placed.order)
    if placed.next == "pay":
        return show(request, "pay.html", title=_("To the payment"), url=placed.url, order=placed.order)
    guest.visit.cart, guest.visit.count = "", 0
    return HttpResponseRedirect(reverse("shop_order", args=[placed.order]))


@visited
def paid(request: ShopRequest) -> HttpResponse:
    """Back from the bank: see how the payment stands, and go on from there."""
    guest = request.guest
    if not guest.visit.orders:
        return HttpResponseRedirect(reverse("shop_cart"))
    uid = UUID(guest.visit.orders[-1])
    try:
        placed = checkout.look(order_uid=uid)
    except PaymentFailed as refused:
        view = basket.cart_of(guest)
        if view is None:
            return HttpResponseRedirect(reverse("shop_cart"))
        return _show(request, view, Given.of(request, guest, view), trouble=[refused.text])
    except (NoSuchPurchase, ProviderUnavailable):
        return HttpResponseRedirect(reverse("shop_order", args=[uid]))
    if placed.state == "placed":
        guest.visit.cart, guest.visit.count = "", 0
    return HttpResponseRedirect(reverse("shop_order", args=[uid]))


@require_POST
@visited
def give_up(request: ShopRequest) -> HttpResponse:
    """Give a payment up: the cart is open again, nothing was taken."""
    guest = request.guest
    if guest.visit.cart:
        # When it was paid meanwhile, or nobody was paying, the next page says how it stands.
        with contextlib.suppress(Refusal):
            checkout.give_up(uid=UUID(guest.visit.cart), by=basket.hand(guest))
    return HttpResponseRedirect(reverse("shop_checkout"))


def _sentence(refused: Refusal) -> str:
    return " ".join(dict.fromkeys(one.text for one in refused.fields)) or refused.text
