"""Calls of the JSON API about carts and buying them."""

from typing import Any, Literal
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from ninja.params.functions import Header

from edino.channels.api import actor, scope
from edino.channels.types import Scope, Source
from edino.checkout import api
from edino.checkout.api import delivering
from edino.checkout.errors import CartChanged, NotThatMany
from edino.checkout.types import Cart, CartView, Contact, Delivery, DeliveryMethod, Hand, Placed, Tender, Zone
from edino.customers import api as customers
from edino.kernel.errors import Invalid
from edino.kernel.idempotency import problem_body
from edino.kernel.json_api import Body
from edino.kernel.transactions import retried
from edino.kernel.web import PROBLEM
from edino.staff import api as staff

router = Router(tags=["carts"], auth=scope(Scope.CARTS_WRITE))
_OF_DELIVERY = set(Delivery.__dataclass_fields__)
_encode = msgspec.json.Encoder().encode


class KeyedRequest(HttpRequest):
    """A request whose key was accepted: `auth` is the source that showed it."""

    auth: Source


class HandGiven(Body):
    """Who does it, as this system knows: the shopper, or a member of staff by name; `device` tells two apart."""

    by: Literal["shopper", "staff", "source"] = "shopper"
    name: str = Field("", max_length=200)
    device: str = Field("", max_length=100)

    def hand(self) -> Hand:
        """The hand."""
        return Hand(self.by, self.name if self.by != "shopper" else "", self.device)


class IdentifierGiven(Body):
    """An identifier in any usual writing."""

    kind: str = Field(min_length=1, max_length=40, examples=["phone"])
    value: str = Field(min_length=1, max_length=500)


class CartGiven(HandGiven):
    """A cart to begin. A known customer goes on with the open cart he has."""

    id: UUID | None = None
    assortment: str = Field("", max_length=100)
    language: Literal["en", "ru"] = "en"
    customer: UUID | None = None
    identifiers: list[IdentifierGiven] = Field([], max_length=12)
    location: str = Field("", max_length=100)
    staff: int | None = Field(None, ge=1, lt=2**31)
    reserve: bool = False


class LineGiven(HandGiven):
    """How many of a SKU there shall be; `expected_version` refuses when somebody was in between."""

    quantity: int = Field(ge=0, le=9_999)
    expected_version: int | None = Field(None, ge=1, lt=2**31)


class CodeGiven(HandGiven):
    """A coupon to add, or to take out."""

    code: str = Field(min_length=1, max_length=100)
    remove: bool = False


class DeliveryBody(Body):
    """How the goods reach the shopper. `location` and `slot` are of a pickup; `amount` is what delivery costs.

    With a `service`, a code of `/delivery-methods`, its price for `city` and `postcode` counts, whatever `amount` says.
    """

    method: Literal["pickup", "delivery", "carry"]
    location: str = Field("", max_length=100)
    slot: UUID | None = None
    city: str = Field("", max_length=200)
    address: str = Field("", max_length=1000)
    amount: int = Field(0, ge=0, lt=2**53)
    service: str = Field("", max_length=40)
    postcode: str = Field("", max_length=20)

    def value(self) -> Delivery:
        """The delivery."""
        return Delivery(**self.model_dump(include=_OF_DELIVERY))


class DeliveryGiven(HandGiven, DeliveryBody):
    """A delivery, and who says so."""


class ZoneBody(Body):
    """Where it goes: these cities, postcodes that begin so; with neither, anywhere. Amounts are minor units.

    `free_from`: goods of so much (before discounts) are brought for nothing. It takes from `days_from` to `days_to`.
    """

    price: int = Field(ge=0, lt=2**40)
    cities: list[str] = Field([], max_length=5_000)
    postcodes: list[str] = Field([], max_length=5_000)
    free_from: int | None = Field(None, ge=0, lt=2**40)
    days_from: int = Field(0, ge=0, le=365)
    days_to: int = Field(0, ge=0, le=365)


class MethodBody(Body):
    """A method of delivery that shoppers choose. `names` by language, `position` orders, inactive ones are hidden."""

    code: str = Field(min_length=1, max_length=40)
    names: dict[Literal["en", "ru"], str] = Field(min_length=1)
    currency: str = Field(min_length=3, max_length=3)
    zones: list[ZoneBody] = Field(min_length=1, max_length=500)
    position: int = Field(100, ge=0, le=1_000_000)
    active: bool = True


