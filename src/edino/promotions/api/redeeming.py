"""The ledger of redemptions: what promotions took off in orders, and what of it came back."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from edino.kernel import holds, log
from edino.kernel.holds import Want
from edino.kernel.reconciling import Difference
from edino.promotions import events
from edino.promotions.api.quoting import BUDGET, CUSTOMER
from edino.promotions.queries import promotions as queries
from edino.promotions.rules.codes import usual
from edino.promotions.rules.returning import give_back
from edino.promotions.types import Quote


def redeem(
    *, order_uid: UUID, customer_id: int | None, quote: Quote, at: datetime, profile_id: int | None = None
) -> None:
    """Note what was taken off in an order when it is placed; its `wants` have been converted by then. Once per order.

    Uses of a customer move from his capacity to this ledger, where they count for whoever he is later.
    """
    shares: dict[int, dict[str, dict[str, int]]] = {}
    versions: dict[int, int] = {}
    for line in quote.lines:
        for share in line.shares:
            shares.setdefault(share.promotion_id, {})[line.key] = _line(share.amount, line.quantity)
            versions[share.promotion_id] = share.version
    for share in quote.delivery_shares:
        shares.setdefault(share.promotion_id, {})[""] = _line(share.amount, 1)
        versions[share.promotion_id] = share.version
    if not shares:
        return
    wants: dict[int, list[list[int | str]]] = {}
    amounts = dict(quote.wants)
    for capacity, kind, promotion, _ in queries.capacities(sorted(amounts)):
        wants.setdefault(promotion, []).append([capacity, amounts[capacity], kind])
    codes = {one.promotion_id: one.code for one in quote.codes if one.accepted and one.promotion_id is not None}
    new = [
        queries.New(
            id_,
            versions[id_],
            usual(codes.get(id_, "")),
            sum(line["amount"] for line in lines.values()),
            lines,
            wants.get(id_, []),
        )
        for id_, lines in sorted(shares.items())
    ]
    with transaction.atomic():
        noted = queries.redeem(new, order=order_uid, profile=profile_id, customer=customer_id, at=at)
        gone = [
            Want(int(capacity), int(quantity))
            for one in new
            if one.promotion_id in noted
            for capacity, quantity, kind in one.wants
            if kind == CUSTOMER
        ]
        holds.settle(gone)
        log.append(_fact(one, order_uid, profile_id, at) for one in new if one.promotion_id in noted)


def unredeem(*, order_uid: UUID, lines: Mapping[str, int] | None = None) -> None:
    """Give back what an order had: wholly (a cancellation), or for so many units of some lines (a return).

    Budgets get back the part of the discount; uses of promotions and coupons are free only when everything is undone.
    Say only units that were not said before.
    """
    with transaction.atomic():
        free: list[Want] = []
        own: list[tuple[int, int]] = []
        rows = []
        for one in queries.redeemed(order_uid):
            after, given, whole = give_back(one.lines, lines)
            rows.append((one.id, given, after, whole))
            for capacity, quantity, kind in one.wants:
                if kind == BUDGET:
                    free.append(Want(capacity, given - one.given_back))
                elif whole and kind == CUSTOMER:
                    own.append((capacity, quantity))
                elif whole:
                    free.append(Want(capacity, quantity))
        if rows:
            queries.give_back(rows)
            holds.unuse(free)
            holds.change_totals(own)


def differences() -> list[Difference]:
    """Uses and budgets that are not what the ledger of redemptions says."""
    return [Difference(f"{kind} {ref}", used, summed) for kind, ref, used, summed in queries.drift()]


def _line(amount: int, quantity: int) -> dict[str, int]:
    return {"amount": amount, "quantity": quantity, "back": 0}


def _fact(one: queries.New, order: UUID, profile: int | None, at: datetime) -> log.Fact:
    body = {"promotion": one.promotion_id, "version": one.version, "order": str(order), "amount": one.amount}
    return log.Fact(events.PROMOTION_REDEEMED, "fact", at, body, profile_id=profile)
