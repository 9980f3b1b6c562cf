"""Calls about orders."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.http import JsonResponse
from ninja import Field, Router, Schema
from ninja.params.functions import Header

from edino.channels.api import actor, scope
from edino.channels.types import Scope
from edino.kernel.errors import Refusal
from edino.kernel.json_api import Body
from edino.orders import api
from edino.orders.errors import CodeLocked, WrongCode
from edino.orders.http.keyed import KeyedRequest, Pieces, done_once
from edino.orders.types import Order, Paid
from edino.staff import api as staff

router = Router(tags=["orders"])


class ShareAnswer(Schema):
    """What one promotion took off a line."""

    promotion_id: int
    version: int
    name: str
    amount: int


class LineAnswer(Schema):
    """A line: `net` is what all its pieces cost; of which so many were cancelled, fulfilled, returned."""

    id: int
    key: str
    sku: str
    name: str
    quantity: int
    unit: int
    discount: int
    net: int
    tax: str
    cancelled: int
    fulfilled: int
    returned: int
    shares: list[ShareAnswer]


class ParcelAnswer(Schema):
    """Goods of one location on one way to the customer."""

    id: UUID
    kind: str
    state: str
    location: str
    pickup_location: str
    attempt: int
    reason: str
    carrier: str
    tracking: str
    slot_starts_at: datetime | None
    slot_ends_at: datetime | None


class PaymentAnswer(Schema):
    """A payment; `refunded` counts money promised back, too."""

    id: UUID
    tender: str
    state: str
    amount: int
    captured: int
    refunded: int


class RefundAnswer(Schema):
    """Money that goes back: due, done or failed."""

    id: UUID
    tender: str
    amount: int
    state: str
    cause: str


class ContactAnswer(Schema):
    """Whom to tell."""

    name: str
    phone: str
    email: str


class OrderAnswer(Schema):
    """An order. Amounts are minor units of `currency`; `contact` only for keys with customers:personal."""

    id: UUID
    number: str
    state: str
    origin: str
    channel: str
    currency: str
    subtotal: int
    discount: int
    delivery: int
    total: int
    due: int
    paid: int
    outstanding: int
    method: str
    location: str
    parked: str
    placed_at: datetime | None
    contact: ContactAnswer | None
    lines: list[LineAnswer]
    parcels: list[ParcelAnswer]
    payments: list[PaymentAnswer]
    refunds: list[RefundAnswer]
    why: list[Any]


class PaymentGiven(Body):
    """A payment that was made or will be."""

    tender: str = Field(max_length=20, examples=["card"])
    amount: int = Field(gt=0, lt=1 << 48, strict=True, description="minor units of the order's currency")
    state: str = Field("captured", max_length=20)
    provider: str = Field("", max_length=40)
    reference: str = Field("", max_length=200)


class ParcelGiven(Body):
    """Which goods: one parcel, or all that wait at a location; all when neither is said."""

    parcel: UUID | None = None
    location: str = Field("", max_length=100)


class ShipGiven(ParcelGiven):
    """With whom they go."""

    carrier: str = Field("", max_length=100)
    tracking: str = Field("", max_length=200)


class PaidGiven(Body):
    """A part of what is still to be paid; `code` is that of a gift card."""

    tender: str = Field(max_length=20, examples=["cash"])
    amount: int = Field(gt=0, lt=1 << 48, strict=True, description="minor units of the order's currency")
    code: str = Field("", max_length=100)


class HandoverGiven(ParcelGiven):
    """The pickup code; `lines` (line key → pieces) when not everything is taken.

    What is still to be paid is taken by `tender`, or in parts by `tenders`, which sum up to it exactly.
    """

    code: str = Field("", max_length=100)
    lines: dict[str, Pieces] | None = None
    tender: str = Field("", max_length=20)
    tenders: list[PaidGiven] = Field(default_factory=list, max_length=10)


class CancelGiven(Body):
    """What to cancel (line key → pieces), everything when not said, and why."""

    lines: dict[str, Pieces] | None = None
    reason: str = Field("", max_length=500)
    to: str = Field("original", pattern="^(original|gift_card)$")


class RejectGiven(Body):
    """The parcel that a store cannot fulfil, and why; `lines` (line key → pieces) when only these are not there.

    `cancel`: the customer would rather have the money than wait for another place.
    """

    parcel: UUID
    reason: str = Field(min_length=1, max_length=500)
    lines: dict[str, Pieces] | None = None
    cancel: bool = False


class AddedGiven(Body):
    """Goods to add."""

    sku: str = Field(min_length=1, max_length=100)
    quantity: int = Field(gt=0, le=100_000, strict=True)


class LinesGiven(Body):
    """The pieces that lines shall have (line key → pieces), and goods to add."""

    quantities: dict[str, Pieces] = Field(default_factory=dict)
    add: list[AddedGiven] = Field(default_factory=list, max_length=100)
    reason: str = Field("", max_length=500)


Key = Header(None, alias="Idempotency-Key")


@router.get("/orders/{uid}", response=OrderAnswer, auth=scope(Scope.ORDERS_READ), summary="One order")
def order(request: KeyedRequest, uid: UUID) -> dict[str, Any]:
    """An order, a till receipt or an imported sale with everything that hangs on it."""
    reveal = request.auth.may(Scope.CUSTOMERS_PERSONAL)
    found = api.order(uid=uid)
    with staff.at_place(request):
        operation = "customers.see_personal" if reveal else "orders.see"
        staff.audit(actor=actor(request.auth), operation=operation, subject=("order", str(uid)))
    return told(found, reveal=reveal)


@router.post("/orders/{uid}/payments", response=OrderAnswer, auth=scope(Scope.ORDERS_WRITE), summary="Note a payment")
def payment(request: KeyedRequest, uid: UUID, payload: PaymentGiven, idempotency_key: str | None = Key) -> JsonResponse:
    """Add a payment to an order's ledger. Needs an Idempotency-Key."""

    def run() -> dict[str, Any]:
        api.add_payment(
            order_uid=uid,
            tender=payload.tender,
            amount=payload.amount,
            state=payload.state,
            key=f"api:{request.auth.id}:{idempotency_key}",
            provider=payload.provider,
            provider_ref=payload.reference,
        )
        return answer(api.order(uid=uid))

    return done_once(request, "orders.payment", idempotency_key, [str(uid), payload.model_dump(mode="json")], run)


