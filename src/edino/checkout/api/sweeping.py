"""The sweeper: whatever a crash, a lost notification or a patient shopper left in between comes to an end."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction

from edino.checkout import events
from edino.checkout.api import finishing, paying, refunding
from edino.checkout.errors import InProgress, LeaseLost, PaymentFailed, ProviderRefused, ProviderUnavailable
from edino.checkout.queries import carts, purchases
from edino.checkout.types import Hand, Placed, Purchase, Swept
from edino.kernel import clock, holds, log
from edino.kernel.transactions import retried

MOST: Final = 200
LEASE: Final = timedelta(seconds=60)
SETTLED: Final = timedelta(seconds=30)
LEFT_ALONE: Final = timedelta(days=30)
NEVER_PAID: Final = "Nobody paid."
GIVEN_UP: Final = "The shopper gave it up."
logger = structlog.get_logger("edino.checkout")


def sweep(*, now: datetime | None = None) -> Swept:
    """Look after every purchase whose lease ran out, and money that no order keeps; end carts that were left alone.

    A provider that does not answer changes nothing: its purchases are looked at next time.
    """
    at = now or clock.now()
    done = Swept()
    due = dict.fromkeys(purchases.lease_due(at, MOST))
    late = [*purchases.to_capture(at - SETTLED, MOST), *purchases.unended(at - paying.LOOK_AGAIN, MOST)]
    for order_uid in [*due, *(uid for uid in dict.fromkeys(late) if uid not in due)]:
        done = _look_after(order_uid, at, done)
    ended = end_abandoned(now=at)
    carts.forget_tokens(at)
    refunded, troubles = refunding.settle_refunds()
    return replace(done, ended=ended, refunded=refunded, troubles=done.troubles + troubles)


def _look_after(order_uid: UUID, at: datetime, done: Swept) -> Swept:
    kept = purchases.by_order(order_uid)
    if kept is None:
        return done
    purchase, fence = kept.purchase, None
    done = replace(done, looked=done.looked + 1)
    try:
        if purchase.state in {"prepared", "paying"}:
            fence = purchases.take_over(purchase, max(at, clock.now()) + LEASE, max(at, clock.now()))
            if fence is None:
                return done
        return _counted(_swept(purchase, fence), purchase, done)
    except (InProgress, LeaseLost):
        return replace(done, waiting=done.waiting + 1)
    except PaymentFailed:
        return replace(done, released=done.released + 1)
    except (ProviderUnavailable, ProviderRefused) as error:
        logger.warning("a payment service was no help", order=str(order_uid), error=str(error))
        purchases.postpone(order_uid, clock.now() + LEASE)
        return replace(done, troubles=done.troubles + 1)


def _swept(purchase: Purchase, fence: int | None) -> Placed | None:
    """None when it was released since nobody was ever asked for money."""
    if purchase.state == "prepared" and not purchases.attempts(purchase.id):
        finishing.release(order_uid=purchase.order_uid, why=NEVER_PAID)
        return None
    return paying.look(order_uid=purchase.order_uid, fence=fence)


def _counted(placed: Placed | None, purchase: Purchase, done: Swept) -> Swept:
    if placed is None:
        return replace(done, released=done.released + 1)
    if placed.state == "parked":
        return replace(done, parked=done.parked + 1)
    if placed.state == "placed":
        told = replace(done, orders=[*done.orders, purchase.order_uid])
        new = purchase.state != "placed"
        return replace(told, placed=done.placed + new, captured=done.captured + (not new))
    return replace(done, waiting=done.waiting + 1)


def give_up(*, uid: UUID, by: Hand) -> bool:
    """The shopper does not want to pay after all: the cart is open again. False when nothing was under way.

    Money that comes nevertheless is let go while it is only authorised, and parked for a person when it was taken.
    """
    found = carts.cart(uid)
    kept = purchases.of_cart(found.id) if found else None
    if found is None or kept is None:
        return False
    done = finishing.release(order_uid=kept.purchase.order_uid, why=GIVEN_UP)
    if done:
        carts.note(found, by, "given up", {}, clock.now())
        try:
            paying.look(order_uid=kept.purchase.order_uid)
        except (ProviderUnavailable, ProviderRefused):
            logger.warning("a payment service was no help", order=str(kept.purchase.order_uid))
    return done


def end_abandoned(*, now: datetime | None = None, most: int = 1000) -> int:
    """End open carts that nobody touched for 30 days: their holds go, a fact says so. How many."""
    at = now or clock.now()
    before = at - LEFT_ALONE

    def work() -> int:
        found = carts.left_alone(before, most)
        ended = carts.end([one.id for one in found], before)
        facts = []
        for one in found:
            if one.id in ended:
                holds.release(holds.Owner("cart", one.uid))
                body = {"cart": str(one.uid), "lines": one.lines, "channel": one.channel}
                facts.append(log.Fact(events.ABANDONED, "fact", at, body, one.profile_id, one.source_id))
        if facts:
            log.append(facts)
        return len(facts)

    return retried(work) if not transaction.get_connection().in_atomic_block else work()
