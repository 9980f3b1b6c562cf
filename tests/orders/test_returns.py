"""Lena brings things back: from any order, in any store, to the kopeck, and never more than she bought."""

from datetime import timedelta
from typing import Any

import pytest

from edino.kernel import clock, holds, sql
from edino.kernel.errors import Invalid
from edino.orders import api
from edino.orders.api import delivering, returns
from edino.orders.errors import KeyTaken, NeedsCustomer, OverTheLimit, TooManyPieces, WrongState
from edino.orders.types import ExchangeLine, Inspection, Order, Return, ReturnLineInput
from edino.promotions import api as promotions
from edino.promotions.errors import BudgetSpent
from edino.promotions.types import Action, Definition, PromotionInput
from tests.orders import shop as of
from tests.orders.shop import ANYA, OLEG, Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return of.open_shop()


def asked(order: Order, *pieces: int, **more: Any) -> Return:
    """A return of so many pieces of each line of an order."""
    lines = [ReturnLineInput(n, one.id, reason="size") for one, n in zip(order.lines, pieces, strict=False) if n]
    return returns.request_return(uid=of.new_uid(), lines=lines, by=ANYA, **more)


def through(ret: Return, place: str = "KLIN", disposition: Any = "resell") -> Return:
    """Approved, received at a place, inspected."""
    returns.approve(uid=ret.uid, by=ANYA)
    returns.receive(uid=ret.uid, location=place, by=ANYA)
    found = [Inspection(line.id, disposition) for line in ret.lines]
    return returns.inspect(uid=ret.uid, inspections=found, by=ANYA)


def test_goods_come_back_in_another_store_and_money_by_tender(shop: Shop) -> None:
    order = of.handed(shop, [of.line(shop, "SOCK", 3, 2)], paid={"card": 100_000, "bank": 49_701})
    ret = through(asked(order, 1))
    assert (ret.state, ret.worth, of.stock("SOCK", "KLIN")) == ("inspected", 49_901, (4, 0, 0))
    done = returns.settle(uid=ret.uid, by=ANYA)
    # 149,701 is 49,901 + 49,900 + 49,900; two thirds of it were paid by card.
    assert done.settlement == {
        "worth": 49_901,
        "refunded": 49_901,
        "carried": 0,
        "to_pay": 0,
        "tenders": {"bank": 16_567, "card": 33_334},
        "gift_card": [],
    }
    assert returns.settle(uid=ret.uid, by=ANYA).settlement == done.settlement
    after = api.order(uid=order.uid)
    assert (after.due, after.paid, after.state, after.lines[0].returned) == (99_800, 99_800, "closed", 1)
    assert sorted((one.tender, one.amount, one.state) for one in after.refunds) == [
        ("bank", 16_567, "due"),
        ("card", 33_334, "due"),
    ]
    assert [told["properties"]["total"] for _, told in of.facts("Order Refunded")] == [499.01]
    for refund in api.refunds(state="due"):
        assert api.settle_refund(uid=refund.uid)
        assert not api.settle_refund(uid=refund.uid)
    assert len(of.facts("payment.refunded")) == 2
    assert of.ledger_balances()


def test_piece_by_piece_gives_back_exactly_what_was_paid(shop: Shop) -> None:
    order = of.handed(shop, [of.line(shop, "SOCK", 5, 100_003)])
    amounts = []
    for _ in range(5):
        ret = returns.settle(uid=through(asked(order, 1)).uid, by=ANYA)
        amounts.append(ret.settlement["refunded"])
    assert (sum(amounts), sorted(amounts, reverse=True)) == (149_502, [29_901, 29_901, 29_900, 29_900, 29_900])
    assert api.order(uid=order.uid).paid == 0
    with pytest.raises(TooManyPieces):
        asked(order, 1)


def test_several_orders_come_back_at_once_each_to_its_own_payments(shop: Shop) -> None:
    first = of.handed(shop, [of.line(shop, "DAWN-41", 1)])
    second = of.handed(shop, [of.line(shop, "SOCK", 2)], paid={"cash": 99_802})
    lines = [ReturnLineInput(1, first.lines[0].id), ReturnLineInput(1, second.lines[0].id)]
    ret = returns.request_return(uid=of.new_uid(), lines=lines, by=ANYA, way="post", reason="not_liked")
    done = returns.settle(uid=through(ret).uid, by=ANYA)
    assert done.settlement["tenders"] == {"card": 599_000, "cash": 49_901}
    assert [api.order(uid=one.uid).paid for one in (first, second)] == [0, 49_901]


