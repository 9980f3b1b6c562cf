"""The payments of an order: a ledger by tender."""

from datetime import datetime
from typing import Any
from uuid import UUID

from edino.kernel import clock, log
from edino.kernel.errors import Invalid
from edino.orders import events
from edino.orders.api.reading import order as read
from edino.orders.errors import KeyTaken, NoSuchOrder, NoSuchPayment, WrongState
from edino.orders.queries import book, fulfilment
from edino.orders.types import TENDERS, Order, Payment

_LATER = {
    "pending": {"pending", "authorised", "captured", "failed"},
    "authorised": {"authorised", "captured", "failed"},
    "captured": {"captured", "refunded"},
    "failed": {"failed"},
    "refunded": {"refunded"},
}


def add_payment(
    *,
    order_uid: UUID,
    tender: str,
    amount: int,
    key: str,
    state: str = "pending",
    provider: str = "",
    provider_ref: str = "",
) -> Payment:
    """Note a payment of an order, once per key: a repeat answers with what is there, another amount is `KeyTaken`."""
    if tender not in TENDERS:
        raise Invalid.field("tender", "unknown", "There is no such way of paying.")
    if amount <= 0:
        raise Invalid.field("amount", "range", "The amount is above zero.")
    if state not in {"pending", "authorised", "captured", "failed"}:
        raise Invalid.field("state", "unknown", "There is no such state of a payment.")
    captured = amount if state == "captured" else 0
    values: dict[str, Any] = {"order_uid": order_uid, "tender": tender, "amount": amount, "key": key, "state": state}
    added = book.add_payment(**values, captured=captured, provider=provider, provider_ref=provider_ref, at=clock.now())
    found = book.payment(order_uid=order_uid, key=key)
    if found is None:
        raise NoSuchOrder
    payment = found[0]
    if not added and (payment.tender, payment.amount) != (tender, amount):
        raise KeyTaken
    if added and captured:
        _captured(order_uid, payment)
    return payment


def update_payment(
    *,
    uid: UUID | None = None,
    order_uid: UUID | None = None,
    key: str = "",
    provider: str = "",
    provider_ref: str = "",
    state: str,
    captured: int | None = None,
    new_ref: str = "",
) -> Payment:
    """Move a payment on, found by uid, by order and key, or by its provider's reference.

    Never backwards: what was captured stays captured, and saying it again changes nothing. `captured` may be less than
    the amount. `WrongState` when a failed payment is said to be anything else.
    """
    found = book.payment(uid=uid, order_uid=order_uid, key=key, provider=provider, provider_ref=provider_ref)
    if found is None:
        raise NoSuchPayment
    payment, of_order, _ = found
    if payment.captured and state in {"pending", "authorised"}:
        return payment
    if state not in _LATER[payment.state]:
        raise WrongState(state=payment.state)
    taken = payment.captured
    if state == "captured" and not taken:
        taken = payment.amount if captured is None else captured
    if not 0 <= taken <= payment.amount:
        raise Invalid.field("captured", "range", "More was captured than was to be paid.")
    book.update_payment(
        id=payment.id,
        state=payment.state if payment.state == "refunded" else state,
        amount=payment.amount,
        captured=taken,
        provider_ref=new_ref or payment.provider_ref,
        at=clock.now(),
    )
    moved = book.payment(uid=payment.uid)
    assert moved is not None  # noqa: S101 - it was locked above
    if taken and not payment.captured:
        _captured(of_order, moved[0])
    return moved[0]


def take_rest(order: Order, tender: str, at: datetime) -> None:
    """Take what a locked order still costs, by the payments that waited for it and a new one for the rest."""
    if tender not in {"card", "cash", "bank", "cod"}:
        raise Invalid.field("tender", "unknown", "There is no such way of paying.")
    rest = order.outstanding
    taken = book.capture_waiting(order.id, rest, tender, at)
    for uid in taken:
        moved = book.payment(uid=uid)
        if moved:
            _captured(order.uid, moved[0])
    rest -= sum(taken.values())
    if rest > 0:
        key = f"counter:{len(order.payments)}"
        add_payment(order_uid=order.uid, tender=tender, amount=rest, key=key, state="captured")


def _captured(order_uid: UUID, payment: Payment) -> None:
    order = read(uid=order_uid)
    if order.state == "fulfilled" and order.outstanding <= 0:
        fulfilment.settle_order({order.id: 0}, clock.now())
    body = {
        "order": str(order_uid),
        "number": order.number,
        "payment": str(payment.uid),
        "tender": payment.tender,
        "amount": payment.captured,
        "currency": order.currency,
        "profile": order.contact.profile_id,
    }
    log.append([log.Fact(events.CAPTURED, "fact", clock.now(), body, None, order.source_id)])
