"""Which of the codes that were given are taken, each by itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from edino.promotions.rules.codes import usual


class Coupon(NamedTuple):
    """What is known of a coupon. `free` None: it has no limit; `running`: its promotion is active."""

    code: str
    promotion_id: int
    personal: bool
    customer_id: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    is_void: bool
    free: int | None
    running: bool


def judge(
    given: Sequence[str], known: Mapping[str, Coupon], *, customer: int | None, at: datetime, most: int
) -> dict[str, str]:
    """A word for every code in its usual writing: "accepted", or why not. The order of the codes does not count."""
    words: dict[str, str] = {}
    taken: set[int] = set()
    for code in sorted({usual(one) for one in given}):
        coupon = known.get(code)
        word = "unknown" if coupon is None else _word(coupon, customer, at)
        if coupon is not None and word == "accepted":
            if coupon.promotion_id in taken:
                word = "twice"
            elif len(taken) >= most:
                word = "too_many"
            else:
                taken.add(coupon.promotion_id)
        words[code] = word
    return words


def _word(coupon: Coupon, customer: int | None, at: datetime) -> str:
    reasons = {
        "void": coupon.is_void,
        "not_running": not coupon.running,
        "too_early": coupon.starts_at is not None and at < coupon.starts_at,
        "ended": coupon.ends_at is not None and coupon.ends_at <= at,
        "not_yours": coupon.personal and (customer is None or coupon.customer_id != customer),
        "used_up": coupon.free is not None and coupon.free < 1,
    }
    return next((word for word, holds in reasons.items() if holds), "accepted")
