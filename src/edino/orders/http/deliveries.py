"""What couriers and carriers say of parcels. A key for this alone sees no names, no addresses and no other orders."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.http import JsonResponse
from ninja import Field, Router, Schema

from edino.channels.api import actor, scope
from edino.channels.types import Scope
from edino.inventory.types import Disposition
from edino.kernel.json_api import Body
from edino.orders.api import delivering
from edino.orders.http.keyed import KeyedRequest, done_once
from edino.orders.http.orders import Key, PaidGiven
from edino.orders.types import Order, Paid

router = Router(tags=["orders"])


class DeliveryAnswer(Schema):
    """A parcel: delivered, coming_back or came_back; `outstanding` is what its order still costs, in minor units."""

    parcel: UUID
    number: str
    state: str
    currency: str
    outstanding: int


class DeliveredGiven(Body):
    """What the courier was paid at the door: by one tender, or in parts that sum up to it exactly; nothing if later."""

    tender: str = Field("", max_length=20, examples=["cash"])
    tenders: list[PaidGiven] = Field(default_factory=list, max_length=10)


class UndeliveredGiven(Body):
    """Why: not_at_home, refused_at_door, wrong_address, damaged, other, or the carrier's own words."""

    reason: str = Field(min_length=1, max_length=200, examples=["not_at_home"])


class CameBackGiven(Body):
    """What becomes of the goods: resell, quarantine, damaged, write_off."""

    disposition: str = Field("resell", pattern="^(resell|quarantine|damaged|write_off)$")


@router.post(
    "/parcels/{uid}/delivered",
    response=DeliveryAnswer,
    auth=scope(Scope.DELIVERIES_WRITE),
    summary="The customer has it",
)
def delivered(
    request: KeyedRequest, uid: UUID, payload: DeliveredGiven, idempotency_key: str | None = Key
) -> JsonResponse:
    """A parcel that was sent is with the customer; what the courier was paid is taken. Needs an Idempotency-Key."""

    def run() -> Order:
        parts = [Paid(one.tender, one.amount, one.code) for one in payload.tenders]
        return delivering.delivered(parcel=uid, by=actor(request.auth), tender=payload.tender, tenders=parts)

    return _once(request, (uid, "delivered"), idempotency_key, payload, run)


@router.post(
    "/parcels/{uid}/undelivered",
    response=DeliveryAnswer,
    auth=scope(Scope.DELIVERIES_WRITE),
    summary="It is coming back",
)
def undelivered(
    request: KeyedRequest, uid: UUID, payload: UndeliveredGiven, idempotency_key: str | None = Key
) -> JsonResponse:
    """A parcel could not be delivered and is on its way back: the customer is told. Needs an Idempotency-Key."""

    def run() -> Order:
        return delivering.coming_back(parcel=uid, by=actor(request.auth), reason=payload.reason)

    return _once(request, (uid, "undelivered"), idempotency_key, payload, run)


@router.post(
    "/parcels/{uid}/back", response=DeliveryAnswer, auth=scope(Scope.ORDERS_WRITE), summary="It is back in stock"
)
def back(request: KeyedRequest, uid: UUID, payload: CameBackGiven, idempotency_key: str | None = Key) -> JsonResponse:
    """A parcel that was sent is where it came from: goods and money go back. Needs an Idempotency-Key.

    Not for couriers: who has the goods again says so.
    """

    def run() -> Order:
        what = cast("Disposition", payload.disposition)
        return delivering.came_back(parcel=uid, by=actor(request.auth), disposition=what)

    return _once(request, (uid, "back"), idempotency_key, payload, run)


def _once(
    request: KeyedRequest, what: tuple[UUID, str], key: str | None, payload: Body, run: Callable[[], Order]
) -> JsonResponse:
    uid, said = what

    def answer() -> dict[str, Any]:
        found = run()
        return {
            "parcel": str(uid),
            "number": found.number,
            "state": next(one.state for one in found.fulfilments if one.uid == uid),
            "currency": found.currency,
            "outstanding": max(found.outstanding, 0),
        }

    return done_once(request, f"parcels.{said}", key, [str(uid), payload.model_dump(mode="json")], answer)