class ContactBody(Body):
    """How the shopper is reached about this purchase."""

    name: str = Field("", max_length=200)
    phone: str = Field("", max_length=100)
    email: str = Field("", max_length=300)

    def value(self) -> Contact:
        """The contact."""
        return Contact(self.name, self.phone, self.email)


class ContactGiven(HandGiven, ContactBody):
    """A contact; `name` of the hand is not given here, since the shopper's own is."""

    by: Literal["shopper"] = "shopper"

    def hand(self) -> Hand:
        """The shopper's hand."""
        return Hand("shopper", "", self.device)


class AdoptGiven(HandGiven):
    """Whose cart it is. Another open cart of the customer becomes one with it by the policy."""

    customer: UUID | None = None
    identifiers: list[IdentifierGiven] = Field([], max_length=12)
    policy: Literal["max", "sum", "ask"] | None = None


class TokenGiven(HandGiven):
    """The token of a link that hands a cart over."""

    token: str = Field(min_length=1, max_length=200)


class TenderGiven(Body):
    """A means of payment; one may leave its amount open and pays the rest. `code` is of a gift card."""

    kind: Literal["card", "cash", "cod", "bank", "gift_card", "points"]
    amount: int | None = Field(None, gt=0, lt=2**53)
    code: str = Field("", max_length=100)
    provider: str = Field("", max_length=100)
    return_url: str = Field("", max_length=2000)


class CheckoutGiven(HandGiven):
    """What is bought for how much, as the shopper was shown it, and how it is paid."""

    expected_total: int = Field(ge=0, lt=2**53)
    expected_version: int | None = Field(None, ge=1, lt=2**31)
    tenders: list[TenderGiven] = Field(max_length=10)
    contact: ContactBody | None = None
    delivery: DeliveryBody | None = None


class LineAnswer(Schema):
    """A line, priced now. `stock` is enough, few, none or unknown."""

    sku: str
    product: UUID | None
    name: str
    options: dict[str, str]
    image: str | None
    quantity: int
    unit: int
    gross: int
    discount: int
    net: int
    stock: str
    free: int


class DifferenceAnswer(Schema):
    """What is not as it was last shown to this device."""

    what: str
    sku: str
    before: int | str | None
    after: int | str | None


class CartAnswer(Schema):
    """A cart priced now. `drift` is what differs from what this device was last shown."""

    id: UUID
    version: int
    state: str
    currency: str
    assortment: str
    lines: list[LineAnswer]
    subtotal: int
    discount: int
    delivery_amount: int
    total: int
    codes: list[dict[str, Any]]
    why: list[dict[str, Any]]
    delivery: dict[str, Any] | None
    contact: dict[str, Any] | None
    known: bool
    drift: list[DifferenceAnswer]
    beside: UUID | None
    order: UUID | None


class OffersAsked(Schema):
    """Where it shall go, and which goods: those of a cart, or none in a currency."""

    city: str = Field("", max_length=200)
    postcode: str = Field("", max_length=20)
    cart: UUID | None = None
    currency: str = Field("", max_length=3)
    language: Literal["en", "ru"] = "en"


class OfferAnswer(Schema):
    """A method of delivery for these goods there: `price` now, `full` before it became free, in minor units."""

    code: str
    name: str
    currency: str
    price: int
    full: int
    free_from: int | None
    days: tuple[int, int]


class OpenedAnswer(Schema):
    """A cart that was begun, or gone on with."""

    id: UUID
    version: int
    state: str
    currency: str
    assortment: str


class AdoptedAnswer(Schema):
    """The cart to go on with, what was brought into it, and the other cart if the shopper is to be asked."""

    cart: UUID
    policy: str
    merged: UUID | None
    brought: dict[str, int]
    beside: UUID | None


class SharedAnswer(Schema):
    """A link that opens the cart elsewhere, once as text and once as a QR code (SVG). Told this once."""

    token: str
    link: str
    qr: str
    expires_at: str


class PlacedAnswer(Schema):
    """What came of it. `next` is done, pay (at `url`) or wait."""

    cart: UUID
    order: UUID
    number: str
    state: str
    next: str
    url: str
    total: int
    currency: str
    pickup_code: str
    replayed: bool


