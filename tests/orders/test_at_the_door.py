"""Paying when the goods are handed over: in parts, exactly, and nothing is left waiting that was paid."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edino.orders import api
from edino.orders.errors import NotExact, NotPaid
from edino.orders.rules import shares
from edino.orders.types import Order, Paid
from edino.promotions import api as promotions
from edino.promotions.errors import NoSuchGiftCard, NotEnoughOnCard
from tests.orders import shop as of
from tests.orders.shop import ANYA, COURIER, Shop


@pytest.fixture
def shop() -> Shop:
    return of.open_shop()


def money(order: Order) -> list[tuple[str, str, int]]:
    return [(one.tender, one.state, one.captured) for one in order.payments]


def balance(code: str) -> int:
    return promotions.gift_card(code=code).balance


@pytest.mark.django_db
def test_lena_pays_with_a_gift_card_some_cash_and_the_rest_by_card(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "DAWN-42", 1), of.line(shop, "SOCK", 1)], paid={"cod": 648_901})
    code = promotions.issue_gift_card(amount=100_000, currency=of.currency(), by=ANYA).code
    asked: dict[str, Any] = {"uid": order.uid, "by": ANYA, "code": order.pickup_code}
    with pytest.raises(NotPaid):
        api.hand_over(**asked)
    short = [Paid("gift_card", 100_000, code), Paid("cash", 300_000), Paid("card", 248_900)]
    wrong: list[tuple[list[Paid], type[Exception]]] = [
        (short, NotExact),  # a kopeck is missing
        ([*short, Paid("cash", 2)], NotExact),  # a kopeck too much
        ([Paid("gift_card", 100_001, code), Paid("cash", 548_900)], NotEnoughOnCard),
        ([Paid("gift_card", 648_901, "NO-SUCH")], NoSuchGiftCard),
    ]
    for tenders, refusal in wrong:
        with pytest.raises(refusal):
            api.hand_over(**asked, tenders=tenders)
    # Whatever was refused took nothing and handed nothing out.
    now = api.order(uid=order.uid)
    assert (money(now), now.fulfilments[0].state, balance(code)) == ([("cod", "pending", 0)], "to_pick", 100_000)
    exact = [Paid("gift_card", 100_000, code), Paid("cash", 300_000), Paid("card", 248_901)]
    done = api.hand_over(**asked, tenders=exact)
    assert (done.state, done.outstanding) == ("closed", 0)
    # What waited for the courier became the cash that was taken; nothing is pending.
    assert money(done) == [
        ("cash", "captured", 300_000),
        ("gift_card", "captured", 100_000),
        ("card", "captured", 248_901),
    ]
    assert balance(code) == 0
    assert promotions.gift_card_drift() == []
    again = api.hand_over(**asked, tenders=exact)  # pressed twice
    assert money(again) == money(done)


@pytest.mark.django_db
def test_what_the_gift_card_paid_goes_back_to_it(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "DAWN-42", 2)], paid={})
    code = promotions.issue_gift_card(amount=700_000, currency=of.currency(), by=ANYA).code
    tenders = [Paid("gift_card", 700_000, code), Paid("cash", 498_000)]
    api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code, tenders=tenders)
    of_line = api.order(uid=order.uid).lines[0].id
    from edino.orders.api import returns  # only this story needs it
    from edino.orders.types import Inspection, ReturnLineInput  # as above

    ret = returns.request_return(uid=of.new_uid(), lines=[ReturnLineInput(1, of_line)], by=ANYA, location="TVER")
    returns.receive(uid=ret.uid, location="TVER", by=ANYA)
    returns.inspect(uid=ret.uid, inspections=[Inspection(ret.lines[0].id, "resell")], by=ANYA)
    done = returns.settle(uid=ret.uid, by=ANYA)
    assert done.settlement["tenders"] == {"cash": 249_000, "gift_card": 350_000}
    assert balance(code) == 350_000
    assert promotions.gift_card_drift() == []
    assert of.ledger_balances()


@pytest.mark.django_db
def test_the_courier_brings_a_part_in_cash_and_nothing_is_left_pending(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 2)], COURIER, paid={"cod": 129_802})
    api.ship(uid=order.uid, by=ANYA)
    with pytest.raises(NotExact):
        api.hand_over(uid=order.uid, by=ANYA, tenders=[Paid("cash", 129_801)])
    done = api.hand_over(uid=order.uid, by=ANYA, tenders=[Paid("cash", 100_000), Paid("card", 29_802)])
    assert (done.state, money(done)) == ("closed", [("cash", "captured", 100_000), ("card", "captured", 29_802)])


@pytest.mark.django_db
def test_an_order_paid_another_way_does_not_wait_at_the_door(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)], paid={"cod": 49_901})
    api.add_payment(order_uid=order.uid, tender="cash", amount=20_000, key="a", state="captured")
    assert money(api.order(uid=order.uid)) == [("cod", "pending", 0), ("cash", "captured", 20_000)]
    api.add_payment(order_uid=order.uid, tender="card", amount=29_901, key="b", state="captured")
    now = api.order(uid=order.uid)
    assert (money(now)[0], now.outstanding) == (("cod", "failed", 0), 0)
    done = api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code)
    assert (done.state, done.paid) == ("closed", 49_901)
    other = of.ordered(shop, [of.line(shop, "SOCK", 1)])
    with pytest.raises(NotExact):
        api.hand_over(uid=other.uid, by=ANYA, code=other.pickup_code, tenders=[Paid("cash", 1)])


AMOUNTS = st.lists(st.integers(0, 10**9), max_size=5)


@settings(max_examples=60, deadline=None)
@given(parts=AMOUNTS, waiting=AMOUNTS)
def test_what_is_put_onto_waiting_payments_and_what_is_left_are_the_parts(parts: list[int], waiting: list[int]) -> None:
    taken, left = shares.onto(list(enumerate(parts)), list(enumerate(waiting)))
    assert sum(amount for _, _, amount in taken) + sum(left.values()) == sum(parts)
    for which, amount in enumerate(parts):
        assert sum(count for _, one, count in taken if one == which) + left.get(which, 0) == amount
    assert all(0 < amount <= waiting[id_] for id_, _, amount in taken)
    assert len({id_ for id_, _, _ in taken}) == len(taken)
