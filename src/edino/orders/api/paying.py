"""The payments of an order: a ledger by tender."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from edino.kernel import clock, ids, log
from edino.kernel.errors import Invalid
from edino.orders import events
from edino.orders.api import acting, fiscal
from edino.orders.errors import KeyTaken, NoSuchOrder, NoSuchPayment, NotExact, WrongState
from edino.orders.queries import book, fulfilment
from edino.orders.rules import shares
from edino.orders.types import TENDERS, Order, Paid, Payment
from edino.promotions import api as promotions

_LATER = {
    "pending": {"pending", "authorised", "captured", "failed"},
    "authorised": {"authorised", "captured", "failed"},
    "captured": {"captured", "refunded"},
    "failed": {"failed"},
    "refunded": {"refunded"},
}


_ON_DELIVERY = ("cod", "cash")
AT_THE_DOOR = ("card", "cash", "bank", "cod", "gift_card")
"""How one may pay when goods are handed over."""


def add_payment(
    *,
    order_uid: UUID,
    tender: str,
    amount: int,
    key: str,
    state: str = "pending",
    provider: str = "",
    provider_ref: str = "",
    at_counter: bool = False,
) -> Payment:
    """Note a payment of an order, once per key: a repeat answers with what is there, another amount is `KeyTaken`.

    `at_counter`: the goods are handed out with it, so that the tax office is told once of both.
    """
    if tender not in TENDERS:
        raise Invalid.field("tender", "unknown", "There is no such way of paying.")
    if amount <= 0:
        raise Invalid.field("amount", "range", "The amount is above zero.")
    if state not in {"pending", "authorised", "captured", "failed"}:
        raise Invalid.field("state", "unknown", "There is no such state of a payment.")
    captured = amount if state == "captured" else 0
    values: dict[str, Any] = {"order_uid": order_uid, "tender": tender, "amount": amount, "key": key, "state": state}
    added = book.add_payment(**values, captured=captured, provider=provider, provider_ref=provider_ref, at=clock.now())
    if added is not None:
        if captured:
            _captured(order_uid, added, at_counter=at_counter)
        return added
    found = book.payment(order_uid=order_uid, key=key)
    if found is None:
        raise NoSuchOrder
    if (found[0].tender, found[0].amount) != (tender, amount):
        raise KeyTaken
    return found[0]


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


def captured_by_tender(order: Order) -> dict[str, int]:
    """What was taken for an order so far."""
    found: dict[str, int] = {}
    for one in order.payments:
        if one.captured:
            found[one.tender] = found.get(one.tender, 0) + one.captured
    return found


def take_rest(order: Order, tenders: Sequence[Paid], at: datetime) -> None:
    """Take what a locked order still costs at a counter, exactly, by one or several tenders; `NotExact`."""
    take(order, tenders, at, amount=order.outstanding)


def take(order: Order, tenders: Sequence[Paid], at: datetime, *, amount: int, at_counter: bool = True) -> None:
    """Take this much of what a locked order still costs, exactly, by one or several tenders; `NotExact`.

    Of a part the rest is waited for as it was.
    Payments that were to be made on delivery are settled by it: they become what was really taken, and what is left of
    them is not waited for any more. A gift card pays what is on it, or `NotEnoughOnCard` and nothing is taken.
    """
    for place, one in enumerate(tenders):
        if one.tender not in AT_THE_DOOR:
            raise Invalid.field(f"tenders[{place}].tender", "unknown", "There is no such way of paying.")
        if one.amount <= 0:
            raise Invalid.field(f"tenders[{place}].amount", "range", "The amount is above zero.")
    if sum(one.amount for one in tenders) != amount:
        raise NotExact
    later = order.outstanding - amount
    waiting = [(one.id, one.amount) for one in order.payments if one.state == "pending" and one.tender in _ON_DELIVERY]
    money = [(place, one.amount) for place, one in enumerate(tenders) if one.tender != "gift_card"]
    settled, rest = shares.onto(money, waiting)
    rows = [(id_, tenders[place].tender, amount) for id_, place, amount in settled]
    for uid in book.capture_waiting(order.id, rows, at):
        moved = book.payment(uid=uid)
        if moved:
            _captured(order.uid, moved[0], at_counter=at_counter)
    open_ = sum(left for _, left in waiting) - sum(taken for _, _, taken in settled)
    if later and open_ > 0:
        add_payment(order_uid=order.uid, tender="cod", amount=min(later, open_), key=f"door:{ids.uuid7()}")
    for place, one in enumerate(tenders):
        part = one.amount if one.tender == "gift_card" else rest.get(place, 0)
        if part:
            key = f"counter:{ids.uuid7()}"
            values: dict[str, Any] = {"order_uid": order.uid, "tender": one.tender, "amount": part, "key": key}
            if one.tender == "gift_card":
                values |= _from_card(order, one, key)
            add_payment(**values, state="captured", at_counter=at_counter)


def _from_card(order: Order, one: Paid, key: str) -> dict[str, str]:
    """Take the money from a gift card; how the payment names it."""
    card = promotions.gift_card(code=one.code)
    if card.currency != order.currency:
        raise Invalid.field("tenders.code", "currency", "This gift card is of another currency.")
    promotions.spend_gift_card(card_id=card.id, order_uid=order.uid, amount=one.amount, held=False, key=key)
    return {"provider": "gift_card", "provider_ref": str(card.id)}


def _give_back_at_once(order: Order, payment: Payment, at: datetime) -> int:
    """Owe back what was taken beyond what the order is worth by now: it was cancelled meanwhile, or paid twice."""
    over = min(payment.captured - payment.refunded, shares.too_much(order.paid, order.due))
    if over <= 0 or order.state in {"draft", "dropped"}:
        return 0
    row = {"payment_id": payment.id, "order_id": order.id, "tender": payment.tender, "amount": over, "state": "due"}
    if payment.tender == "gift_card" and payment.provider_ref.isdecimal():
        promotions.refund_gift_card(
            card_id=int(payment.provider_ref), order_uid=order.uid, amount=over, key=f"payment:{payment.uid}"
        )
        row["state"] = "done"
    row |= {"currency": order.currency, "provider": payment.provider, "provider_ref": payment.provider_ref}
    book.add_refunds([{**row, "cause_kind": "payment", "cause_key": str(payment.uid)}], at)
    return over


def _captured(order_uid: UUID, payment: Payment, *, at_counter: bool = False) -> None:
    order = acting.locked(order_uid)  # who cancels at this instant sees the money, or is seen here
    at = clock.now()
    over = _give_back_at_once(order, payment, at)
    taken: dict[str, int] = {payment.tender: payment.captured - over}
    if order.outstanding <= 0 and any(one.state == "pending" and one.tender in _ON_DELIVERY for one in order.payments):
        book.give_up_payments(order.id)  # it was paid another way: nobody waits for it at the door
    # What was paid before it was sent has its receipt since then.
    if order.state == "fulfilled" and order.outstanding <= 0 < order.outstanding + payment.captured:
        given = [(line, line.fulfilled, line.net * line.fulfilled // line.quantity) for line in order.lines]
        fiscal.handed_out(order, given, taken, at, key=f"paid:{payment.uid}")
        fulfilment.settle_order({order.id: 0}, at)
    elif order.state in {"placed", "part_fulfilled"} and not at_counter:
        fiscal.prepaid(order, taken, at, key=str(payment.uid))
    elif order.state == "fulfilled" and order.outstanding > 0 and not over:
        fiscal.prepaid(order, taken, at, key=str(payment.uid))  # a part, for one of several parcels
    body = {
        "order": str(order_uid),
        "number": order.number,
        "payment": str(payment.uid),
        "tender": payment.tender,
        "amount": payment.captured,
        "currency": order.currency,
        "profile": order.contact.profile_id,
    }
    log.append([log.Fact(events.CAPTURED, "fact", at, body, None, order.source_id)])