def test_two_open_returns_cannot_name_the_same_shoe(shop: Shop) -> None:
    order = of.handed(shop, [of.line(shop, "SOCK", 2)])
    first = asked(order, 2)
    with pytest.raises(TooManyPieces):
        asked(order, 1)
    returns.refuse_return(uid=first.uid, reason="worn", by=OLEG)
    again = asked(order, 1)
    assert returns.withdraw_return(uid=again.uid, by=OLEG).state == "withdrawn"
    assert api.order(uid=order.uid).lines[0].returned == 0
    for wrong in (returns.approve, returns.settle):
        with pytest.raises(WrongState):
            wrong(uid=first.uid, by=OLEG)
    with pytest.raises(WrongState):
        returns.receive(uid=first.uid, location="KLIN", by=OLEG)


def test_what_has_not_left_cannot_come_back(shop: Shop) -> None:
    with pytest.raises(TooManyPieces):
        asked(of.ordered(shop, [of.line(shop, "SOCK", 1)]), 1)


def test_the_same_request_is_one_return(shop: Shop) -> None:
    order = of.handed(shop, [of.line(shop, "SOCK", 2)])
    uid, line = of.new_uid(), ReturnLineInput(1, order.lines[0].id)
    first = returns.request_return(uid=uid, lines=[line], by=ANYA)
    assert returns.request_return(uid=uid, lines=[line], by=ANYA) == first
    with pytest.raises(KeyTaken):
        returns.request_return(uid=uid, lines=[ReturnLineInput(2, order.lines[0].id)], by=ANYA)
    assert api.order(uid=order.uid).lines[0].returned == 1


@pytest.mark.parametrize(
    ("disposition", "shelf", "aside"),
    [("resell", 4, (0, 0)), ("damaged", 3, (1, 0)), ("quarantine", 3, (0, 1)), ("write_off", 3, (0, 0))],
)
def test_only_good_goods_are_on_sale_again(shop: Shop, disposition: str, shelf: int, aside: tuple[int, int]) -> None:
    order = of.handed(shop, [of.line(shop, "SOCK", 1)])
    ret = through(asked(order, 1), disposition=disposition)
    assert of.stock("SOCK", "KLIN")[0] == shelf
    assert sql.tuples("SELECT sum(damaged)::int, sum(quarantine)::int FROM inventory_level") == [aside]
    assert returns.inspect(uid=ret.uid, inspections=[], by=ANYA) == ret
    assert returns.settle(uid=ret.uid, by=ANYA).settlement["refunded"] == 49_901


def test_money_goes_to_a_gift_card_when_asked_and_its_code_is_kept_nowhere(shop: Shop) -> None:
    order = of.handed(shop, [of.line(shop, "SOCK", 2)])
    ret = through(asked(order, 1))
    done = returns.settle(uid=ret.uid, by=ANYA, to="gift_card")
    [code] = done.settlement["gift_card"]
    card = promotions.gift_card(code=code)
    assert (card.balance, card.currency) == (49_901, of.currency())
    assert code not in str(returns.get_return(uid=ret.uid).settlement)
    assert [(one.tender, one.state, one.amount) for one in api.order(uid=order.uid).refunds] == [
        ("gift_card", "done", 49_901)
    ]


def test_what_a_gift_card_paid_goes_back_to_it(shop: Shop) -> None:
    issued = promotions.issue_gift_card(amount=100_000, currency=of.currency(), by=OLEG)
    order = of.ordered(shop, [of.line(shop, "SOCK", 2)], paid={"card": 49_802})
    promotions.spend_gift_card(card_id=issued.card.id, order_uid=order.uid, amount=50_000, held=False)
    api.add_payment(
        order_uid=order.uid,
        tender="gift_card",
        amount=50_000,
        key="gift",
        state="captured",
        provider="gift_card",
        provider_ref=str(issued.card.id),
    )
    api.cancel(uid=order.uid, by=OLEG)
    assert promotions.gift_card(code=issued.code).balance == 100_000
    assert promotions.gift_card_drift() == []


def by_card(order: Order, card: int, amount: int, key: str) -> None:
    """So much of an order is paid by a gift card, as the checkout does it."""
    promotions.spend_gift_card(card_id=card, order_uid=order.uid, amount=amount, held=False, key=key)
    api.add_payment(
        order_uid=order.uid,
        tender="gift_card",
        amount=amount,
        key=f"checkout-{key}",
        state="captured",
        provider="gift_card",
        provider_ref=str(card),
    )


