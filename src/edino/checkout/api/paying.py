"""Pay: the step between, with no lock and no transaction. Every call carries a key that makes its repeat harmless."""

from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from edino.checkout import rules
from edino.checkout.api import finishing, providers
from edino.checkout.api.crossing import crossed
from edino.checkout.errors import InProgress, NoSuchPurchase, PaymentFailed, ProviderRefused
from edino.checkout.queries import carts, purchases
from edino.checkout.queries.purchases import Kept
from edino.checkout.types import Attempt, Bill, Leg, Money, Placed, Purchase
from edino.kernel import clock
from edino.kernel.transactions import retried
from edino.orders import api as orders

LOOK_AGAIN: Final = timedelta(minutes=2)
MONEY_LEFT: Final = "The purchase was given up, but its money was taken."
MONEY_GONE: Final = "The order was placed, but its payment was let go by the payment service."
NOT_PAID: Final = "The payment did not go through."


def pay(purchase: Purchase, *, fence: int | None = None) -> Placed:
    """Ask for every tender that somebody else collects, then go on as far as the answers allow.

    `PaymentFailed` when one was refused: the cart is open again. `ProviderUnavailable`: nothing is known, the same
    call or the sweeper goes on.
    """
    for leg in _outside(purchase):
        _ask(purchase, leg)
    return settle(order_uid=purchase.order_uid, fence=fence)


def look(*, order_uid: UUID, fence: int | None = None) -> Placed:
    """See how the payments of a purchase stand at their providers, and go on from there: webhook, sweeper, shopper."""
    kept = purchases.by_order(order_uid)
    if kept is None:
        raise NoSuchPurchase
    purchase = kept.purchase
    last = finishing.last_attempts(purchase)
    for leg in _outside(purchase):
        attempt = last.get(leg.place)
        if attempt is not None and attempt.state == "asked":
            _ask(purchase, leg)
        elif attempt is not None and attempt.state in {"pending", "authorised"}:
            ref = attempt.ref
            provider = providers.of(attempt.provider)
            _note(attempt, providers.outside(lambda provider=provider, ref=ref: provider.state(ref)))  # type: ignore[misc]
    return settle(order_uid=order_uid, fence=fence)


def settle_payment(*, provider: str, ref: str) -> Placed | None:
    """A provider says that something happened to a payment. It is asked what; None when the payment is not ours."""
    order_uid = purchases.order_of_payment(provider, ref)
    if order_uid is None:
        offer = providers.of(provider)
        told = providers.outside(lambda: offer.state(ref))
        if told.order is None or purchases.by_order(told.order) is None:
            return None
        order_uid = told.order
    try:
        return look(order_uid=order_uid)
    except PaymentFailed:
        return None


def _outside(purchase: Purchase) -> list[Leg]:
    return [leg for leg in purchase.tenders if not leg.deferred]


def _ask(purchase: Purchase, leg: Leg) -> None:
    """Note that we ask, ask, note the answer: after a crash anywhere the same key is asked again."""
    attempt = finishing.last_attempts(purchase).get(leg.place)
    if attempt is None:
        purchases.note_attempt(purchase.id, leg, 1, purchase.currency, clock.now())
        attempt = finishing.last_attempts(purchase)[leg.place]
    if attempt.state != "asked":
        return
    crossed(5)
    order = orders.order(uid=purchase.order_uid)
    bill = Bill(
        key=_key(purchase, attempt),
        order_uid=purchase.order_uid,
        amount=leg.amount,
        currency=purchase.currency,
        description=order.number,
        return_url=leg.return_url,
        email=order.contact.email,
        phone=order.contact.phone,
    )
    offer = providers.of(leg.provider)
    try:
        money = providers.outside(lambda: offer.create(bill))
    except ProviderRefused as refused:
        money = Money("", "failed", leg.amount, purchase.currency, reason=str(refused)[:300])
    crossed(6)
    _note(attempt, money)
    crossed(7)


def _key(purchase: Purchase, attempt: Attempt, what: str = "") -> str:
    return f"{purchase.order_uid}-{attempt.place}-{attempt.number}{what}"


def _note(attempt: Attempt, money: Money) -> None:
    """What a provider said. A sum that is not the one asked for counts as nothing paid."""
    right = money.amount == attempt.amount and money.currency == attempt.currency
    if money.state in {"authorised", "captured"} and not right:
        money = replace(money, state="failed", reason="The amount is not the one asked for.")
    purchases.note_money(attempt.id, money, clock.now())


