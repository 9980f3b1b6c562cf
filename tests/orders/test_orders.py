"""Kolya orders, fetches, changes his mind: goods, money and promises always say the same."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from edino.inventory.api import correcting
from edino.kernel import sql
from edino.kernel.errors import Invalid
from edino.orders import api
from edino.orders.api import office, picking
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
    assert of.stock("DAWN-42", "TVER") == (3, 0, 0), "what is not on the shelf is promised to nobody else"
    [written_off] = correcting.corrections(variant_id=shop.variants["DAWN-42"])
    assert (written_off.quantity, written_off.reason, written_off.note) == (-2, "missing", order.number)
    [(_, told)] = of.facts("order.rerouted")
    assert told["to"][0]["location"] == moved.fulfilments[1].location
    second = api.reject(uid=order.uid, parcel=moved.fulfilments[1].uid, reason="damaged", by=ANYA)
    third = api.reject(uid=order.uid, parcel=second.fulfilments[2].uid, reason="damaged", by=ANYA)
    assert (third.parked, third.state) == ("no_route", "placed")
    assert [one["missing"] for _, one in of.facts("order.parked")] == [2]
    assert [of.stock("DAWN-42", place)[1] for place in of.STOCK] == [0, 0, 0]
    again = api.replan(uid=order.uid, by=OLEG)
    assert (again.parked, again.fulfilments[-1].location) == ("", "TVER")
    assert of.stock("DAWN-42", "TVER") == (3, 2, 0)


def test_only_the_pair_that_is_not_there_comes_from_elsewhere_and_the_rest_goes_on(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "DAWN-42", 3), of.line(shop, "SOCK", 1)])
    [parcel] = order.fulfilments
    for key, lines in (("0", {"SOCK": 2}), ("0", {"DAWN-42": 4}), ("0", {"HAT": 1}), ("0", {"SOCK": 0})):
        with pytest.raises((TooManyPieces, Invalid)):
            api.reject(uid=order.uid, parcel=parcel.uid, reason="not_found", by=ANYA, lines=lines, key=key)
    asked: dict[str, Any] = {"uid": order.uid, "parcel": parcel.uid, "reason": "not_found", "by": ANYA}
    moved = api.reject(**asked, lines={"DAWN-42": 1}, key="1")
    assert api.reject(**asked, lines={"DAWN-42": 1}, key="1") == moved  # a second press changes nothing
    with pytest.raises(KeyTaken):
        api.reject(**asked, lines={"DAWN-42": 2}, key="1")
    assert [(one.state, one.kind) for one in moved.fulfilments] == [("to_pick", "pickup"), ("to_pick", "transfer")]
    here, there = moved.fulfilments
    assert there.location != "TVER"
    counts = {(one.fulfilment_id, one.promised) for one in moved.allocations}
    assert counts == {(here.id, 2), (here.id, 1), (there.id, 1)}
    assert (of.stock("DAWN-42", "TVER")[1], of.stock("DAWN-42", there.location)[1]) == (2, 1)
    assert (moved.due, moved.paid, moved.parked) == (order.total, order.total, "")
    [(_, told)] = of.facts("order.rerouted")
    assert (told["lines"], told["rules"], told["missing"]) == (
        {"DAWN-42": 1},
        {there.location: told["rules"][there.location]},
        0,
    )
    [why] = [one for one in api.history(uid=order.uid) if one.what == "rerouted"]
    assert why.detail["why"]
    # The rest is picked and handed over, and the pair of the other place follows.
    api.ready(uid=order.uid, by=ANYA, parcel=here.uid)
    part = api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code, location="TVER")
    assert (part.state, part.lines[0].open, part.lines[1].open) == ("part_fulfilled", 1, 0)
    api.ship(uid=order.uid, by=ANYA, parcel=there.uid)
    api.arrive(uid=order.uid, by=ANYA, parcel=there.uid)
    assert api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code, location="TVER").state == "closed"
    assert of.ledger_balances()


def test_the_last_piece_that_is_not_there_gives_the_parcel_up_and_nobody_is_asked_twice(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 2)])
    uid, parcel = order.uid, order.fulfilments[0].uid
    api.reject(uid=uid, parcel=parcel, reason="not_found", by=ANYA, lines={"SOCK": 1}, key="1")
    moved = api.reject(uid=uid, parcel=parcel, reason="sold", by=ANYA, lines={"SOCK": 1}, key="2")
    assert moved.fulfilments[0].state == "rejected"
    for one in [one for one in moved.fulfilments if one.state == "to_pick"]:
        moved = api.reject(uid=uid, parcel=one.uid, reason="not_found", by=ANYA)
    while fresh := [one for one in moved.fulfilments if one.state == "to_pick"]:
        moved = api.reject(uid=uid, parcel=fresh[0].uid, reason="not_found", by=ANYA)
    # Tver said no to one piece and was not asked for the other, though its book has socks.
    assert [one.location for one in moved.fulfilments].count("TVER") == 1
    assert moved.parked == "no_route"
    assert [of.stock("SOCK", place)[1] for place in of.STOCK] == [0, 0, 0]


def test_who_will_not_wait_gets_exactly_the_money_of_the_missing_pair(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "DAWN-42", 3, 100_001), of.line(shop, "SOCK", 1)])
    [parcel] = order.fulfilments
    asked: dict[str, Any] = {"uid": order.uid, "parcel": parcel.uid, "reason": "damaged", "by": ANYA, "key": "1"}
    done = api.reject(**asked, lines={"DAWN-42": 1}, cancel=True)
    assert api.reject(**asked, lines={"DAWN-42": 1}, cancel=True) == done
    assert [(one.tender, one.amount, one.state) for one in done.refunds] == [("card", 565_667, "due")]
    assert (done.due, done.paid, done.lines[0].cancelled) == (order.due - 565_667, order.due - 565_667, 1)
    assert [(one.state, one.attempt) for one in done.fulfilments] == [("to_pick", 1)]
    assert of.facts("order.rerouted", "order.parked") == []
    assert of.stock("DAWN-42", "TVER") == (4, 2, 0)
    # All of it: the parcel is given up, and nothing is looked for.
    rest = api.reject(uid=order.uid, parcel=parcel.uid, reason="damaged", by=ANYA, cancel=True)
    assert (rest.state, rest.paid, rest.fulfilments[0].state) == ("cancelled", 0, "rejected")
    assert sum(one.amount for one in rest.refunds) == order.total
    assert of.ledger_balances()


def test_two_hands_pick_one_parcel_and_count_every_piece_once(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "DAWN-42", 2), of.line(shop, "SOCK", 1)])
    parcel = order.fulfilments[0].uid
    assert picking.pick(parcel=parcel, line="DAWN-42", by=ANYA) == 1
    assert picking.pick(parcel=parcel, line="DAWN-42", by=OLEG) == 2
    assert picking.pick(parcel=parcel, line="DAWN-42", by=ANYA) is None  # there are only two
    assert picking.pick(parcel=parcel, line="HAT", by=ANYA) is None
    assert (picking.picked(parcel=parcel).pieces, picking.picked(parcel=parcel).people) == ({"DAWN-42": 2}, ("Oleg",))
    assert picking.pick(parcel=parcel, line="DAWN-42", by=ANYA, back=True) == 1
    [row] = office.store_work(location_id=shop.places["TVER"])
    assert (row.pieces, row.picked) == (3, 1)
    api.ready(uid=order.uid, by=ANYA)
    assert picking.pick(parcel=parcel, line="SOCK", by=ANYA) is None


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