def test_a_gift_card_that_paid_two_orders_has_both_back_from_one_return(shop: Shop) -> None:
    card = promotions.issue_gift_card(amount=200_000, currency=of.currency(), by=OLEG)
    sold = []
    for _ in range(2):
        order = of.ordered(shop, [of.line(shop, "SOCK", 1)], paid={})
        by_card(order, card.card.id, 49_901, "0")
        sold.append(api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code, location="TVER"))
    assert promotions.gift_card(code=card.code).balance == 100_198
    lines = [ReturnLineInput(1, order.lines[0].id) for order in sold]
    ret = returns.request_return(uid=of.new_uid(), lines=lines, by=ANYA, reason="not_liked")
    done = returns.settle(uid=through(ret).uid, by=ANYA)
    assert (done.settlement["refunded"], done.settlement["tenders"]) == (99_802, {"gift_card": 99_802})
    assert promotions.gift_card(code=card.code).balance == 200_000
    assert [one.amount for one in promotions.gift_entries(card_id=card.card.id)][:2] == [49_901, 49_901]
    assert promotions.gift_card_drift() == []


def test_a_gift_card_that_paid_one_order_twice_has_both_back(shop: Shop) -> None:
    card = promotions.issue_gift_card(amount=49_901, currency=of.currency(), by=OLEG)
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)], paid={})
    by_card(order, card.card.id, 20_000, "0")
    by_card(order, card.card.id, 29_901, "1")
    assert api.cancel(uid=order.uid, by=OLEG).paid == 0
    assert promotions.gift_card(code=card.code).balance == 49_901
    assert promotions.gift_card_drift() == []


def test_without_a_receipt_what_the_customer_bought_is_found_first(shop: Shop) -> None:
    lena = of.shopper(shop)
    order = of.ordered(shop, [of.line(shop, "SOCK", 1, 10_000)], profile=lena)
    api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code)
    line = ReturnLineInput(2, code="4006381333931")
    ret = returns.request_return(
        uid=of.new_uid(), lines=[line], by=ANYA, profile_id=lena, reason="gift", currency=of.currency()
    )
    assert [(one.sold_line_id is not None, one.quantity, one.amount) for one in ret.lines] == [
        (True, 1, 39_901),
        (False, 1, 49_901),
    ]
    done = returns.settle(uid=through(ret).uid, by=ANYA)
    assert done.settlement["tenders"] == {"card": 39_901, "gift_card": 49_901}
    assert promotions.gift_card(code=done.settlement["gift_card"][0]).balance == 49_901


def test_returns_without_a_receipt_stay_under_the_limit_of_the_customer(shop: Shop) -> None:
    lena = of.shopper(shop)
    wanted: dict[str, Any] = {"lines": [ReturnLineInput(1, code="SOCK")], "currency": of.currency()}
    with pytest.raises(NeedsCustomer):
        returns.request_return(uid=of.new_uid(), by=ANYA, reason="gift", **wanted)
    with pytest.raises(NeedsCustomer):
        returns.request_return(uid=of.new_uid(), by=ANYA, profile_id=lena, **wanted)
    with pytest.raises(NeedsCustomer):
        returns.request_return(uid=of.new_uid(), by=None, profile_id=lena, reason="gift", **wanted)
    for _ in range(3):
        returns.request_return(uid=of.new_uid(), by=ANYA, profile_id=lena, reason="gift", **wanted)
    with pytest.raises(OverTheLimit):
        returns.request_return(uid=of.new_uid(), by=ANYA, profile_id=lena, reason="gift", **wanted)
    dear = {**wanted, "lines": [ReturnLineInput(1, code="DAWN-42")]}
    other = of.shopper(shop, "+79160000002")
    with pytest.raises(OverTheLimit):
        returns.request_return(uid=of.new_uid(), by=ANYA, profile_id=other, reason="gift", **dear)
    with clock.frozen(clock.now() + timedelta(days=91)):
        returns.request_return(uid=of.new_uid(), by=ANYA, profile_id=lena, reason="gift", **wanted)


def test_an_exchange_holds_the_pair_found_elsewhere_and_settles_only_the_difference(shop: Shop) -> None:
    order = of.handed(shop, [of.line(shop, "DAWN-42", 1, 59_900)])
    ret = asked(order, 1)
    wanted = [ExchangeLine("DAWN-41", 1), ExchangeLine("SOCK", 1)]
    new = returns.exchange(uid=ret.uid, lines=wanted, by=OLEG, method="pickup", location="KLIN")
    assert returns.exchange(uid=ret.uid, lines=wanted, by=OLEG, method="pickup", location="KLIN") == new
    # Another size of the same shoe keeps the net price of the old one; the socks cost what they cost.
    assert (new.state, {one.sku: one.net for one in new.lines}) == ("draft", {"DAWN-41": 539_100, "SOCK": 49_901})
    assert (of.stock("DAWN-41", "KLIN"), of.stock("SOCK", "KLIN")) == ((3, 1, 0), (3, 1, 0))
    through(ret, "KLIN", "damaged")
    done = returns.settle(uid=ret.uid, by=ANYA)
    assert {name: done.settlement[name] for name in ("worth", "refunded", "carried", "to_pay")} == {
        "worth": 539_100,
        "refunded": 0,
        "carried": 539_100,
        "to_pay": 49_901,
    }
    placed = api.order(uid=new.uid)
    assert (placed.state, placed.exchange_of, placed.outstanding) == ("placed", ret.uid, 49_901)
    fetched = api.hand_over(uid=new.uid, by=ANYA, code=placed.pickup_code, tender="card")
    assert (fetched.state, of.stock("DAWN-41", "KLIN"), of.stock("SOCK", "KLIN")) == ("closed", (2, 0, 0), (2, 0, 0))
    assert (api.order(uid=order.uid).paid, api.order(uid=order.uid).due) == (0, 0)
    assert of.ledger_balances()
    # What came by an exchange cannot go back to a card: it goes to a gift card.
    back = returns.settle(uid=through(asked(fetched, 1)).uid, by=ANYA)
    assert back.settlement["tenders"]["gift_card"] > 0
    assert sum(back.settlement["tenders"].values()) == 539_100


