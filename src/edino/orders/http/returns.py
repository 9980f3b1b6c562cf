"""Calls about returns."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.http import JsonResponse
from ninja import Field, Router, Schema
from ninja.params.functions import Header

from edino.channels.api import actor, scope
from edino.channels.types import Scope
from edino.customers import api as customers
from edino.kernel import ids
from edino.kernel.json_api import Body
from edino.orders.api import returns as api
from edino.orders.http.keyed import KeyedRequest, done_once
from edino.orders.types import ExchangeLine, Inspection, Return, ReturnLineInput

router = Router(tags=["returns"])
Key = Header(None, alias="Idempotency-Key")


class ReturnLineAnswer(Schema):
    """Goods that come back. `order` is empty when nothing proves where they were sold."""

    id: int
    sold_line_id: int | None
    order: UUID | None
    sku: str
    name: str
    quantity: int
    amount: int
    reason: str
    disposition: str


class ReturnAnswer(Schema):
    """A return. Amounts are minor units of `currency`. `settlement` is empty until it is settled."""

    id: UUID
    number: str
    state: str
    way: str
    currency: str
    location: str
    reason: str
    worth: int
    exchange: UUID | None
    settlement: dict[str, Any]
    created_at: datetime
    settled_at: datetime | None
    lines: list[ReturnLineAnswer]


class ReturnLineGiven(Body):
    """Pieces of a sold line (its id, as the order tells it), or only a SKU or barcode."""

    quantity: int = Field(gt=0, le=100_000, strict=True)
    line: int | None = Field(None, ge=0, lt=1 << 63, strict=True)
    code: str = Field("", max_length=100)
    reason: str = Field("", max_length=200)


class CustomerGiven(Body):
    """Whose goods they are."""

    kind: str = Field(min_length=1, max_length=40)
    value: str = Field(min_length=1, max_length=500)


class ReturnGiven(Body):
    """What comes back: lines of one order, of several, of receipts, or of nothing known."""

    id: UUID | None = Field(None, description="made by the caller; by us when missing")
    lines: list[ReturnLineGiven] = Field(min_length=1, max_length=500)
    way: Literal["store", "post"] = "store"
    location: str = Field("", max_length=100)
    customer: CustomerGiven | None = None
    reason: str = Field("", max_length=500)
    currency: str = Field("", pattern="^([A-Z]{3})?$")


class ReceiveGiven(Body):
    """Where the goods are."""

    location: str = Field(min_length=1, max_length=100)


class InspectionGiven(Body):
    """What becomes of the goods of a line."""

    line: int = Field(ge=0, lt=1 << 63, strict=True)
    disposition: Literal["resell", "damaged", "quarantine", "write_off"]
    note: str = Field("", max_length=500)


class InspectGiven(Body):
    """One for each line."""

    lines: list[InspectionGiven] = Field(min_length=1, max_length=500)


class ExchangeLineGiven(Body):
    """What is taken instead."""

    sku: str = Field(min_length=1, max_length=100)
    quantity: int = Field(1, gt=0, le=100_000, strict=True)


class ExchangeGiven(Body):
    """What is taken instead, how and where. No lines: nothing after all."""

    lines: list[ExchangeLineGiven] = Field(max_length=100)
    method: Literal["carry", "pickup"] = "carry"
    location: str = Field("", max_length=100)


class SettleGiven(Body):
    """How the money goes back."""

    to: Literal["original", "gift_card"] = "original"


@router.get("/returns/{uid}", response=ReturnAnswer, auth=scope(Scope.ORDERS_READ), summary="One return")
def one_return(request: KeyedRequest, uid: UUID) -> dict[str, Any]:
    """A return with its lines."""
    return told(api.get_return(uid=uid))


@router.post("/returns", response=ReturnAnswer, auth=scope(Scope.RETURNS_WRITE), summary="Open a return")
def open_return(request: KeyedRequest, payload: ReturnGiven, idempotency_key: str | None = Key) -> JsonResponse:
    """Say what comes back. Pieces are taken at once from what may still come back. Needs an Idempotency-Key."""

    def run() -> dict[str, Any]:
        made = api.request_return(
            uid=payload.id or ids.uuid7(),
            lines=[ReturnLineInput(one.quantity, one.line, one.code, one.reason) for one in payload.lines],
            by=actor(request.auth),
            way=payload.way,
            location=payload.location,
            profile_id=_profile(request, payload.customer),
            reason=payload.reason,
            currency=payload.currency,
            source_id=request.auth.id,
        )
        return answer(made)

    return done_once(request, "returns.open", idempotency_key, payload.model_dump(mode="json"), run)


@router.post("/returns/{uid}/approve", response=ReturnAnswer, auth=scope(Scope.RETURNS_WRITE), summary="Agree")
def approve(request: KeyedRequest, uid: UUID, idempotency_key: str | None = Key) -> JsonResponse:
    """Agree to a return. Needs an Idempotency-Key."""
    return done_once(
        request,
        "returns.approve",
        idempotency_key,
        str(uid),
        lambda: answer(api.approve(uid=uid, by=actor(request.auth))),
    )


@router.post("/returns/{uid}/receive", response=ReturnAnswer, auth=scope(Scope.RETURNS_WRITE), summary="Goods came")
def receive(request: KeyedRequest, uid: UUID, payload: ReceiveGiven, idempotency_key: str | None = Key) -> JsonResponse:
    """The goods are at a location, wherever they were sold. Needs an Idempotency-Key."""
    return done_once(
        request,
        "returns.receive",
        idempotency_key,
        [str(uid), payload.location],
        lambda: answer(api.receive(uid=uid, location=payload.location, by=actor(request.auth))),
    )


@router.post("/returns/{uid}/inspect", response=ReturnAnswer, auth=scope(Scope.RETURNS_WRITE), summary="Inspect")
def inspect(request: KeyedRequest, uid: UUID, payload: InspectGiven, idempotency_key: str | None = Key) -> JsonResponse:
    """Say what becomes of the goods, and bring them into the stock. Needs an Idempotency-Key."""
    found = [Inspection(one.line, one.disposition, one.note) for one in payload.lines]
    return done_once(
        request,
        "returns.inspect",
        idempotency_key,
        [str(uid), payload.model_dump(mode="json")],
        lambda: answer(api.inspect(uid=uid, inspections=found, by=actor(request.auth))),
    )


@router.post("/returns/{uid}/exchange", response=ReturnAnswer, auth=scope(Scope.RETURNS_WRITE), summary="Exchange")
def exchange(
    request: KeyedRequest, uid: UUID, payload: ExchangeGiven, idempotency_key: str | None = Key
) -> JsonResponse:
    """Choose what is taken instead; it is held at once, wherever it lies. Needs an Idempotency-Key.

    Another choice lets the first one go.
    """

    def run() -> dict[str, Any]:
        wanted = [ExchangeLine(one.sku, one.quantity) for one in payload.lines]
        by = actor(request.auth)
        if not wanted:
            return answer(api.no_exchange(uid=uid, by=by))
        api.exchange(uid=uid, lines=wanted, by=by, method=payload.method, location=payload.location)
        return answer(api.get_return(uid=uid))

    return done_once(request, "returns.exchange", idempotency_key, [str(uid), payload.model_dump(mode="json")], run)


@router.post("/returns/{uid}/settle", response=ReturnAnswer, auth=scope(Scope.RETURNS_WRITE), summary="Settle")
def settle(request: KeyedRequest, uid: UUID, payload: SettleGiven, idempotency_key: str | None = Key) -> JsonResponse:
    """Give back what the goods are worth, once, to the kopeck. Needs an Idempotency-Key.

    Codes of gift cards stand in the answer, also in a repeated one; the stored answer does not hold them.
    """

    def run() -> dict[str, Any]:
        api.settle(uid=uid, by=actor(request.auth), to=payload.to)
        return answer(api.get_return(uid=uid))

    def secret() -> dict[str, Any]:
        done = api.get_return(uid=uid)
        return {"settlement": {**done.settlement, "gift_card": api.gift_card_codes(back=done)}}

    key, asked = idempotency_key, [str(uid), payload.to]
    return done_once(request, "returns.settle", key, asked, run, secret=secret)


def _profile(request: KeyedRequest, given: CustomerGiven | None) -> int | None:
    if given is None:
        return None
    return customers.identify(source=request.auth, identifiers=[(given.kind, given.value)]).profile_id


def answer(found: Return) -> dict[str, Any]:
    """The return as JSON that can be stored."""
    made: dict[str, Any] = msgspec.to_builtins(told(found))
    return made


def told(found: Return) -> dict[str, Any]:
    """What a source may see of a return."""
    return {
        "id": found.uid,
        "number": found.number,
        "state": found.state,
        "way": found.way,
        "currency": found.currency,
        "location": found.location,
        "reason": found.reason,
        "worth": found.worth,
        "exchange": found.exchange_uid,
        "settlement": dict(found.settlement),
        "created_at": found.created_at,
        "settled_at": found.settled_at,
        "lines": [
            {
                "id": line.id,
                "sold_line_id": line.sold_line_id,
                "order": line.order_uid,
                "sku": line.sku,
                "name": line.name,
                "quantity": line.quantity,
                "amount": line.amount,
                "reason": line.reason,
                "disposition": line.disposition,
            }
            for line in found.lines
        ],
    }
