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
from edino.orders.types import Inspection, Line, Receipt, ReceiptLine, ReturnLineInput
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
        st.tuples(st.just("ask"), st.integers(0, 2), st.integers(1, 2)),
        st.tuples(st.just("withdraw"), st.integers(0, 2), st.just(0)),
        st.tuples(st.just("till"), st.integers(0, 2), st.integers(1, 2)),
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
        book = Book(shop, order.uid)
        for what, place, count in steps:
            book.do(what, place, count)
            _agree(order.uid, book)
        transaction.set_rollback(True)


class Book:
    """What became of an order, told piece by piece: the plain rule of returns.md, section 3.

    Each line is a heap of pieces and the money that they are worth together. Whoever takes some of the heap takes the
    dearer ones; what is withdrawn brings its pieces and exactly its money back.
    """

    def __init__(self, shop: Shop, uid: Any) -> None:
        self.shop, self.uid = shop, uid
        self.heaps: dict[int, tuple[int, int]] = {}
        self.asked: list[tuple[Any, int, int, int]] = []
        self.known()

    def known(self) -> None:
        """Lines that an edit added have heaps of their own."""
        for line in api.order(uid=self.uid).lines:
            self.heaps.setdefault(line.id, (line.quantity, line.net))

    def take(self, id_: int, count: int) -> int:
        """Take pieces of a heap, one after the other, each its share of what is left; what they are worth."""
        pieces, money = self.heaps[id_]
        worth = 0
        for _ in range(count):
            one = -(-money // pieces)
            pieces, money, worth = pieces - 1, money - one, worth + one
        self.heaps[id_] = (pieces, money)
        return worth

    def do(self, what: str, place: int, count: int) -> None:
        order = api.order(uid=self.uid)
        line = order.lines[place % len(order.lines)]
        try:
            with transaction.atomic():
                self.done(what, place, count, line)
        except (Refusal, holds.Short):
            pass
        self.known()

    def done(self, what: str, place: int, count: int, line: Line) -> None:
        uid = self.uid
        if what == "cancel":
            api.cancel(uid=uid, by=OLEG, lines={line.key: count})
            self.take(line.id, count)
        elif what == "edit":
            less = max(0, line.quantity - line.cancelled - count)
            api.edit(uid=uid, by=OLEG, quantities={line.key: count}, add=[("SOCK", 1)] if count == 2 else [])
            self.take(line.id, less)
        elif what == "send":
            api.ship(uid=uid, by=ANYA)
        elif what == "pay":
            key = f"more {len(api.order(uid=uid).payments)}"
            api.add_payment(order_uid=uid, tender="bank", amount=count, key=key, state="captured")
        elif what == "withdraw" and self.asked:
            ret, id_, pieces, worth = self.asked.pop(place % len(self.asked))
            returns.withdraw_return(uid=ret, by=OLEG)
            self.heaps[id_] = (self.heaps[id_][0] + pieces, self.heaps[id_][1] + worth)
        elif what == "till" and line.left >= count:
            sold = ReceiptLine(1, line.sku, count, line.unit, line.unit * count)
            told = Receipt(of.new_uid(), "till 1", "refund", of.now(), "TVER", of.currency(), (sold,), refund_of=uid)
            [verdict] = api.receive_receipts(source=self.shop.till, receipts=[told])
            assert verdict.state == "accepted"
            first = [one for one in api.order(uid=uid).lines if one.sku == line.sku]
            if len(first) == 1:
                self.take(line.id, count)
            else:
                self.found()
        elif what in {"ask", "return"}:
            self.brought(line, count, settled=what == "return")

    def brought(self, line: Line, count: int, *, settled: bool) -> None:
        asked = [ReturnLineInput(count, line.id, reason="size")]
        ret = returns.request_return(uid=of.new_uid(), lines=asked, by=ANYA)
        worth = self.take(line.id, count)
        assert ret.worth == worth
        if not settled:
            self.asked.append((ret.uid, line.id, count, worth))
            return
        returns.receive(uid=ret.uid, location="KLIN", by=ANYA)
        found = [Inspection(one.id, "resell") for one in ret.lines]
        returns.inspect(uid=ret.uid, inspections=found, by=ANYA)
        returns.settle(uid=ret.uid, by=ANYA)

    def found(self) -> None:
        """A till does not say of which of two lines of the same goods: the first that have some left are taken."""
        for one in api.order(uid=self.uid).lines:
            pieces = self.heaps[one.id][0] - (one.quantity - one.cancelled - one.returned)
            self.take(one.id, pieces)


def _agree(uid: Any, book: Book) -> None:
    order = api.order(uid=uid)
    assert of.ledger_balances()
    assert {line.id: (line.standing, line.net - line.less) for line in order.lines} == book.heaps
    # What was asked for and not settled is not due any less yet.
    kept = sum(money for _, money in book.heaps.values()) + sum(worth for *_, worth in book.asked)
    whole = order.state == "cancelled"
    assert order.due == (0 if whole else kept + of.COURIER.amount)
    assert order.paid >= 0
    assert all(sum(share.amount for share in line.shares) == line.discount for line in order.lines)
    assert all(line.returned <= line.fulfilled <= line.quantity - line.cancelled for line in order.lines)
    assert all(one.refunded <= one.captured <= one.amount for one in order.payments)