@router.post("/carts", response={201: OpenedAnswer}, summary="Begin a cart")
def open_cart(request: KeyedRequest, payload: CartGiven) -> HttpResponse:
    """Begin a cart, or go on with the open one of a customer who is named by id or identifiers."""
    profile_id = _profile(request.auth, payload.customer, payload.identifiers)
    cart = api.open_cart(
        source=request.auth,
        by=payload.hand(),
        assortment=payload.assortment,
        language=payload.language,
        profile_id=profile_id,
        location=payload.location,
        staff_id=payload.staff,
        reserve=payload.reserve,
        uid=payload.id,
    )
    return _opened(cart, 201)


@router.post("/carts/join", response=OpenedAnswer, summary="Take a cart over")
def join(request: KeyedRequest, payload: TokenGiven) -> HttpResponse:
    """The cart that a link or QR code hands over, by its token. 404 when it has ended."""
    return _opened(api.join(token=payload.token, by=payload.hand()), 200)


@router.get("/carts/{uid}", response=CartAnswer, summary="Show a cart")
def show_cart(request: KeyedRequest, uid: UUID, device: str = "") -> HttpResponse:
    """The cart priced now, and what differs from what this device was last shown."""
    return _cart(request, api.cart(uid=uid, device=device[:100]))


@router.put("/carts/{uid}/lines/{sku}", response=CartAnswer, summary="Set a line")
def put_line(request: KeyedRequest, uid: UUID, sku: str, payload: LineGiven) -> HttpResponse:
    """Let there be so many of a SKU, zero for none. Set, not added: saying it again changes nothing."""
    told = api.put_line(
        uid=uid, sku=sku, quantity=payload.quantity, by=payload.hand(), expected_version=payload.expected_version
    )
    return _cart(request, told)


@router.post("/carts/{uid}/coupons", response=CartAnswer, summary="Give a coupon")
def coupons(request: KeyedRequest, uid: UUID, payload: CodeGiven) -> HttpResponse:
    """Put a coupon in, or take it out. `codes` says whether it counts and why."""
    change = api.drop_code if payload.remove else api.add_code
    return _cart(request, change(uid=uid, code=payload.code, by=payload.hand()))


@router.put("/carts/{uid}/delivery", response=CartAnswer, summary="Set the delivery")
def delivery(request: KeyedRequest, uid: UUID, payload: DeliveryGiven) -> HttpResponse:
    """How the goods reach the shopper."""
    return _cart(request, api.set_delivery(uid=uid, delivery=payload.value(), by=payload.hand()))


@router.get("/delivery-methods", response=list[OfferAnswer], summary="How goods can be brought")
def delivery_methods(request: KeyedRequest, asked: Query[OffersAsked]) -> HttpResponse:
    """What goes to a city or postcode, and for how much; with `cart`, for its goods and in its currency."""
    goods, currency = 0, asked.currency
    if asked.cart is not None:
        view = api.cart(uid=asked.cart, remember=False)
        currency, goods = view.currency, view.subtotal
    where = {"city": asked.city, "postcode": asked.postcode}
    return _json(delivering.offers(currency=currency, goods=goods, language=asked.language, **where))


@router.post("/delivery-methods", response=MethodBody, auth=scope(Scope.ORDERS_WRITE), summary="Set a way of delivery")
def save_delivery_method(request: KeyedRequest, payload: MethodBody) -> HttpResponse:
    """Make the method of this code or change all of it. Saying it again changes nothing; placed orders stay as told."""
    zones = [
        Zone(one.price, tuple(one.cities), tuple(one.postcodes), one.free_from, (one.days_from, one.days_to))
        for one in payload.zones
    ]
    told = payload.model_dump(include={"code", "names", "currency", "position", "active"})
    with staff.at_place(request):
        delivering.save_delivery_method(method=DeliveryMethod(**told, zones=tuple(zones)), by=actor(request.auth))
    return _json(payload.model_dump())


@router.put("/carts/{uid}/contact", response=CartAnswer, summary="Set the contact")
def contact(request: KeyedRequest, uid: UUID, payload: ContactGiven) -> HttpResponse:
    """How the shopper is reached about this purchase."""
    return _cart(request, api.set_contact(uid=uid, contact=payload.value(), by=payload.hand()))


