"""Whatever is ordered, cancelled, edited and given back in whatever order, the sums are exact."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edino.kernel import holds
from edino.kernel.errors import Refusal
from edino.orders import api
from edino.orders.api import returns
from edino.orders.rules import receipts as rules
from edino.orders.rules import shares
from edino.orders.types import Inspection, ReturnLineInput
from tests.orders import shop as of
from tests.orders.shop import ANYA, MAY, OLEG, Shop


@given(st.integers(0, 10**9), st.integers(1, 300), st.lists(st.integers(1, 40), max_size=40))
def test_parts_of_a_line_sum_to_it_however_it_is_cut(net: int, quantity: int, cuts: list[int]) -> None:
    taken, parts = 0, 0
    for cut in [*cuts, quantity]:
        count = min(cut, quantity - taken)
        parts += shares.worth(net, quantity, taken, count)
        taken += count
    assert (taken, parts) == (quantity, net)
    pieces = [shares.worth(net, quantity, place, 1) for place in range(quantity)]
    assert max(pieces) - min(pieces) <= 1


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=8), st.data())
def test_a_refund_never_takes_more_from_a_payment_than_it_holds(held: list[int], data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, sum(held)))
    payments = [shares.Holding(place, "card", left) for place, left in enumerate(held)]
    found = shares.by_tender(amount, payments)
    assert sum(share for _, share in found) == amount
    assert all(0 < share <= one.left for one, share in found)


def oracle(backs: list[rules.Back], sold: list[rules.Left]) -> dict[int, dict[int, int]]:
    """The same matching piece by piece: each piece of each return, in order of time, takes the latest piece left."""
    left = {one.line_id: one.left for one in sold}
    found: dict[int, dict[int, int]] = {back.id: {} for back in backs}
    for back in sorted(backs, key=lambda back: (back.at, back.id)):
        for _ in range(back.quantity):
            fitting = [
                one
                for one in sold
                if (one.owner, one.sku) == (back.owner, back.sku) and one.at <= back.at and left[one.line_id]
            ]
            if fitting:
                best = max(fitting, key=lambda one: (one.at, one.line_id))
                left[best.line_id] -= 1
                found[back.id][best.line_id] = found[back.id].get(best.line_id, 0) + 1
    return found


moments = st.integers(0, 5).map(lambda hours: MAY.replace(hour=hours))
whose = st.tuples(st.integers(1, 2), st.sampled_from(["A", "B"]))


@given(
    st.lists(st.tuples(whose, st.integers(1, 4), moments), max_size=8),
    st.lists(st.tuples(whose, st.integers(0, 4), moments), max_size=8),
)
def test_returns_are_matched_as_piece_by_piece(backs: list[Any], sold: list[Any]) -> None:
    given_back = [rules.Back(n, who[0], who[1], count, at) for n, (who, count, at) in enumerate(backs)]
    left = [rules.Left(n, who[0], who[1], count, at) for n, (who, count, at) in enumerate(sold)]
    found = rules.match(given_back, left)
    assert {id_: dict(parts) for id_, parts in found.items()} == oracle(given_back, left)
    for one in left:
        assert sum(count for parts in found.values() for id_, count in parts if id_ == one.line_id) <= one.left


steps = st.lists(
    st.one_of(
        st.tuples(st.just("cancel"), st.integers(0, 2), st.integers(1, 3)),
        st.tuples(st.just("edit"), st.integers(0, 2), st.integers(0, 3)),
        st.tuples(st.just("return"), st.integers(0, 2), st.integers(1, 3)),
        st.tuples(st.just("send"), st.just(0), st.just(0)),
        st.tuples(st.just("pay"), st.just(0), st.integers(1, 10**6)),
    ),
    max_size=8,
)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(["DAWN-41", "DAWN-42", "SOCK"]), st.integers(1, 3), st.integers(0, 49_901)),
             min_size=1, max_size=3, unique_by=lambda one: one[0]),
    st.integers(0, 3),
    steps,
)  # fmt: skip
def test_ledgers_agree_after_whatever_happens(
    db: None, bought: list[tuple[str, int, int]], split: int, steps: list[tuple[str, int, int]]
) -> None:
    with transaction.atomic():
        shop = of.open_shop()
        lines = [of.line(shop, sku, count, min(discount, of.PRICES[sku])) for sku, count, discount in bought]
        total = sum(line.net for line in lines) + of.COURIER.amount
        paid = {"card": total * split // 3, "bank": total // 3} if split else {}
        paid = {tender: amount for tender, amount in paid.items() if amount and sum(paid.values()) <= total}
        order = of.ordered(shop, lines, of.COURIER, paid=paid)
        for what, place, count in steps:
            _do(shop, order.uid, what, place, count)
            _agree(order.uid, total)
        transaction.set_rollback(True)


def _do(shop: Shop, uid: Any, what: str, place: int, count: int) -> None:
    order = api.order(uid=uid)
    line = order.lines[place % len(order.lines)]
    try:
        with transaction.atomic():
            if what == "cancel":
                api.cancel(uid=uid, by=OLEG, lines={line.key: count})
            elif what == "edit":
                api.edit(uid=uid, by=OLEG, quantities={line.key: count}, add=[("SOCK", 1)] if count == 2 else [])
            elif what == "send":
                api.ship(uid=uid, by=ANYA)
            elif what == "pay":
                key = f"more {len(order.payments)}"
                api.add_payment(order_uid=uid, tender="bank", amount=count, key=key, state="captured")
            else:
                asked = [ReturnLineInput(count, line.id, reason="size")]
                ret = returns.request_return(uid=of.new_uid(), lines=asked, by=ANYA)
                returns.receive(uid=ret.uid, location="KLIN", by=ANYA)
                found = [Inspection(one.id, "resell") for one in ret.lines]
                returns.inspect(uid=ret.uid, inspections=found, by=ANYA)
                returns.settle(uid=ret.uid, by=ANYA)
    except (Refusal, holds.Short):
        pass


def _agree(uid: Any, total: int) -> None:
    order = api.order(uid=uid)
    assert of.ledger_balances()
    kept = sum(
        line.net - shares.worth(line.net, line.quantity, 0, line.cancelled + line.returned) for line in order.lines
    )
    whole = order.state == "cancelled"
    assert order.due == (0 if whole else kept + of.COURIER.amount)
    assert order.paid >= 0
    assert all(sum(share.amount for share in line.shares) == line.discount for line in order.lines)
    assert all(line.returned <= line.fulfilled <= line.quantity - line.cancelled for line in order.lines)
    assert all(one.refunded <= one.captured <= one.amount for one in order.payments)