def settle(*, order_uid: UUID, fence: int | None = None) -> Placed:
    """Go on from what is known of the payments: place, capture, release, park, or wait."""
    kept = purchases.by_order(order_uid)
    if kept is None:
        raise NoSuchPurchase
    purchase = kept.purchase
    last = finishing.last_attempts(purchase)
    if purchase.state in {"prepared", "paying"}:
        return _go_on(kept, last, fence)
    if purchase.state == "placed":
        _collect(purchase, last)
    elif purchase.state == "released":
        return _let_go(kept, last)
    return finishing.told(kept)


def _go_on(kept: Kept, last: dict[int, Attempt], fence: int | None) -> Placed:
    purchase = kept.purchase
    wanted = _outside(purchase)
    stand = rules.money_done([last[leg.place].state if leg.place in last else "none" for leg in wanted])
    if stand == "paid":
        placed = finishing.finalise(order_uid=purchase.order_uid, fence=fence)
        if placed.state == "placed":
            crossed(10)
            _collect(purchase, finishing.last_attempts(purchase))
        return placed
    if stand == "failed":
        if any(one.state == "captured" for one in last.values()):
            return finishing.park(order_uid=purchase.order_uid, why=MONEY_LEFT)
        finishing.release(order_uid=purchase.order_uid, why=NOT_PAID)
        _let_go(kept, last)
        raise PaymentFailed
    if stand == "none":
        raise InProgress
    return _wait(purchase, last)


def _wait(purchase: Purchase, last: dict[int, Attempt]) -> Placed:
    """The shopper has to act at the provider. From now on a repeat of the call answers with the same address."""
    at = clock.now()
    url = next((one.url for one in last.values() if one.state == "pending" and one.url), "")
    answer = Placed(
        cart=purchase.cart_uid,
        order=purchase.order_uid,
        number="",
        state="paying",
        next="pay" if url else "wait",
        url=url,
        total=purchase.total,
        currency=purchase.currency,
        pickup_code="",
    )

    def work() -> Placed:
        kept = finishing.locked(purchase.order_uid)
        if kept.purchase.state not in {"prepared", "paying"}:
            return finishing.told(kept)
        purchases.set_state(kept.purchase.id, "paying", at, answer=carts.dumped(answer))
        purchases.postpone(purchase.order_uid, at + LOOK_AGAIN)
        return answer

    return retried(work)


def _collect(purchase: Purchase, last: dict[int, Attempt]) -> None:
    """The order is placed: take what was only authorised, and tell the order what came.

    Of an order that was cancelled before, nothing is taken.
    """
    gone = orders.order(uid=purchase.order_uid).state == "cancelled"
    for attempt in last.values():
        if attempt.state == "authorised" and gone:
            _cancel(purchase, attempt)
        elif attempt.state == "authorised":
            offer = providers.of(attempt.provider)
            told = {"amount": attempt.amount, "currency": attempt.currency, "key": _key(purchase, attempt, "-capture")}
            money = providers.outside(lambda offer=offer, ref=attempt.ref, told=told: offer.capture(ref, **told))  # type: ignore[misc]
            crossed(11)
            _note(attempt, money)
    for attempt in finishing.last_attempts(purchase).values():
        let_go = attempt.state in {"cancelled", "failed"}
        if attempt.state == "captured" or (gone and let_go):
            key, state = finishing.payment_key(attempt.place), "failed" if let_go else "captured"
            retried(
                lambda key=key, state=state: orders.update_payment(  # type: ignore[misc]
                    order_uid=purchase.order_uid, key=key, state=state
                )
            )
        elif let_go:
            finishing.park(order_uid=purchase.order_uid, why=MONEY_GONE)


def _let_go(kept: Kept, last: dict[int, Attempt]) -> Placed:
    """The purchase came to nothing: authorised money is let go, taken money waits for a person."""
    purchase = kept.purchase
    for attempt in last.values():
        if attempt.state == "captured":
            return finishing.park(order_uid=purchase.order_uid, why=MONEY_LEFT)
        if attempt.state == "authorised":
            _cancel(purchase, attempt)
    return finishing.told(kept)


def _cancel(purchase: Purchase, attempt: Attempt) -> None:
    """Let authorised money go: nobody is charged."""
    offer = providers.of(attempt.provider)
    key = _key(purchase, attempt, "-cancel")
    _note(attempt, providers.outside(lambda: offer.cancel(attempt.ref, key=key)))
