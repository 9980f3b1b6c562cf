"""A cart becomes an order: once, for what was shown, with everything held or nothing."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from edino.catalogue.types import taxes
from edino.checkout import api
from edino.checkout.errors import BeingBought, CartChanged, CartClosed, CartEmpty, NotPayable, NotThatMany
from edino.checkout.types import Contact, Difference, Hand, Placed, Tender, points
from edino.kernel import clock, holds, ids, sql
from edino.kernel.errors import Invalid
from edino.kernel.holds import Want
from edino.kernel.idempotency import KeyMissing, KeyReused
from edino.orders import api as orders
from edino.promotions import api as promotions
from tests.checkout.stage import (
    COD,
    HOUSE,
    KOLYA,
    OLEG,
    PRICES,
    Shop,
    at_once,
    buy,
    cart_of,
    counted,
    courier,
    currency,
    facts,
    pickup,
    set_prices,
    slots,
    somebody,
    stock,
    stored,
)

pytestmark = pytest.mark.django_db
whole = pytest.mark.django_db(transaction=True)
SHOES, SOCKS = PRICES["DAWN-42"], PRICES["SOCK-1"]


def test_two_lines_with_pickup_and_cash_there(shop: Shop) -> None:
    view = cart_of(shop, {"DAWN-42": 1, "SOCK-1": 2})
    [slot] = slots(1, 5)
    placed = buy(view, delivery=pickup(slot.uid))
    assert (placed.state, placed.next, placed.total, placed.url) == ("placed", "done", SHOES + 2 * SOCKS, "")
    order = orders.order(uid=placed.order)
    assert (order.state, order.total, order.number, order.cart_uid) == ("placed", view.total, placed.number, view.uid)
    assert {(line.sku, line.quantity, line.net) for line in order.lines} == {
        ("DAWN-42", 1, SHOES),
        ("SOCK-1", 2, 2 * SOCKS),
    }
    assert [(one.tender, one.state, one.amount, one.captured) for one in order.payments] == [
        ("cod", "pending", view.total, 0)
    ]
    assert [(one.kind, one.location, one.slot_starts_at) for one in order.fulfilments] == [
        ("pickup", "TVER", slot.starts_at)
    ]
    assert placed.pickup_code == order.pickup_code != ""
    assert stock() == (112, 3, 0)
    assert stock("slot") == (5, 1, 0)
    assert [body["order"] for body in facts("order.placed")] == [str(placed.order)]
    assert stored(view.uid).state == "ordered"
    assert {line.tax for line in order.lines} == {taxes.sold_with("standard", clock.now())}
    shown = api.cart(uid=view.uid)
    assert (shown.state, shown.order, shown.total) == ("ordered", placed.order, view.total)


def test_the_guest_is_known_by_what_he_typed_and_the_order_is_his(shop: Shop) -> None:
    lena = Contact("Lena", "+79161234567", "lena@mail.ru")
    one = buy(cart_of(shop, {"SOCK-1": 1}), contact=lena)
    other = buy(cart_of(shop, {"BOTTLE": 1}), contact=Contact("L", "8 (916) 123-45-67"))
    profiles = [orders.order(uid=placed.order).contact.profile_id for placed in (one, other)]
    assert None not in profiles
    text = "SELECT count(DISTINCT customer_id) FROM pub.customers_profile WHERE profile_id = ANY (%(ids)s::bigint[])"
    assert sql.scalar(text, {"ids": profiles}) == 1
    nobody = buy(cart_of(shop, {"SOCK-1": 1}), contact=Contact("X"))
    assert orders.order(uid=nobody.order).contact.profile_id is None


def test_the_same_call_again_answers_the_same_and_does_nothing(shop: Shop) -> None:
    view, key, contact = cart_of(shop, {"DAWN-42": 1}), str(ids.uuid7()), somebody()
    placed = buy(view, key=key, contact=contact)
    again = buy(view, key=key, contact=contact)
    other_key = buy(view, contact=contact)
    assert (again.order, again.number, again.replayed) == (placed.order, placed.number, True)
    assert (other_key.order, other_key.replayed) == (placed.order, True)
    with pytest.raises(KeyReused):
        buy(view, key=key, contact=contact, tenders=[Tender("bank")])
    with pytest.raises(KeyMissing):
        api.checkout(uid=view.uid, expected_total=1, tenders=COD, key="", by=KOLYA)
    assert (counted("orders_order"), counted("checkout_purchase"), stock()) == (1, 1, (112, 1, 0))


@whole
def test_eight_identical_calls_at_the_same_instant_are_one_order_and_one_answer(shop: Shop) -> None:
    view, contact = cart_of(shop, {"DAWN-42": 1, "SOCK-1": 1}), somebody()
    key = str(ids.uuid7())
    answers = at_once([lambda: buy(view, key=key, contact=contact) for _ in range(8)])
    assert {(one.order, one.number, one.total) for one in answers} == {
        (answers[0].order, answers[0].number, SHOES + SOCKS)
    }
    assert sorted(one.replayed for one in answers) == [False] + [True] * 7
    assert (counted("orders_order"), counted("orders_payment"), stock()) == (1, 1, (112, 2, 0))
    assert len(facts("order.placed")) == 1


def test_nothing_is_charged_that_was_not_shown(shop: Shop) -> None:
    view = cart_of(shop, {"DAWN-42": 1})
    set_prices({"DAWN-42": 649_000})
    with pytest.raises(CartChanged) as refused:
        buy(view)
    assert set(refused.value.differences) == {
        Difference("total", "", SHOES, 649_000),
        Difference("unit", "DAWN-42", SHOES, 649_000),
    }
    assert (counted("orders_order"), counted("checkout_purchase"), stock()) == (0, 0, (112, 0, 0))
    shown = api.cart(uid=view.uid, device="phone")
    assert buy(shown).total == 649_000


def test_who_buys_what_somebody_else_changed_meanwhile_is_told(shop: Shop) -> None:
    view = cart_of(shop, {"SOCK-1": 1})
    api.put_line(uid=view.uid, sku="SOCK-1", quantity=2, by=OLEG)
    with pytest.raises(CartChanged) as refused:
        buy(view)
    assert {one.what for one in refused.value.differences} == {"version", "total", "quantity"}
    assert counted("orders_order") == 0


def test_what_is_not_there_is_named_and_nothing_is_taken(shop: Shop) -> None:
    view = cart_of(shop, {"SOCK-1": 1, "DAWN-42": 29})
    with pytest.raises(NotThatMany) as refused:
        buy(view)
    assert refused.value.differences == (Difference("stock", "DAWN-42", 29, 25),)
    assert (stock(), counted("orders_order"), stored(view.uid).state) == ((112, 0, 0), 0, "open")


def test_an_empty_cart_and_one_without_a_way_are_refused(shop: Shop) -> None:
    with pytest.raises(CartEmpty):
        buy(cart_of(shop, {}))
    view = cart_of(shop, {"SOCK-1": 1})
    with pytest.raises(Invalid) as refused:
        api.checkout(uid=view.uid, expected_total=view.total, tenders=COD, key="k", by=KOLYA)
    assert [one.field for one in refused.value.fields] == ["delivery"]


def test_a_full_slot_and_one_elsewhere_are_refused(shop: Shop) -> None:
    [slot] = slots(1, 1)
    buy(cart_of(shop, {"SOCK-1": 1}), delivery=pickup(slot.uid))
    view = cart_of(shop, {"SOCK-1": 1})
    with pytest.raises(NotThatMany) as refused:
        buy(view, delivery=pickup(slot.uid))
    assert [one.field for one in refused.value.fields] == ["delivery.slot"]
    with pytest.raises(Invalid):
        buy(view, delivery=pickup(slot.uid, "KLIN"))
    assert (stock("slot"), stock()) == ((1, 1, 0), (112, 1, 0))


def test_delivery_has_its_price_and_comes_from_where_it_is(shop: Shop) -> None:
    view = cart_of(shop, {"SOCK-1": 2})
    shown = api.set_delivery(uid=view.uid, delivery=courier(30_000), by=KOLYA)
    assert shown.total == 2 * SOCKS + 30_000
    order = orders.order(uid=buy(shown).order)
    assert (order.total, order.delivery.amount, order.delivery.city) == (2 * SOCKS + 30_000, 30_000, "Klin")
    assert {one.location for one in order.fulfilments} == {"HUB"}


def test_oleg_sells_into_her_cart_and_the_store_where_it_began_gets_credit(shop: Shop) -> None:
    view = cart_of(shop, {"SOCK-1": 1}, by=OLEG, location="TVER")
    placed = buy(view, by=OLEG, tenders=[Tender("cash")])
    order = orders.order(uid=placed.order)
    assert [(one.tender, one.state, one.captured) for one in order.payments] == [("cash", "captured", SOCKS)]
    assert {(one.role, one.name) for one in order.credits} == {("started", ""), ("served", "Oleg")}


def test_a_shopper_cannot_say_that_he_paid_cash(shop: Shop) -> None:
    with pytest.raises(NotPayable) as refused:
        buy(cart_of(shop, {"SOCK-1": 1}), tenders=[Tender("cash")])
    assert [one.code for one in refused.value.fields] == ["counter"]
    assert stock() == (112, 0, 0)


def test_a_gift_card_pays_its_part_and_cash_the_rest(shop: Shop) -> None:
    code, card = promotions.issue_gift_card(amount=20_000, currency=currency(), by=HOUSE)
    view = cart_of(shop, {"SOCK-1": 1})
    with pytest.raises(NotThatMany) as refused:
        buy(view, tenders=[Tender("gift_card", None, code)])
    assert [(one.field, one.code) for one in refused.value.fields] == [("tenders[0]", "giftcard_short")]
    placed = buy(view, tenders=[Tender("gift_card", 20_000, code), Tender("cod")])
    order = orders.order(uid=placed.order)
    assert [(one.tender, one.amount, one.captured, one.provider, one.provider_ref) for one in order.payments] == [
        ("gift_card", 20_000, 20_000, "gift_card", str(card.id)),
        ("cod", SOCKS - 20_000, 0, "manual", f"{placed.order}-1"),
    ]
    assert promotions.gift_card(code=code).balance == 0
    assert stock("giftcard") == (20_000, 20_000, 0)


class Points:
    """A loyalty programme with one member, whose points are kopecks."""

    def __init__(self) -> None:
        [self.capacity] = holds.open_capacities("points", [(1, 500, 0)])
        self.spent: list[tuple[Any, int]] = []

    def want(self, *, profile_id: int, amount: int, currency: str) -> Want:
        return Want(self.capacity, amount)

    def spend(self, *, profile_id: int, order_uid: Any, amount: int, currency: str) -> None:
        self.spent.append((order_uid, amount))


@pytest.fixture
def loyalty() -> Iterator[Points]:
    offer = Points()
    points.register("test", offer)
    yield offer
    points._offers.pop("test")


def test_points_pay_too_once_somebody_keeps_them(shop: Shop, loyalty: Points) -> None:
    view = cart_of(shop, {"SOCK-1": 1})
    placed = buy(view, tenders=[Tender("points", 500), Tender("cod")])
    assert loyalty.spent == [(placed.order, 500)]
    assert stock("points") == (500, 500, 0)
    with pytest.raises(NotThatMany):
        buy(cart_of(shop, {"SOCK-1": 1}), tenders=[Tender("points", 1), Tender("cod")])


def test_nobodys_points_are_refused(shop: Shop) -> None:
    with pytest.raises(NotPayable):
        buy(cart_of(shop, {"SOCK-1": 1}), tenders=[Tender("points", 500), Tender("cod")])
    with pytest.raises(NotPayable):
        buy(cart_of(shop, {"SOCK-1": 1}), tenders=[Tender("card")])
    assert (stock(), counted("orders_order")) == ((112, 0, 0), 0)


def test_what_was_bought_is_bought(shop: Shop) -> None:
    view = cart_of(shop, {"SOCK-1": 1})
    buy(view)
    with pytest.raises(CartClosed):
        api.put_line(uid=view.uid, sku="SOCK-1", quantity=2, by=KOLYA)
    assert not api.give_up(uid=view.uid, by=KOLYA)
    assert stored(view.uid).state == "ordered"


@whole
def test_of_many_shoppers_exactly_as_many_buy_as_there_are_pieces(shop: Shop) -> None:
    # The store has 5 and the warehouse sends it 20; the other store does not ship.
    carts = [cart_of(shop, {"DAWN-41": 1}) for _ in range(40)]
    for place in range(0, 40, 8):
        answers = at_once([partial(buy, view) for view in carts[place : place + 8]])
        assert all(isinstance(one, Placed | NotThatMany) for one in answers), answers
    assert (counted("orders_order", "state = 'placed'"), counted("orders_order", "state <> 'placed'")) == (25, 0)
    assert stock() == (112, 25, 0)
    assert counted("checkout_cart", "state = 'ordered'") == 25


@whole
def test_two_checkouts_of_one_cart_by_different_people_are_one_order(shop: Shop) -> None:
    view = cart_of(shop, {"SOCK-1": 1})
    works = [
        lambda: buy(view, contact=Contact("A", "+79161110001")),
        lambda: buy(view, by=Hand("staff", "Oleg"), contact=Contact("B", "+79161110002")),
    ]
    answers = at_once(works)
    assert all(isinstance(one, Placed | BeingBought) for one in answers), answers
    assert len({one.order for one in answers if isinstance(one, Placed)}) == 1
    assert (counted("orders_order"), stock()) == (1, (112, 1, 0))