def test_an_exchange_for_something_cheaper_gives_the_rest_back(shop: Shop) -> None:
    order = of.handed(shop, [of.line(shop, "DAWN-42", 1)])
    ret = asked(order, 1)
    returns.exchange(uid=ret.uid, lines=[ExchangeLine("SOCK")], by=OLEG, location="TVER")
    done = returns.settle(uid=through(ret, "TVER").uid, by=ANYA)
    assert (done.settlement["carried"], done.settlement["tenders"]) == (49_901, {"card": 549_099})
    assert done.exchange_uid is not None
    assert api.order(uid=done.exchange_uid).state == "closed"  # carried out at once
    assert of.stock("SOCK", "TVER") == (4, 0, 0)
    assert of.ledger_balances()


def test_nothing_is_held_of_what_nobody_has(shop: Shop) -> None:
    order = of.handed(shop, [of.line(shop, "SOCK", 1)])
    ret = asked(order, 1)
    with pytest.raises(holds.Short):
        returns.exchange(uid=ret.uid, lines=[ExchangeLine("SOCK", 100)], by=OLEG, method="pickup", location="KLIN")
    with pytest.raises(Invalid):
        returns.exchange(uid=ret.uid, lines=[ExchangeLine("NOTHING")], by=OLEG, location="KLIN")
    assert returns.get_return(uid=ret.uid).exchange_uid is None
    assert of.stock("SOCK", "KLIN") == (3, 0, 0)


def test_an_order_that_nobody_paid_gives_nothing_back(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 2)], of.COURIER, paid={})
    sent = api.ship(uid=order.uid, by=ANYA)
    assert (sent.state, sent.outstanding) == ("fulfilled", 129_802)
    done = returns.settle(uid=through(asked(sent, 1)).uid, by=ANYA)
    assert (done.worth, done.settlement["refunded"]) == (49_901, 0)
    after = api.order(uid=order.uid)
    assert (after.outstanding, after.refunds) == (79_901, ())
    api.add_payment(order_uid=order.uid, tender="cod", amount=79_901, key="door", state="captured")
    assert api.order(uid=order.uid).state == "fulfilled"
    assert delivering.delivered(parcel=sent.fulfilments[0].uid, by=ANYA).state == "closed"


def test_a_coupon_for_the_trouble_is_given_once_and_under_the_budget(shop: Shop) -> None:
    action = Action("percent", percent=10)
    sorry = Definition(
        "Sorry", action, currency=of.currency(), needs_code=True, issue_budget=100_000, issue_value=60_000
    )
    promotions.save_promotion(promotion=PromotionInput(sorry, "sorry", "active"), by=OLEG)
    lena = of.shopper(shop)
    order = of.ordered(shop, [of.line(shop, "SOCK", 2)], profile=lena)
    order = api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code)
    ret, other = asked(order, 1), asked(order, 1)
    code = returns.compensate(uid=ret.uid, promotion="sorry", by=OLEG, reason="defect")
    assert returns.compensate(uid=ret.uid, promotion="sorry", by=OLEG, reason="defect") == code
    assert returns.get_return(uid=ret.uid).compensation == code
    assert promotions.coupons(code=code).rows[0].customer_id is not None
    with pytest.raises(BudgetSpent):
        returns.compensate(uid=other.uid, promotion="sorry", by=OLEG, reason="defect")
    assert returns.get_return(uid=other.uid).compensation == ""
    nobody = asked(of.handed(shop, [of.line(shop, "SOCK", 1)]), 1)
    with pytest.raises(NeedsCustomer):
        returns.compensate(uid=nobody.uid, promotion="sorry", by=ANYA, reason="defect")