@router.post("/orders/{uid}/ready", response=OrderAnswer, auth=scope(Scope.ORDERS_WRITE), summary="Goods are picked")
def ready(request: KeyedRequest, uid: UUID, payload: ParcelGiven, idempotency_key: str | None = Key) -> JsonResponse:
    """Goods wait for the customer, or for the carrier. Needs an Idempotency-Key."""

    def run() -> dict[str, Any]:
        by = actor(request.auth)
        return answer(api.ready(uid=uid, by=by, parcel=payload.parcel, location=payload.location))

    return done_once(request, "orders.ready", idempotency_key, [str(uid), payload.model_dump(mode="json")], run)


@router.post("/orders/{uid}/ship", response=OrderAnswer, auth=scope(Scope.ORDERS_WRITE), summary="Goods are sent")
def ship(request: KeyedRequest, uid: UUID, payload: ShipGiven, idempotency_key: str | None = Key) -> JsonResponse:
    """Goods leave: to the customer, or to the place of pickup. Needs an Idempotency-Key."""

    def run() -> dict[str, Any]:
        more = {"carrier": payload.carrier, "tracking": payload.tracking}
        by = actor(request.auth)
        return answer(api.ship(uid=uid, by=by, parcel=payload.parcel, location=payload.location, **more))

    return done_once(request, "orders.ship", idempotency_key, [str(uid), payload.model_dump(mode="json")], run)


@router.post("/orders/{uid}/arrive", response=OrderAnswer, auth=scope(Scope.ORDERS_WRITE), summary="Goods are there")
def arrive(request: KeyedRequest, uid: UUID, payload: ParcelGiven, idempotency_key: str | None = Key) -> JsonResponse:
    """Goods that another location sent are at the place of pickup. Needs an Idempotency-Key."""

    def run() -> dict[str, Any]:
        by = actor(request.auth)
        return answer(api.arrive(uid=uid, by=by, parcel=payload.parcel, location=payload.location))

    return done_once(request, "orders.arrive", idempotency_key, [str(uid), payload.model_dump(mode="json")], run)


@router.post("/orders/{uid}/handover", response=OrderAnswer, auth=scope(Scope.ORDERS_WRITE), summary="Hand over")
def handover(
    request: KeyedRequest, uid: UUID, payload: HandoverGiven, idempotency_key: str | None = Key
) -> JsonResponse:
    """Hand goods over for the pickup code. A wrong code is counted: after five nobody gets in by code any more.

    The key comes first: a repeat gets the first answer, also a refusal, and is not counted again. Needs an
    Idempotency-Key.
    """

    def run() -> dict[str, Any] | Refusal:
        try:
            if api.order(uid=uid).pickup_code:
                api.check_code(uid=uid, code=payload.code)
        except (WrongCode, CodeLocked) as refusal:
            return refusal
        done = api.hand_over(
            uid=uid,
            by=actor(request.auth),
            code=payload.code,
            location=payload.location,
            parcel=payload.parcel,
            lines=payload.lines,
            tender=payload.tender,
            tenders=[Paid(one.tender, one.amount, one.code) for one in payload.tenders],
        )
        return answer(done)

    return done_once(request, "orders.handover", idempotency_key, [str(uid), payload.model_dump(mode="json")], run)


