"""Where in the life of a customer somebody stands: a function of the last steps and the present moment.

It moves forward and back by itself: a cart forgotten for a month is a cart no more, an owner who is silent lapses, one
who comes back chooses again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Final

from edino.customers.types import StageView, Steps


@dataclass(frozen=True, slots=True)
class Spans:
    """How long each step counts."""

    paying: timedelta = timedelta(days=3)
    choosing: timedelta = timedelta(days=30)
    browsing: timedelta = timedelta(days=30)
    waiting: timedelta = timedelta(days=30)
    owning: timedelta = timedelta(days=180)
    lapsing: timedelta = timedelta(days=365)


USUAL: Final = Spans()

STEPS: Final[Mapping[str, str]] = {
    "page": "browsed_at",
    "screen": "browsed_at",
    "Products Searched": "browsed_at",
    "Product List Viewed": "browsed_at",
    "Product List Filtered": "browsed_at",
    "Product Clicked": "browsed_at",
    "Product Viewed": "browsed_at",
    "Product Added": "chose_at",
    "Product Added to Wishlist": "chose_at",
    "Wishlist Product Added to Cart": "chose_at",
    "Cart Viewed": "chose_at",
    "Checkout Started": "paying_at",
    "Checkout Step Viewed": "paying_at",
    "Checkout Step Completed": "paying_at",
    "Payment Info Entered": "paying_at",
    "Order Completed": "ordered_at",
    "Order Delivered": "received_at",
    "Order Handed Over": "received_at",
    "Order Cancelled": "cancelled_at",
}
"""Event of the tracking spec → the step it is. What is bought in a store is received at once."""


def together(parts: Iterable[Steps]) -> Steps:
    """The steps of a customer: of each kind the last that any profile took; of the first moments, the first."""
    kept = list(parts)
    latest: dict[str, datetime | None] = {}
    for name in (field.name for field in fields(Steps)):
        moments = [moment for part in kept if (moment := getattr(part, name)) is not None]
        pick = min if name == "first_at" else max
        latest[name] = pick(moments) if moments else None
    return Steps(**latest)


def stage(steps: Steps, now: datetime, spans: Spans = USUAL) -> StageView:
    """The stage at a moment: the most urgent that holds."""
    ordered = _standing(steps)
    bought = max((at for at in (ordered, steps.received_at) if at), default=None)
    if _after(steps.paying_at, bought) and _within(steps.paying_at, now, spans.paying):
        return StageView("buying", steps.paying_at)
    if ordered and not _not_before(steps.received_at, ordered) and _within(ordered, now, spans.waiting):
        return StageView("waiting", ordered)
    chose = max((at for at in (steps.chose_at, steps.paying_at) if at), default=None)
    if _after(chose, bought) and _within(chose, now, spans.choosing):
        return StageView("choosing_again" if bought else "choosing", chose)
    seen = max((at for at in (steps.seen_at, steps.browsed_at, bought, steps.first_at) if at), default=None)
    if bought and seen:
        return _fading(seen, now, spans.owning, spans) or StageView("owner", bought)
    if _within(steps.browsed_at, now, spans.browsing):
        return StageView("browsing", steps.browsed_at)
    faded = _fading(seen, now, spans.browsing, spans) if seen else None
    return faded or StageView("new", steps.first_at)


def _fading(seen: datetime, now: datetime, calm: timedelta, spans: Spans) -> StageView | None:
    """Lapsing when not seen for longer than `calm`, lost when longer still."""
    if now - seen > spans.lapsing:
        return StageView("lost", seen + spans.lapsing)
    return StageView("lapsing", seen + calm) if now - seen > calm else None


def _standing(steps: Steps) -> datetime | None:
    """The last order, unless it was cancelled after."""
    return None if _not_before(steps.cancelled_at, steps.ordered_at) else steps.ordered_at


def _after(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one > other)


def _not_before(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one >= other)


def _within(at: datetime | None, now: datetime, span: timedelta) -> bool:
    return at is not None and now - at <= span