@router.post("/carts/{uid}/adopt", response=AdoptedAnswer, summary="Say whose cart it is")
def adopt(request: KeyedRequest, uid: UUID, payload: AdoptGiven) -> HttpResponse:
    """An anonymous cart becomes a customer's; two carts of one customer become one."""
    profile_id = _profile(request.auth, payload.customer, payload.identifiers)
    if profile_id is None:
        raise Invalid.field("customer", "required", "Say whose cart it is: the customer, or identifiers.")
    return _json(api.adopt(uid=uid, profile_id=profile_id, by=payload.hand(), policy=payload.policy))


@router.post("/carts/{uid}/share", response={201: SharedAnswer}, summary="Hand a cart over")
def share(request: KeyedRequest, uid: UUID, payload: HandGiven) -> HttpResponse:
    """A link and a QR code that open this cart elsewhere for a day."""
    return _json(api.share(uid=uid, by=payload.hand()), 201)


@router.get("/carts/{uid}/history", response=list[dict[str, Any]], summary="Who did what")
def history(request: KeyedRequest, uid: UUID) -> HttpResponse:
    """Who did what to this cart, on which device, the last first."""
    return _json(api.history(uid=uid))


@router.post("/carts/{uid}/checkout", response=PlacedAnswer, summary="Buy a cart")
def checkout(
    request: KeyedRequest,
    uid: UUID,
    payload: CheckoutGiven,
    idempotency_key: str | None = Header(None, alias="Idempotency-Key"),
) -> HttpResponse:
    """Buy it: held, paid and placed at once, or `next` says what is left to do. A cart is bought once.

    409 `cart_changed` and `out_of_stock` carry `differences`: what is not as it was shown, what is short.
    """
    try:
        placed: Placed = api.checkout(
            uid=uid,
            expected_total=payload.expected_total,
            expected_version=payload.expected_version,
            tenders=[Tender(one.kind, one.amount, one.code, one.provider, one.return_url) for one in payload.tenders],
            contact=payload.contact.value() if payload.contact else None,
            delivery=payload.delivery.value() if payload.delivery else None,
            key=idempotency_key or "",
            by=payload.hand(),
            source=request.auth,
        )
    except (CartChanged, NotThatMany) as refused:
        return _differing(refused)
    return _json(placed)


@router.delete("/carts/{uid}/checkout", response={204: None}, summary="Give a payment up")
def give_up(request: KeyedRequest, uid: UUID) -> HttpResponse:
    """The shopper does not want to pay after all: the cart is open again."""
    api.give_up(uid=uid, by=Hand("shopper"))
    return HttpResponse(status=204)


def _opened(cart: Cart, status: int) -> HttpResponse:
    told = {"id": cart.uid, "version": cart.version, "state": cart.state, "currency": cart.currency}
    return _json({**told, "assortment": cart.assortment}, status)


def _profile(source: Source, customer: UUID | None, given: list[IdentifierGiven]) -> int | None:
    if customer is not None:
        return api.profile_of(customer=customer, source=source)
    if given:
        told = [(one.kind, one.value) for one in given]
        return retried(lambda: customers.identify(source=source, identifiers=told)).profile_id
    return None


def _cart(request: KeyedRequest, view: CartView) -> HttpResponse:
    """A cart; contacts and addresses only for a key that may see personal data."""
    personal = request.auth.may(Scope.CUSTOMERS_PERSONAL)
    delivery_ = view.delivery
    told = {name: getattr(view, name) for name in _PLAIN}
    told["id"] = view.uid
    told["contact"] = view.contact if personal else None
    told["delivery"] = delivery_ if personal or delivery_ is None else _without_address(delivery_)
    return _json(told)


_PLAIN = tuple(name for name in CartView.__dataclass_fields__ if name not in {"uid", "contact", "delivery"})


def _without_address(delivery: Delivery) -> dict[str, Any]:
    return {name: getattr(delivery, name) for name in ("method", "location", "slot", "city", "amount", "service")}


def _differing(refused: CartChanged | NotThatMany) -> HttpResponse:
    body = {**problem_body(refused), "differences": refused.differences}
    return HttpResponse(_encode(body), status=refused.status, content_type=PROBLEM)


def _json(told: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(_encode(told), status=status, content_type="application/json")