@router.post("/orders/{uid}/cancel", response=OrderAnswer, auth=scope(Scope.ORDERS_WRITE), summary="Cancel")
def cancel(request: KeyedRequest, uid: UUID, payload: CancelGiven, idempotency_key: str | None = Key) -> JsonResponse:
    """Cancel an order or pieces of it: goods, benefits and money go back. Needs an Idempotency-Key."""

    def run() -> dict[str, Any]:
        by = actor(request.auth)
        return answer(api.cancel(uid=uid, by=by, lines=payload.lines, reason=payload.reason, to=payload.to))

    return done_once(request, "orders.cancel", idempotency_key, [str(uid), payload.model_dump(mode="json")], run)


@router.post("/orders/{uid}/reject", response=OrderAnswer, auth=scope(Scope.ORDERS_WRITE), summary="A store cannot")
def reject(request: KeyedRequest, uid: UUID, payload: RejectGiven, idempotency_key: str | None = Key) -> JsonResponse:
    """A store says what of a parcel is not there: another place is found, a person decides, or it is cancelled.

    The rest of the parcel stays where it is, and the customer is told. Needs an Idempotency-Key.
    """

    def run() -> dict[str, Any]:
        done = api.reject(
            uid=uid,
            parcel=payload.parcel,
            reason=payload.reason,
            by=actor(request.auth),
            lines=payload.lines,
            cancel=payload.cancel,
        )
        return answer(done)

    return done_once(request, "orders.reject", idempotency_key, [str(uid), payload.model_dump(mode="json")], run)


@router.post("/orders/{uid}/lines", response=OrderAnswer, auth=scope(Scope.ORDERS_WRITE), summary="Edit the lines")
def lines(request: KeyedRequest, uid: UUID, payload: LinesGiven, idempotency_key: str | None = Key) -> JsonResponse:
    """Fewer pieces at the price that was promised, other goods at today's. Needs an Idempotency-Key."""

    def run() -> dict[str, Any]:
        done = api.edit(
            uid=uid,
            by=actor(request.auth),
            quantities=payload.quantities,
            add=[(one.sku, one.quantity) for one in payload.add],
            reason=payload.reason,
        )
        return answer(done)

    return done_once(request, "orders.lines", idempotency_key, [str(uid), payload.model_dump(mode="json")], run)


def answer(found: Order) -> dict[str, Any]:
    """The order as JSON that can be stored."""
    made: dict[str, Any] = msgspec.to_builtins(told(found))
    return made


def told(found: Order, *, reveal: bool = False) -> dict[str, Any]:
    """What a source may see of an order."""
    contact = found.contact
    return {
        "id": found.uid,
        "number": found.number,
        "state": found.state,
        "origin": found.origin,
        "channel": found.channel,
        "currency": found.currency,
        "subtotal": found.subtotal,
        "discount": found.discount,
        "delivery": found.delivery.amount - found.delivery.discount,
        "total": found.total,
        "due": found.due,
        "paid": found.paid,
        "outstanding": found.outstanding,
        "method": found.delivery.method,
        "location": found.delivery.location,
        "parked": found.parked,
        "placed_at": found.placed_at,
        "contact": {"name": contact.name, "phone": contact.phone, "email": contact.email} if reveal else None,
        "lines": [{name: getattr(line, name) for name in _LINE} for line in found.lines],
        "parcels": [{"id": one.uid, **{name: getattr(one, name) for name in _PARCEL}} for one in found.fulfilments],
        "payments": [{"id": one.uid, **{name: getattr(one, name) for name in _PAYMENT}} for one in found.payments],
        "refunds": [
            {"id": one.uid, "tender": one.tender, "amount": one.amount, "state": one.state, "cause": one.cause_kind}
            for one in found.refunds
        ],
        "why": list(found.why),
    }


_LINE = tuple(LineAnswer.model_fields)
_PARCEL = tuple(name for name in ParcelAnswer.model_fields if name != "id")
_PAYMENT = tuple(name for name in PaymentAnswer.model_fields if name != "id")
