"""Calls that read over several domains: a customer whole, and what the customer did."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from edino.activity import api as activity
from edino.activity.types import TimelineItem
from edino.channels.api import actor, scope
from edino.channels.types import Scope, Source
from edino.customers import api as customers
from edino.customers.types import Person
from edino.customers.types.answers import PermissionAnswer
from edino.staff import api as staff

router = Router(tags=["customers"])
_ORDERS = 20


class KeyedRequest(HttpRequest):
    """A request whose key was accepted: `auth` is the source that showed it."""

    auth: Source


class FieldAnswer(Schema):
    """A field: the value that survived, by which strategy, from which source (its number) and when."""

    name: str
    value: Any
    strategy: str
    source: int
    at: datetime


class IdentifierAnswer(Schema):
    """An identifier. `value` is null unless the key has customers:personal. `lent`: it went from hand to hand."""

    kind: str
    masked: str
    value: str | None
    verified: bool
    shared: bool
    lent: bool
    since: datetime
    sources: list[int]


class ReachAnswer(Schema):
    """Whether advertising reaches the customer through a channel; if not, why: no_point, shared, silent, refused."""

    channel: str
    allowed: bool
    why: str


class StageAnswer(Schema):
    """Where in the life of a customer somebody stands, and since when."""

    code: str
    since: datetime | None


class EventAnswer(Schema):
    """One thing that happened: its id, name, class (fact or behaviour), moments, source, channel and body."""

    id: UUID
    type: str
    klass: str = Field(serialization_alias="class")
    occurred_at: datetime
    received_at: datetime
    source: str
    channel: str
    body: dict[str, Any]


class CustomerAnswer(Schema):
    """A customer whole. `id` is the one in force: ids retired by a join lead here for ever.

    `orders` are the newest facts of orders and refunds. `cart` and `points` are null while nothing keeps them.
    """

    id: UUID
    masked: bool
    erased: bool
    name: str
    since: datetime
    seen_at: datetime | None
    profile: dict[str, Any]
    traits: list[FieldAnswer]
    identifiers: list[IdentifierAnswer]
    consents: list[PermissionAnswer]
    preferences: list[dict[str, Any]]
    stage: StageAnswer
    reachability: list[ReachAnswer]
    cart: dict[str, Any] | None
    orders: list[EventAnswer]
    points: dict[str, Any] | None
    links: dict[str, str]


class TimelineQuery(Schema):
    """Which part of a timeline: a group (or one event's name), a channel, how many, after which cursor."""

    cursor: str | None = Field(None, max_length=500)
    group: str | None = Field(None, max_length=100)
    channel: str | None = Field(None, max_length=40)
    limit: int = Field(activity.TIMELINE_PAGE, ge=1, le=200)


class TimelineAnswer(Schema):
    """A page of what a customer did, newest first; `next_cursor` is null on the last page."""

    customer: UUID
    items: list[EventAnswer]
    next_cursor: str | None


@router.get(
    "/customers/{uid}",
    response=CustomerAnswer,
    auth=scope(Scope.CUSTOMERS_READ),
    by_alias=True,
    summary="A customer whole",
)
def customer(request: KeyedRequest, uid: UUID) -> CustomerAnswer:
    """Profile, identifiers, consents, stage, reach and orders; names and contacts masked unless customers:personal."""
    reveal = request.auth.may(Scope.CUSTOMERS_PERSONAL)
    person = customers.person(uid=uid, reveal=reveal)
    with staff.at_place(request):
        operation = "customers.see_personal" if reveal else "customers.see"
        staff.audit(actor=actor(request.auth), operation=operation, subject=("customer", str(person.uid)))
    orders = activity.timeline(customer_id=person.id, group="orders", size=_ORDERS)
    return _whole(person, [_event(item) for item in orders.items if item.klass == "fact"])


@router.get(
    "/customers/{uid}/timeline",
    response=TimelineAnswer,
    auth=scope(Scope.CUSTOMERS_READ),
    by_alias=True,
    summary="What a customer did",
)
def timeline(request: KeyedRequest, uid: UUID, asked: Query[TimelineQuery]) -> TimelineAnswer:
    """Every channel, newest first. `group` is orders, visits, cart, calls, permissions, or the name of one event."""
    ref = customers.customer_now(uid=uid)
    page = activity.timeline(
        customer_id=ref.id, cursor=asked.cursor, group=asked.group, channel=asked.channel, size=asked.limit
    )
    return TimelineAnswer(customer=ref.uid, items=[_event(item) for item in page.items], next_cursor=page.next_cursor)


def _whole(person: Person, orders: list[EventAnswer]) -> CustomerAnswer:
    address = f"/api/v1/customers/{person.uid}"
    return CustomerAnswer(
        id=person.uid,
        masked=not person.revealed,
        erased=person.erased,
        name=person.name,
        since=person.since,
        seen_at=person.seen_at,
        profile={field.name: field.value for field in person.fields},
        traits=[
            FieldAnswer(
                name=field.name,
                value=field.value,
                strategy=field.strategy,
                source=field.said.source_id,
                at=field.said.at,
            )
            for field in person.fields
        ],
        identifiers=[
            IdentifierAnswer(
                kind=one.kind,
                masked=one.masked,
                value=one.value,
                verified=one.verified,
                shared=one.shared,
                lent=one.lent,
                since=one.since,
                sources=list(one.source_ids),
            )
            for one in person.identifiers
        ],
        consents=[PermissionAnswer.of(one) for one in person.permissions],
        preferences=[
            {"kind": one.kind, "contact": one.masked, "name": one.name, "setting": one.value, "at": one.at}
            for one in person.preferences
        ],
        stage=StageAnswer(code=person.stage.code, since=person.stage.since),
        reachability=[ReachAnswer(channel=one.channel, allowed=one.allowed, why=one.why) for one in person.reach],
        cart=None,
        orders=orders,
        points=None,
        links={"self": address, "timeline": f"{address}/timeline", "why": f"{address}/why"},
    )


def _event(item: TimelineItem) -> EventAnswer:
    return EventAnswer(
        id=item.uid,
        type=item.type,
        klass=item.klass,
        occurred_at=item.occurred_at,
        received_at=item.received_at,
        source=item.source,
        channel=item.channel,
        body=item.body,
    )
