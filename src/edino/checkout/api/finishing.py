"""Finalise: the last step of a purchase, and the two ways in which one ends otherwise: released, parked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from edino.checkout import events
from edino.checkout.api.crossing import crossed
from edino.checkout.errors import InProgress, LeaseLost, NoSuchPurchase
from edino.checkout.queries import carts, purchases
from edino.checkout.queries.purchases import Kept
from edino.checkout.types import TERMINAL, Attempt, Delivery, Leg, Placed, Purchase, points
from edino.kernel import clock, holds, log
from edino.kernel.transactions import retried
from edino.orders import api as orders
from edino.orders.api import at_once
from edino.orders.types import Fresh, Order, OrderInput, Waiting
from edino.promotions import api as promotions
from edino.promotions.types import Quote
from edino.staff import api as staff
from edino.staff.types import Actor, Person

OWN_MONEY: Final = frozenset({"cash", "gift_card", "points"})
NO_STOCK: Final = "The money is there, but what was held meanwhile went to somebody else."


def told(kept: Kept) -> Placed:
    """What a purchase answers when it is asked again."""
    purchase = kept.purchase
    if kept.answer is not None:
        return msgspec.convert(kept.answer, Placed)
    return Placed(
        cart=purchase.cart_uid,
        order=purchase.order_uid,
        number="",
        state=purchase.state,
        next="wait",
        url="",
        total=purchase.total,
        currency=purchase.currency,
        pickup_code="",
    )


def payment_key(place: int) -> str:
    """The key of a tender's payment in the order's ledger."""
    return f"checkout-{place}"


def finalise(*, order_uid: UUID, fence: int | None = None) -> Placed:
    """Place an order that was prepared and is paid for, once, whoever asks; afterwards the same answer again.

    `InProgress` when it is not paid for yet; `LeaseLost` when the fence is not ours any more. What can no longer be
    promised parks the purchase.
    """
    try:
        return retried(lambda: _finalise(order_uid, fence))
    except holds.Short:
        return park(order_uid=order_uid, why=NO_STOCK)


def _finalise(order_uid: UUID, fence: int | None) -> Placed:
    kept = locked(order_uid)
    purchase = kept.purchase
    if purchase.state in {"placed", "released"}:
        return told(kept)
    if fence is not None and purchase.fence != fence:
        raise LeaseLost
    last = last_attempts(purchase)
    if not all(_is_paid(leg, last.get(leg.place)) for leg in purchase.tenders if not leg.deferred):
        raise InProgress
    order = orders.order(uid=order_uid)
    _convert(order)
    crossed(8)
    quote = msgspec.convert(purchase.quote["quote"], Quote)
    customer_id = purchase.quote["customer_id"]
    placed = complete(purchase, quote=quote, customer_id=customer_id, profile_id=order.contact.profile_id, money=last)
    crossed(9)
    at = clock.now()
    purchases.set_state(purchase.id, "placed", at, answer=carts.dumped(placed))
    carts.set_state(purchase.cart_id, "ordered", at)
    return placed


def locked(order_uid: UUID) -> Kept:
    """A purchase under its locks: first the cart's row, then its own."""
    known = purchases.by_order(order_uid)
    if known is None:
        raise NoSuchPurchase
    carts.cart(known.purchase.cart_uid, locked=True)
    kept = purchases.by_order(order_uid, locked=True)
    assert kept is not None  # noqa: S101 - purchases are never deleted
    return kept


def last_attempts(purchase: Purchase) -> dict[int, Attempt]:
    """The last try of each tender, by its place."""
    return {one.place: one for one in purchases.attempts(purchase.id)}


def _is_paid(leg: Leg, attempt: Attempt | None) -> bool:
    return attempt is not None and attempt.state in {"authorised", "captured"} and attempt.amount == leg.amount


def _convert(order: Order) -> None:
    """Holds become promises for good; what had ended, and was even forgotten, is taken anew."""
    converted: dict[int, int] = {}
    for want in holds.convert(holds.Owner("order", order.uid)):
        converted[want.capacity_id] = converted.get(want.capacity_id, 0) + want.quantity
    needed: dict[int, int] = {}
    for promised in order.wants:
        needed[promised.capacity_id] = needed.get(promised.capacity_id, 0) + promised.quantity
    lacking = [holds.Want(id_, more) for id_, all_ in needed.items() if (more := all_ - converted.get(id_, 0)) > 0]
    if lacking:
        holds.use(lacking)


def complete(
    purchase: Purchase,
    *,
    quote: Quote,
    customer_id: int | None,
    profile_id: int | None,
    money: Mapping[int, Attempt],
) -> Placed:
    """Redeem, spend, write the payments and place; everything scarce was promised in this transaction already."""
    at = clock.now()
    _redeem(purchase, quote, customer_id, profile_id, at)
    for leg in purchase.tenders:
        _spend(purchase, leg, profile_id)
        _add_payment(purchase, leg, profile_id, money.get(leg.place))
    return _placed(purchase, orders.place(uid=purchase.order_uid, at=at))


