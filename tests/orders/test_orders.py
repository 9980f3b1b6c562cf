"""Kolya orders, fetches, changes his mind: goods, money and promises always say the same."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from edino.kernel import sql
from edino.orders import api
from edino.orders.errors import (
    CodeLocked,
    KeyTaken,
    NotPaid,
    TooManyPieces,
    WrongCode,
    WrongState,
    WrongSums,
)
from edino.orders.types import LineInput, OrderInput, Share
from tests.orders import shop as of
from tests.orders.shop import ANYA, COURIER, OLEG, Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return of.open_shop()


def test_an_order_fetched_in_the_store_leaves_the_shelf_once(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "DAWN-42", 2, 100)])
    assert (order.state, order.total, order.paid, order.outstanding) == ("placed", 1_197_900, 1_197_900, 0)
    assert [(one.kind, one.state, one.location) for one in order.fulfilments] == [("pickup", "to_pick", "TVER")]
    assert of.stock("DAWN-42", "TVER") == (5, 2, 0)
    picked = api.ready(uid=order.uid, by=ANYA, location="TVER")
    assert picked.fulfilments[0].state == "ready"
    assert api.ready(uid=order.uid, by=ANYA, location="TVER") == picked
    done = api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code.lower(), location="TVER")
    assert (done.state, done.lines[0].fulfilled, done.allocations[0].gone) == ("closed", 2, 2)
    assert of.stock("DAWN-42", "TVER") == (3, 0, 0)
    assert api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code) == done
    assert of.stock("DAWN-42", "TVER") == (3, 0, 0)
    assert [one.what for one in api.history(uid=order.uid)] == ["placed", "ready", "handed_over"]
    assert [(one.role, one.name) for one in done.credits] == [("started", "Anya"), ("handed", "Anya")]
    assert [type_ for type_, _ in of.facts("order.placed", "order.ready", "order.handed_over", "Order Delivered")] == [
        "order.placed",
        "order.ready",
        "order.handed_over",
        "Order Delivered",
    ]
    assert of.ledger_balances()


def test_a_cart_has_one_order_and_a_dropped_draft_makes_room(shop: Shop) -> None:
    cart = of.new_uid()
    line = (of.line(shop, "SOCK", 1),)
    asked = [
        OrderInput(uid=of.new_uid(), cart_uid=cart, source_id=shop.site.id, channel="site", currency="RUB", lines=line)
        for _ in range(3)
    ]
    first = api.draft(order=asked[0])
    known = api.order_by_cart(cart_uid=cart)
    assert known is not None
    assert api.draft(order=asked[1]) == first == known.uid
    api.drop_draft(uid=first, reason="not paid")
    api.drop_draft(uid=first, reason="not paid")
    with pytest.raises(WrongState):
        api.place(uid=first)
    assert api.draft(order=asked[2]) == asked[2].uid
    assert api.place(uid=asked[2].uid).number != known.number
    with pytest.raises(WrongState):
        api.drop_draft(uid=asked[2].uid)


@pytest.mark.parametrize(
    "line",
    [
        LineInput("a", 1, "A", "A", 2, 100, 199, 0, 199),
        LineInput("a", 1, "A", "A", 2, 100, 200, 10, 200),
        LineInput("a", 1, "A", "A", 1, 100, 100, 200, -100),
        LineInput("a", 1, "A", "A", 2, 100, 200, 10, 190, shares=(Share(1, 1, "Spring", 9),)),
    ],
)
def test_sums_that_do_not_add_up_are_no_order(shop: Shop, line: LineInput) -> None:
    with pytest.raises(WrongSums):
        api.draft(order=OrderInput(uid=of.new_uid(), source_id=1, channel="site", currency="RUB", lines=(line,)))
    assert sql.scalar("SELECT count(*) FROM orders_order") == 0


def test_a_wrong_code_is_counted_and_the_sixth_right_one_does_not_help(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)])
    for _ in range(5):
        with pytest.raises(WrongCode):
            api.hand_over(uid=order.uid, by=ANYA, code="AAAAAA")
    with pytest.raises(CodeLocked):
        api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code)
    assert of.stock("SOCK", "TVER") == (5, 1, 0)
    assert api.hand_over(uid=order.uid, by=ANYA, without_code=True).state == "closed"


def test_the_code_and_its_qr_find_the_order(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)])
    assert len(order.pickup_code) == 6
    for text in (order.pickup_code, order.number, f"{order.pickup_code[:3]}-{order.pickup_code[3:]}".lower()):
        assert [one.uid for one in api.find(text=text)] == [order.uid]
    assert [one.uid for one in api.find(text=api.pickup_qr(order=order))] == [order.uid]
    assert "Kolya" not in api.pickup_qr(order=order)
    assert api.find(text="") == api.find(text="999999") == []


def test_cancelling_gives_stock_and_money_back_once(shop: Shop) -> None:
    order = of.ordered(
        shop,
        [of.line(shop, "DAWN-42", 1), of.line(shop, "SOCK", 3, 1)],
        COURIER,
        paid={"card": 400_000, "bank": 378_702},
    )
    part = api.cancel(uid=order.uid, by=OLEG, lines={"SOCK": 2}, reason="customer", key="once")
    assert part == api.cancel(uid=order.uid, by=OLEG, lines={"SOCK": 2}, reason="customer", key="once")
    with pytest.raises(KeyTaken):
        api.cancel(uid=order.uid, by=OLEG, lines={"SOCK": 1}, reason="customer", key="once")
    assert (part.state, part.due, sum(one.amount for one in part.refunds)) == ("placed", 678_900, 99_802)
    whole = api.cancel(uid=order.uid, by=OLEG, reason="customer")
    assert whole == api.cancel(uid=order.uid, by=OLEG, reason="customer")
    assert (whole.state, whole.due, whole.paid) == ("cancelled", 0, 0)
    assert {one.tender: one.refunded for one in whole.payments} == {"card": 400_000, "bank": 378_702}
    assert [one.state for one in whole.fulfilments] == ["cancelled"]
    assert [of.stock(sku, place)[1] for sku in ("DAWN-42", "SOCK") for place in of.STOCK] == [0] * 6
    assert [type_ for type_, _ in of.facts("Order Updated", "Order Cancelled")] == ["Order Updated", "Order Cancelled"]
    assert of.ledger_balances()


def test_what_was_to_be_paid_at_the_door_is_only_asked_less(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 2)], paid={"cod": 99_802})
    part = api.cancel(uid=order.uid, by=OLEG, lines={"SOCK": 1})
    assert (part.refunds, part.outstanding) == ((), 49_901)
    with pytest.raises(NotPaid):
        api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code)
    done = api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code, tender="cash")
    assert [(one.tender, one.state, one.captured) for one in done.payments] == [("cash", "captured", 49_901)]
    assert (done.state, done.outstanding) == ("closed", 0)


def test_what_left_cannot_be_cancelled(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 2)], COURIER)
    api.ship(uid=order.uid, by=ANYA, carrier="Bear", tracking="B1")
    for lines in (None, {"SOCK": 1}):
        with pytest.raises((WrongState, TooManyPieces)):
            api.cancel(uid=order.uid, by=OLEG, lines=lines)
    assert api.order(uid=order.uid).refunds == ()


def test_a_customer_who_takes_one_of_two_gets_the_other_back_in_money(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "DAWN-41", 1), of.line(shop, "DAWN-42", 1)])
    done = api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code, lines={"DAWN-42": 1})
    assert {one.sku: (one.fulfilled, one.cancelled) for one in done.lines} == {"DAWN-41": (0, 1), "DAWN-42": (1, 0)}
    assert (done.state, [one.amount for one in done.refunds]) == ("closed", [599_000])
    assert (of.stock("DAWN-41", "TVER"), of.stock("DAWN-42", "TVER")) == ((5, 0, 0), (4, 0, 0))


def test_the_store_sells_what_another_has(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "DAWN-42", 6)])
    ways = sorted((one.kind, one.location, one.pickup_location) for one in order.fulfilments)
    assert [way for way in ways if way[0] == "transfer"] != []
    assert {one.pickup_location for one in order.fulfilments} == {"TVER"}
    for one in order.fulfilments:
        if one.kind == "transfer":
            with pytest.raises(WrongState):
                api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code, parcel=one.uid)
            api.ship(uid=order.uid, by=ANYA, parcel=one.uid)
            api.arrive(uid=order.uid, by=ANYA, parcel=one.uid, location="TVER")
    done = api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code, location="TVER")
    assert (done.state, done.lines[0].fulfilled) == ("closed", 6)
    assert sum(of.stock("DAWN-42", place)[0] for place in of.STOCK) == 22
    assert of.ledger_balances()


def test_goods_that_were_sent_to_the_store_go_on_its_shelf_when_they_are_cancelled(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "DAWN-42", 1)], exclude=["TVER"])
    [parcel] = order.fulfilments
    assert parcel.kind == "transfer"
    api.ship(uid=order.uid, by=ANYA)
    with pytest.raises(WrongState):
        api.cancel(uid=order.uid, by=OLEG)
    api.arrive(uid=order.uid, by=ANYA)
    assert api.cancel(uid=order.uid, by=OLEG).state == "cancelled"
    assert of.stock("DAWN-42", "TVER") == (6, 0, 0)
    assert of.ledger_balances()


def test_a_store_that_cannot_is_passed_over_and_the_customer_told(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "DAWN-42", 2)])
    [parcel] = order.fulfilments
    moved = api.reject(uid=order.uid, parcel=parcel.uid, reason="not_found", by=ANYA)
    assert moved == api.reject(uid=order.uid, parcel=parcel.uid, reason="not_found", by=ANYA)
    assert [(one.state, one.attempt) for one in moved.fulfilments] == [("rejected", 1), ("to_pick", 2)]
    assert (moved.fulfilments[1].kind, moved.fulfilments[1].location == "TVER") == ("transfer", False)
    assert of.stock("DAWN-42", "TVER") == (5, 0, 0)
    [(_, told)] = of.facts("order.rerouted")
    assert told["to"][0]["location"] == moved.fulfilments[1].location
    second = api.reject(uid=order.uid, parcel=moved.fulfilments[1].uid, reason="damaged", by=ANYA)
    third = api.reject(uid=order.uid, parcel=second.fulfilments[2].uid, reason="damaged", by=ANYA)
    assert (third.parked, third.state) == ("no_route", "placed")
    assert [one["missing"] for _, one in of.facts("order.parked")] == [2]
    assert [of.stock("DAWN-42", place)[1] for place in of.STOCK] == [0, 0, 0]
    again = api.replan(uid=order.uid, by=OLEG)
    assert (again.parked, again.fulfilments[-1].location) == ("", "TVER")
    assert of.stock("DAWN-42", "TVER") == (5, 2, 0)


def test_a_parked_order_can_be_cancelled(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "DAWN-42", 2)])
    while not order.parked:
        parcel = next(one for one in order.fulfilments if one.state == "to_pick")
        order = api.reject(uid=order.uid, parcel=parcel.uid, reason="not_found", by=ANYA)
    done = api.cancel(uid=order.uid, by=OLEG)
    assert (done.state, done.parked, done.paid) == ("cancelled", "", 0)


def test_an_edit_keeps_what_was_promised_and_prices_only_what_is_new(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "DAWN-42", 3, 100_001)])
    done = api.edit(uid=order.uid, by=OLEG, quantities={"DAWN-42": 2}, add=[("SOCK", 1)], reason="size", key="1")
    assert done == api.edit(
        uid=order.uid, by=OLEG, quantities={"DAWN-42": 2}, add=[("SOCK", 1)], reason="size", key="1"
    )
    kept, added = done.lines
    assert (kept.cancelled, kept.shares, added.sku, added.net) == (1, order.lines[0].shares, "SOCK", 49_901)
    # A third of the discounted line, the odd kopecks with the earlier pieces; the socks at their price.
    assert done.due == order.due - 565_667 + 49_901
    assert done.paid == done.due
    [edited] = [one for one in api.history(uid=order.uid) if one.what == "edited"]
    assert edited.detail == {"before": 1_696_999, "after": 1_181_233, "difference": -515_766}
    assert of.stock("SOCK", "TVER") == (5, 1, 0)
    assert of.ledger_balances()


def test_a_payment_is_once_per_key_and_never_goes_back(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)], paid={})
    paid: dict[str, Any] = {
        "order_uid": order.uid,
        "tender": "card",
        "key": "1",
        "provider": "bank",
        "provider_ref": "r1",
    }
    first = api.add_payment(**paid, amount=49_901)
    assert api.add_payment(**paid, amount=49_901) == first
    with pytest.raises(KeyTaken):
        api.add_payment(**paid, amount=49_900)
    taken = api.update_payment(provider="bank", provider_ref="r1", state="captured")
    assert (taken.state, taken.captured) == ("captured", 49_901)
    for state in ("authorised", "pending", "captured"):
        assert api.update_payment(provider="bank", provider_ref="r1", state=state) == taken
    with pytest.raises(WrongState):
        api.update_payment(provider="bank", provider_ref="r1", state="failed")
    assert len(of.facts("payment.captured")) == 1


def test_the_database_itself_refuses_to_give_back_more_than_was_paid_or_sold(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)])
    for wrong in (
        "UPDATE orders_payment SET refunded = captured + 1",
        "UPDATE orders_line SET returned = 1",
        "UPDATE orders_line SET cancelled = 1, fulfilled = 1",
        "UPDATE orders_order SET due = total + 1",
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            sql.execute(wrong)
    assert api.order(uid=order.uid) == order
