"""Coupons: made one by one, in batches, or for a customer; the last also as compensation, within a monthly budget."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from edino.channels.types import Source
from edino.kernel import clock, holds, log
from edino.kernel.errors import FieldError, Invalid
from edino.kernel.ids import uuid7
from edino.promotions import events
from edino.promotions.api.quoting import COUPON
from edino.promotions.api.saving import Hand, promotion
from edino.promotions.api.wording import Words
from edino.promotions.errors import BudgetSpent, CodeTaken, NoSuchCoupon, NothingToGive
from edino.promotions.queries import codes as queries
from edino.promotions.queries.promotions import customer_of
from edino.promotions.rules.codes import COUPON_LENGTH, FORM, spelled, usual
from edino.promotions.types import Batch, CouponPage, PromotionView
from edino.staff import api as staff
from edino.staff.types import Actor

MOST_AT_ONCE: Final = 100_000
COMPENSATION: Final = "compensation"


def issue_coupons(
    *,
    promotion_code: str,
    by: Hand,
    count: int = 1,
    code: str = "",
    customer_id: int | None = None,
    uses: int | None = 1,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    reason: str = "",
) -> list[str]:
    """Make coupons of a promotion; their codes.

    `code`: one with this code (SUMMER10), else `count` random ones. `customer_id`: for him alone (his id as resolved
    now). `uses` None is no limit. They are valid wherever the promotion is: online and at the till.
    """
    found = promotion(code=promotion_code)
    told = usual(code)
    wrong = []
    if not found.definition.needs_code:
        wrong.append(FieldError("promotion", "no_code", "This promotion applies without a code."))
    if not 1 <= count <= MOST_AT_ONCE:
        wrong.append(FieldError("count", "out_of_range", "Up to 100,000 coupons are made at once."))
    if code and (count != 1 or not FORM.fullmatch(told)):
        wrong.append(FieldError("code", "form", "A code has 3 to 40 letters, digits, hyphens or underscores."))
    if uses is not None and uses < 1:
        wrong.append(FieldError("uses", "out_of_range", "A coupon can be used at least once."))
    if ends_at is not None and ends_at <= (starts_at or clock.now()):
        wrong.append(FieldError("ends_at", "before_start", "It ends before it starts."))
    if wrong:
        raise Invalid(fields=wrong)
    kind = "personal" if customer_id is not None else "single" if count == 1 else "batch"
    values = {"kind": kind, "customer": customer_id, "uses": uses, "starts_at": starts_at, "ends_at": ends_at}
    with transaction.atomic():
        return _make(found, [told] if code else [], count, values, by=by, reason=reason)


def give_coupon(
    *, promotion_code: str, customer_id: int, by: Hand, reason: str, ends_at: datetime | None = None
) -> tuple[str, int]:
    """Give a customer a coupon to make up for something; its code, and what is left of the giver's budget this month.

    Each person has the promotion's `issue_budget` per month (UTC), a coupon counts `issue_value`; `BudgetSpent` beyond
    it, also when two are given at the same instant.
    """
    found = promotion(code=promotion_code)
    definition = found.definition
    if definition.issue_budget is None or found.state != "active":
        raise NothingToGive
    if not reason.strip():
        raise Invalid.field("reason", "required", "Say what it makes up for.")
    month = clock.now().date().replace(day=1)
    with transaction.atomic():
        row = queries.issuer_budget(found.id, by.name, month)
        [capacity] = holds.open_capacities(COMPENSATION, [(row, definition.issue_budget, 0)])
        change = definition.issue_budget - queries.budget_total(capacity)
        if change:
            holds.change_totals([(capacity, change)], happened=True)
        try:
            holds.use([holds.Want(capacity, definition.issue_value)])
        except holds.Short as short:
            raise BudgetSpent(left=Words(definition.currency).money(short.shortages[0].free)) from short
        values = {"kind": "personal", "customer": customer_id, "uses": 1, "starts_at": None, "ends_at": ends_at}
        [code] = _make(found, [], 1, values, by=by, reason=reason.strip())
        left = holds.free([capacity])[capacity]
    return code, left


def void_coupon(*, id: int, by: Hand) -> None:  # noqa: A002 - the field's name
    """A coupon is worth nothing from now on. What was given for it stays."""
    with transaction.atomic():
        code = queries.void(id)
        if code is None:
            raise NoSuchCoupon
        staff.audit(actor=_who(by), operation="coupons.issue", subject=("coupon", str(id)), detail={"did": "ended"})


def coupons(
    *,
    coupon_id: int | None = None,
    promotion_id: int | None = None,
    batch: UUID | None = None,
    code: str = "",
    customer_id: int | None = None,
    after: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> CouponPage:
    """A page of coupons, newest first; `code` is how it begins, `after` the place of the last one seen.

    With `customer_id` (as resolved now) the coupons made for him that count now, the first to end first; no more than
    `limit`, and nothing else is asked.
    """
    if customer_id is not None:
        own = queries.coupons_of(customer_id, clock.now(), limit)
        return CouponPage(own, len(own))
    filters: dict[str, Any] = {"id_": coupon_id, "promotion": promotion_id, "batch": batch, "code": usual(code)}
    return CouponPage(queries.coupons(**filters, after=after, limit=limit), queries.count_coupons(**filters))


def batches(*, promotion_id: int | None = None, limit: int = 100) -> list[Batch]:
    """Batches of coupons, newest first."""
    return queries.batches(promotion_id, limit)


def codes_of(*, batch: UUID) -> list[str]:
    """All codes of a batch, for printing."""
    found = queries.codes_of(batch)
    if not found:
        raise NoSuchCoupon
    return found


def _make(
    found: PromotionView, told: Sequence[str], count: int, values: dict[str, Any], *, by: Hand, reason: str
) -> list[str]:
    now, uid = clock.now(), uuid7()
    if values["customer"] is not None:
        values["customer"] = customer_of(values["customer"])
    batch = queries.add_batch(uid, found.id, by=by.name, reason=reason, at=now)
    values = {**values, "promotion": found.id, "batch": batch, "at": now}
    made: dict[str, int] = queries.add_coupons(told, values) if told else {}
    if told and not made:
        raise CodeTaken(fields=[FieldError("code", "taken", "Another coupon has this code.")])
    while len(made) < count:
        fresh = {spelled(secrets.token_bytes(COUPON_LENGTH)) for _ in range(count - len(made))}
        made |= queries.add_coupons(sorted(fresh), values)
    if values["uses"] is not None:
        holds.open_capacities(COUPON, [(id_, values["uses"], 0) for id_ in sorted(made.values())])
    body = {
        "promotion": found.code,
        "batch": str(uid),
        "count": count,
        "kind": values["kind"],
        "reason": reason,
    }
    source = by.id if isinstance(by, Source) else None
    log.append([log.Fact(events.COUPONS_ISSUED, "fact", now, body, source_id=source)])
    staff.audit(actor=_who(by), operation="coupons.issue", subject=("promotion", found.code), detail={"count": count})
    return sorted(made)


def _who(by: Hand) -> Any:
    return Actor(by.name) if isinstance(by, Source) else by