def by_itself(legs: Sequence[Leg], delivery: Delivery) -> bool:
    """Whether an order can be written as placed at once: no money was taken, nothing leaves with the shopper."""
    return delivery.method != "carry" and not any(leg.kind in OWN_MONEY or leg.provider == TERMINAL for leg in legs)


def write_placed(
    purchase: Purchase, order: OrderInput, *, quote: Quote, customer_id: int | None, profile_id: int | None
) -> Placed:
    """As `complete`, for an order that is not drafted yet and whose payments are all made later."""
    at = clock.now()
    _redeem(purchase, quote, customer_id, profile_id, at)
    payments = [
        Waiting(payment_key(leg.place), leg.kind, leg.amount, leg.provider, _ref(purchase, leg))
        for leg in purchase.tenders
    ]
    return _placed(purchase, at_once.place(order=order, payments=payments, at=at))


def _redeem(purchase: Purchase, quote: Quote, customer_id: int | None, profile_id: int | None, at: datetime) -> None:
    if quote.discount or quote.wants:
        promotions.redeem(
            order_uid=purchase.order_uid, customer_id=customer_id, quote=quote, at=at, profile_id=profile_id
        )


def _placed(purchase: Purchase, placed: Order | Fresh) -> Placed:
    return Placed(
        cart=purchase.cart_uid,
        order=purchase.order_uid,
        number=placed.number,
        state="placed",
        next="done",
        url="",
        total=purchase.total,
        currency=purchase.currency,
        pickup_code=placed.pickup_code,
    )


def _spend(purchase: Purchase, leg: Leg, profile_id: int | None) -> None:
    if leg.kind == "gift_card" and leg.card_id is not None:
        promotions.spend_gift_card(
            card_id=leg.card_id, order_uid=purchase.order_uid, amount=leg.amount, held=True, key=str(leg.place)
        )
    elif leg.kind == "points" and profile_id is not None:
        offer = next(one for _, one in points)
        offer.spend(profile_id=profile_id, order_uid=purchase.order_uid, amount=leg.amount, currency=purchase.currency)


def _add_payment(purchase: Purchase, leg: Leg, profile_id: int | None, attempt: Attempt | None) -> None:
    """The ledger names who holds the money, so that a refund finds its way back: a payment, a gift card, points."""
    own = leg.kind in OWN_MONEY or leg.provider == TERMINAL
    state = "captured" if own else attempt.state if attempt else "pending"
    provider, ref = leg.provider, _ref(purchase, leg)
    if attempt is not None:
        ref = attempt.ref
    elif leg.kind == "gift_card":
        provider, ref = leg.kind, str(leg.card_id)
    elif leg.kind == "points":
        provider, ref = leg.kind, str(profile_id)
    orders.add_payment(
        order_uid=purchase.order_uid,
        tender=leg.kind,
        amount=leg.amount,
        key=payment_key(leg.place),
        state=state,
        provider=provider,
        provider_ref=ref,
    )


def _ref(purchase: Purchase, leg: Leg) -> str:
    return f"{purchase.order_uid}-{leg.place}" if leg.provider else ""


def release(*, order_uid: UUID, why: str) -> bool:
    """Give up a purchase that nobody paid for: holds go, the draft is dropped, the cart opens. False when it ended."""
    return retried(lambda: _release(order_uid, why, {"prepared", "paying"}))


def _release(order_uid: UUID, why: str, from_: set[str]) -> bool:
    kept = locked(order_uid)
    purchase = kept.purchase
    if purchase.state not in from_:
        return False
    holds.release(holds.Owner("order", order_uid))
    orders.drop_draft(uid=order_uid, reason=why)
    at = clock.now()
    purchases.set_state(purchase.id, "released", at, note=why)
    if not kept.given_up:  # else the cart is back long since, and perhaps bought in another way
        carts.set_state(purchase.cart_id, "open", at)
    log.append([_fact(events.RELEASED, purchase, why)])
    return True


def park(*, order_uid: UUID, why: str) -> Placed:
    """Leave a purchase that has money to a person, with the reason. What is placed stays placed."""

    def work() -> Placed:
        kept = locked(order_uid)
        if kept.purchase.state != "parked":
            purchases.set_state(kept.purchase.id, "parked", clock.now(), note=why)
            log.append([_fact(events.PARKED, kept.purchase, why)])
        return replace(told(Kept(kept.purchase, None, kept.given_up)), state="parked")

    return retried(work)


def resolve(*, order_uid: UUID, how: str, why: str, by: Person | Actor) -> Placed:
    """A person takes a parked purchase on: `place` it after all, or `release` it once its money was given back."""

    def work() -> Placed:
        kept = locked(order_uid)
        if kept.purchase.state != "parked":
            raise InProgress
        detail = {"did": how, "why": why}
        staff.audit(actor=by, operation="orders.edit", subject=("order", str(order_uid)), detail=detail)
        if how == "release":
            _release(order_uid, why, {"parked"})
            return told(kept)
        return _finalise(order_uid, None)

    return retried(work)


def _fact(type_: str, purchase: Purchase, why: str) -> log.Fact:
    body: dict[str, Any] = {"cart": str(purchase.cart_uid), "order": str(purchase.order_uid), "why": why}
    return log.Fact(type_, "fact", clock.now(), body)
