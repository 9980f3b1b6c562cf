"""Calls about goods on their way between locations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import JsonResponse
from ninja import Field, Router, Schema

from edino.channels.api import scope
from edino.channels.types import Scope
from edino.inventory import api
from edino.inventory.api import transfers as door
from edino.inventory.http.keyed import Key, KeyedRequest, by, done_once
from edino.inventory.types import Transfer
from edino.kernel.json_api import Body

router = Router(tags=["inventory"])


class LineGiven(Body):
    """So many of an SKU."""

    sku: str = Field(max_length=200)
    quantity: int = Field(ge=1, le=1_000_000_000)


class TransferGiven(Body):
    """What is sent from where to where; `send`: it leaves at once."""

    origin: str = Field(max_length=60)
    destination: str = Field(max_length=60)
    lines: list[LineGiven] = Field(min_length=1, max_length=10_000)
    note: str = Field("", max_length=500)
    send: bool = True


class ReceiptGiven(Body):
    """What came of a transfer; without lines everything still on its way. `final`: the rest is lost."""

    lines: list[LineGiven] | None = Field(None, max_length=10_000)
    final: bool = False


class LineAnswer(Schema):
    """A line: sent, come, lost."""

    sku: str
    quantity: int
    received: int
    lost: int


class TransferAnswer(Schema):
    """A transfer. `state`: draft, sent, partly, received, cancelled."""

    uid: UUID
    number: int
    origin: str
    destination: str
    state: str
    note: str
    created_at: datetime
    sent_at: datetime | None
    closed_at: datetime | None
    lines: list[LineAnswer]


@router.post("/transfers", response={201: TransferAnswer}, auth=scope(Scope.STOCK_WRITE), summary="Send goods")
def create_transfer(request: KeyedRequest, payload: TransferGiven, idempotency_key: str | None = Key) -> JsonResponse:
    """Send goods to another location; they lie in transit until they are received. 409 `short` when they are not there,
    or promised to somebody. Needs an Idempotency-Key."""

    def run() -> tuple[int, Any]:
        lines = [(line.sku, line.quantity) for line in payload.lines]
        made = api.create_transfer(
            origin=payload.origin, destination=payload.destination, lines=lines, note=payload.note, by=by(request)
        )
        if payload.send:
            made = api.send_transfer(uid=made.uid, by=by(request))
        return 201, _told(made)

    return done_once(request, "transfers.create", idempotency_key, payload.model_dump(mode="json"), run)


@router.get("/transfers/{uid}", response=TransferAnswer, auth=scope(Scope.STOCK_READ), summary="One transfer")
def read_transfer(request: KeyedRequest, uid: UUID) -> dict[str, Any]:
    """A transfer and what has come of it."""
    return _told(door.transfer(uid=uid))


@router.post("/transfers/{uid}/send", response=TransferAnswer, auth=scope(Scope.STOCK_WRITE), summary="Send a draft")
def send_transfer(request: KeyedRequest, uid: UUID, idempotency_key: str | None = Key) -> JsonResponse:
    """The goods of a draft leave. Needs an Idempotency-Key."""

    def run() -> tuple[int, Any]:
        return 200, _told(api.send_transfer(uid=uid, by=by(request)))

    return done_once(request, "transfers.send", idempotency_key, str(uid), run)


@router.post("/transfers/{uid}/receive", response=TransferAnswer, auth=scope(Scope.STOCK_WRITE), summary="Goods came")
def receive_transfer(
    request: KeyedRequest, uid: UUID, payload: ReceiptGiven, idempotency_key: str | None = Key
) -> JsonResponse:
    """Take in what came, in as many parts as it comes. 409 `more_than_sent`. Needs an Idempotency-Key."""

    def run() -> tuple[int, Any]:
        lines: dict[str, int] | None = None
        if payload.lines is not None:
            lines = {}
            for line in payload.lines:
                lines[line.sku] = lines.get(line.sku, 0) + line.quantity
        key = f"{request.auth.id}:{idempotency_key}"
        return 200, _told(api.receive_transfer(uid=uid, lines=lines, by=by(request), key=key, final=payload.final))

    body = [str(uid), payload.model_dump(mode="json")]
    return done_once(request, "transfers.receive", idempotency_key, body, run)


def _told(one: Transfer) -> dict[str, Any]:
    answer = TransferAnswer(
        uid=one.uid,
        number=one.number,
        origin=one.origin,
        destination=one.destination,
        state=one.state,
        note=one.note,
        created_at=one.created_at,
        sent_at=one.sent_at,
        closed_at=one.closed_at,
        lines=[
            LineAnswer(sku=line.sku, quantity=line.quantity, received=line.received, lost=line.lost)
            for line in one.lines
        ],
    )
    return answer.model_dump(mode="json")
