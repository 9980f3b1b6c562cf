"""Customers are told what becomes of their orders: one message for one fact, by the kernel's couriers.

A reader of the log notes what is to be told, under the key of the fact, so that reading again notes nothing new. The
job claims what is due in one short transaction, sends with none open, and notes how that ended in another. A courier
that says no is asked again later. Who dies while he sends leaves the message `unknown`: it is not sent a second time.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from edino.customers import api as customers
from edino.customers.types import Identifier
from edino.kernel import clock, couriers, log
from edino.kernel.errors import NotFound
from edino.orders import events
from edino.orders.api import returning, wording
from edino.orders.api.reading import order as read
from edino.orders.queries import book
from edino.orders.queries import telling as queries
from edino.orders.types import Order, Return
from edino.orders.types.telling import Told

PURPOSE: Final = "service"
CHANNELS: Final = {"email": "email", "phone": "sms"}
"""Kinds of contact points and what brings a message there, the cheaper first."""
LATE: Final = timedelta(days=1)
"""What is read later than this (a restore, a reader that stood) surprises nobody any more and is not told."""
LEASE: Final = timedelta(minutes=10)
PAUSES: Final = (1, 5, 30, 120, 600)
"""Minutes after which a courier that failed is asked again; then a person is."""
COUNTER: Final = timedelta(minutes=15)
"""What is brought to a counter is mostly settled there and then: only what is not is told that it was taken."""
AT_ONCE: Final = 50
_KINDS: Final = {"pickup", "delivery", "ship_from_store"}


def remember(found: Sequence[log.Event]) -> int:
    """Note what facts give to tell; how many were new. In the reader's transaction."""
    at = clock.now()
    rows = [
        {
            "key": event.key,
            "order_uid": event.body.get("order") or next(iter(event.body.get("orders") or ()), None),
            "return_uid": event.body.get("return"),
            "kind": event.type,
            "detail": event.body,
            "late": event.received_at < at - LATE,
            "due": max(at, event.received_at + COUNTER if _at_counter(event) else at).isoformat(),
        }
        for event in found
        if _worth_telling(event)
    ]
    return queries.add_notices(rows, at) if rows else 0


def tell_due(*, size: int = AT_ONCE) -> int:
    """Send what is due; how many messages were tried. Not in a transaction: couriers are slow, and locks are not."""
    if transaction.get_connection().in_atomic_block:
        raise RuntimeError("messages are sent outside of transactions")
    at = clock.now()
    queries.lost(at)
    mine = queries.claim(at, at + LEASE, size)
    for one in mine:
        _tell(one)
    return len(mine)


def told(*, order_id: int) -> list[Told]:
    """What a customer was told of an order, oldest first."""
    return queries.notices(order_id)


def _at_counter(event: log.Event) -> bool:
    body = event.body
    return event.type == events.RETURN_REQUESTED and body.get("way") == "store" and bool(body.get("location"))


def _worth_telling(event: log.Event) -> bool:
    """Whether a customer wants to know: not what he did at the counter himself, not what only the house sees."""
    worth = _WORTH.get(event.type)
    return worth is None or worth(event.body)


_WORTH: Final[Mapping[str, Callable[[Mapping[str, Any]], bool]]] = {
    events.PLACED: lambda body: body.get("method") in {"pickup", "delivery"},
    events.READY: lambda body: body.get("kind") == "pickup",
    events.SHIPPED: lambda body: body.get("kind") in _KINDS,
    events.REROUTED: lambda body: not body.get("missing"),  # then what is missing is told, and this with it
    events.CANCELLED: lambda body: body.get("reason") != "refused",
    events.REFUNDED: lambda body: body.get("tender") in {"card", "bank"} and bool(body.get("order")),
    events.RETURN_RECEIVED: lambda body: body.get("way") == "post",
}


def _tell(one: queries.Claimed) -> None:
    try:
        order = read(uid=one.order_uid) if one.order_uid else None
        back = returning.get_return(uid=one.return_uid) if one.return_uid else None
    except NotFound:
        _ended(one, "skipped", note="gone")
        return
    language = (order.contact.language if order else "") or settings.LANGUAGE_CODE
    with override(language):
        message = wording.message(one.kind, one.detail, order, back)
    if message is None:
        _ended(one, "skipped", note="past")
        return
    known = list(_points(order, back))
    allowed = [point for point in known if customers.may_contact(identifier=point, purpose=PURPOSE).allowed]
    if not allowed:
        _ended(one, "skipped", note="not_permitted" if known else "no_contact")
        return
    to = max(allowed, key=lambda point: couriers.serves(CHANNELS[point.kind]))
    channel = CHANNELS[to.kind]
    try:
        couriers.deliver(channel, to.value, message.subject, message.text)
    except Exception as error:  # noqa: BLE001 - a courier may fail in any way; the next message is sent all the same
        _failed(one, channel, error)
    else:
        _ended(one, "told", channel=channel)


def _points(order: Order | None, back: Return | None) -> Iterator[Identifier]:
    """Where a customer can be written to: what the order says, else what he himself has confirmed elsewhere."""
    given = [("email", order.contact.email), ("phone", order.contact.phone)] if order else []
    found = [point for kind, value in given if value and (point := _usable(kind, value)) is not None]
    if found:
        yield from found
        return
    profile = (order.contact.profile_id if order else None) or (back.profile_id if back else None)
    uid = queries.owner(profile) if profile else None
    if uid is None:
        return
    mine = [one for one in customers.person(uid=uid, reveal=True).identifiers if one.verified and not one.shared]
    for kind in CHANNELS:
        yield from (Identifier(one.kind, one.value) for one in mine if one.kind == kind and one.value)


def _usable(kind: str, value: str) -> Identifier | None:
    try:
        return customers.usable(kind, value)
    except customers.Unusable:
        return None


def _failed(one: queries.Claimed, channel: str, error: Exception) -> None:
    """Again in a while; after the last pause a person sees it."""
    # The name of the error alone: its text may hold the address.
    note = re.sub(r"\W", "", type(error).__name__)[:100]
    if one.tries > len(PAUSES):
        _ended(one, "failed", channel=channel, note=note)
        return
    again = clock.now() + timedelta(minutes=PAUSES[one.tries - 1])
    queries.ended(one.id, "due", clock.now(), channel=channel, note=note, next_at=again)


def _ended(one: queries.Claimed, state: str, *, channel: str = "", note: str = "") -> None:
    at = clock.now()
    with transaction.atomic():
        order_id = queries.ended(one.id, state, at, channel=channel, note=note)
        if order_id is not None:
            detail: dict[str, Any] = {"kind": one.kind, "channel": channel, "state": state}
            book.add_history(order_id, at, state if state == "told" else "not_told", by="", why=note, detail=detail)
