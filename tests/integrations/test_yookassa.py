"""Cards through YooKassa: whatever is lost, repeated, late, forged or taken back, money = order = stock."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from tests.checkout.stage import (
    HOUSE,
    KOLYA,
    PRICES,
    Shop,
    at_once,
    buy,
    cart_of,
    counted,
    currency,
    facts,
    open_shop,
    stock,
    stored,
)
from tests.integrations.yookassa_emulator import SECRET, SHOP, YooKassaEmulator

from edino.checkout import api
from edino.checkout.api import crossing
from edino.checkout.errors import BeingBought, PaymentFailed, ProviderUnavailable
from edino.checkout.types import CartView, Tender, payment_providers
from edino.integrations.yookassa.client import Account
from edino.integrations.yookassa.provider import ADDRESSES, YooKassa
from edino.kernel import clock, holds, sql
from edino.orders import api as orders
from edino.orders.errors import WrongState
from edino.promotions import api as promotions

pytestmark = pytest.mark.django_db(transaction=True)
CARD = [Tender("card", return_url="https://shop.example/thanks")]
SOCKS = PRICES["SOCK-1"]
ALL = 112


@pytest.fixture
def shop() -> Shop:
    return open_shop()


@pytest.fixture
def bank() -> Iterator[YooKassaEmulator]:
    yield from at_bank()


@pytest.fixture
def one_step() -> Iterator[YooKassaEmulator]:
    yield from at_bank(two_steps=False)


def at_bank(**options: Any) -> Iterator[YooKassaEmulator]:
    emulator = YooKassaEmulator()
    offer = YooKassa(
        Account(SHOP, SECRET, emulator.url), addresses=["127.0.0.0/8"], back="https://shop.example", **options
    )
    payment_providers.register("yookassa", offer)
    yield emulator
    payment_providers._offers.pop("yookassa")
    offer.close()
    emulator.close()


def port(live_server: Any) -> int:
    return int(live_server.url.rpartition(":")[2])


def begun(shop: Shop, bank: YooKassaEmulator, pieces: int = 1) -> tuple[CartView, Any, str]:
    """A cart whose shopper stands before the bank's page: the cart, the answer, the payment's id there."""
    view = cart_of(shop, {"SOCK-1": pieces})
    placed = buy(view, tenders=CARD)
    [ref] = [one for one, told in bank.payments.items() if told["metadata"]["order"] == str(placed.order)]
    assert (placed.state, placed.next, placed.url) == ("paying", "pay", f"{bank.url}/confirm/{ref}")
    return view, placed, ref


def state(order: Any) -> tuple[str, list[tuple[str, int]]]:
    found = orders.order(uid=order.order)
    return found.state, [(one.state, one.captured) for one in found.payments]


def swept(minutes: int = 10, **expected: int) -> None:
    with clock.frozen(clock.now() + timedelta(minutes=minutes)):
        done = api.sweep()
    assert {name: getattr(done, name) for name in expected} == expected


def test_paid_on_the_banks_page_and_told_by_a_notification(
    shop: Shop, bank: YooKassaEmulator, live_server: Any
) -> None:
    view, placed, ref = begun(shop, bank)
    assert (state(placed)[0], stock()) == ("draft", (ALL, 0, 1))
    assert bank.notify(port(live_server), ref) == 200
    assert (state(placed)[0], bank.captured()) == ("draft", 0)
    bank.pay(ref)
    assert bank.notify(port(live_server), ref) == 200
    assert (state(placed), stock(), bank.captured()) == (("placed", [("captured", SOCKS)]), (ALL, 1, 0), SOCKS)
    assert stored(view.uid).state == "ordered"
    assert len(facts("order.placed")) == len(facts("payment.captured")) == 1


def test_notifications_twice_at_once_and_in_the_wrong_order_have_one_effect(
    shop: Shop, bank: YooKassaEmulator, live_server: Any
) -> None:
    _, placed, ref = begun(shop, bank)
    bank.pay(ref)
    told = partial(bank.notify, port(live_server), ref)
    answers = at_once([told] * 6 + [partial(told, event="payment.succeeded")] * 2)
    assert set(answers) <= {200, 503}
    assert 200 in answers
    assert bank.notify(port(live_server), ref, event="payment.waiting_for_capture") == 200
    assert (state(placed), stock(), bank.captured()) == (("placed", [("captured", SOCKS)]), (ALL, 1, 0), SOCKS)
    assert len(facts("order.placed")) == len(facts("payment.captured")) == 1
    assert counted("orders_payment") == 1


def test_a_forged_notification_does_nothing(shop: Shop, bank: YooKassaEmulator, live_server: Any) -> None:
    _, placed, ref = begun(shop, bank)
    lie = {**bank.payments[ref], "status": "succeeded", "paid": True}
    told = partial(_told, port(live_server))
    assert told({"type": "notification", "event": "payment.succeeded", "object": lie}) == 200
    for forged in ({"id": "made-up"}, {"id": "../x"}, {}, None):
        assert told({"type": "notification", "event": "payment.succeeded", "object": forged}) == 403
    assert told({"event": "payment.succeeded", "object": {"id": ref}}) == 403
    assert told([]) == 403
    offer = payment_providers.get("yookassa")
    assert isinstance(offer, YooKassa)
    offer._networks = YooKassa(Account("1", "2"), addresses=ADDRESSES)._networks
    bank.pay(ref)
    assert bank.notify(port(live_server), ref) == 403
    assert (state(placed)[0], stock(), bank.captured()) == ("draft", (ALL, 0, 1), 0)
    trail = sql.tuples("SELECT refused, detail ->> 'why' FROM staff_audit WHERE operation = 'hook.called'")
    assert set(trail) == {(True, "forged or unknown")}


def _told(number: int, body: Any) -> int:
    import http.client  # beside its only use
    import json  # as above

    connection = http.client.HTTPConnection("127.0.0.1", number, timeout=30)
    connection.request("POST", "/hooks/yookassa/", json.dumps(body), {"Content-Type": "application/json"})
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_lost_answer_is_asked_for_again_with_the_same_key(shop: Shop, bank: YooKassaEmulator) -> None:
    view, key = cart_of(shop, {"SOCK-1": 1}), "k-1"
    contact = view.contact
    bank.lose = 1
    with pytest.raises(ProviderUnavailable):
        buy(view, key=key, tenders=CARD, contact=contact)
    assert (len(bank.payments), stock(), stored(view.uid).state) == (1, (ALL, 0, 1), "buying")
    again = buy(view, key=key, tenders=CARD, contact=contact)
    other = buy(view, key="k-2", tenders=CARD, contact=contact)
    [ref] = bank.payments
    assert {again.url, other.url} == {f"{bank.url}/confirm/{ref}"}
    assert (again.order, counted("checkout_attempt")) == (other.order, 1)
    with pytest.raises(BeingBought):
        buy(view, key="k-3", contact=contact)
    with pytest.raises(BeingBought):
        api.put_line(uid=view.uid, sku="SOCK-1", quantity=2, by=KOLYA)


def test_a_bank_that_is_ill_changes_nothing_until_it_is_well(shop: Shop, bank: YooKassaEmulator) -> None:
    view = cart_of(shop, {"SOCK-1": 1})
    bank.ill = 3
    with pytest.raises(ProviderUnavailable):
        buy(view, tenders=CARD)
    swept(troubles=1, released=0)
    swept(20, troubles=1, released=0)
    assert (stock(), stored(view.uid).state) == ((ALL, 0, 1), "buying")
    swept(30, waiting=1)
    [ref] = bank.payments
    bank.pay(ref)
    swept(40, placed=1)
    assert (stock(), bank.captured(), counted("orders_order", "state = 'placed'")) == ((ALL, 1, 0), SOCKS, 1)


def test_eight_identical_calls_at_the_same_instant_are_one_payment(shop: Shop, bank: YooKassaEmulator) -> None:
    view = cart_of(shop, {"SOCK-1": 1})
    answers = at_once([partial(buy, view, key="k-1", tenders=CARD, contact=view.contact)] * 8)
    [ref] = bank.payments
    assert {(one.order, one.url) for one in answers} == {(answers[0].order, f"{bank.url}/confirm/{ref}")}
    assert (counted("orders_order"), counted("checkout_attempt"), stock()) == (1, 1, (ALL, 0, 1))


def test_who_turns_back_has_his_cart_again_and_may_pay_otherwise(shop: Shop, bank: YooKassaEmulator) -> None:
    view, placed, ref = begun(shop, bank)
    bank.turn_back(ref)
    swept(released=1)
    assert (state(placed)[0], stock(), stored(view.uid).state) == ("dropped", (ALL, 0, 0), "open")
    other = buy(api.cart(uid=view.uid))
    assert (other.state, other.order != placed.order) == ("placed", True)
    assert (stock(), bank.captured()) == ((ALL, 1, 0), 0)
    assert [body["order"] for body in facts("checkout.released")] == [str(placed.order)]


def test_a_refusal_is_told_at_once(shop: Shop, bank: YooKassaEmulator) -> None:
    view = cart_of(shop, {"SOCK-1": 1})
    bank.refuse = True
    with pytest.raises(PaymentFailed):
        buy(view, tenders=CARD)
    assert (stock(), stored(view.uid).state, counted("orders_order", "state = 'draft'")) == ((ALL, 0, 0), "open", 0)


def test_money_that_comes_after_the_goods_went_waits_for_a_person(shop: Shop, bank: YooKassaEmulator) -> None:
    _, placed, ref = begun(shop, bank, 25)
    with clock.frozen(clock.now() + timedelta(minutes=31)):
        buy(cart_of(shop, {"SOCK-1": 2}))
        bank.pay(ref)
        assert api.sweep().parked == 1
        assert (state(placed), bank.captured()) == (("draft", []), 0)
        [waits] = api.parked()
        assert (waits.order_uid, waits.note.startswith("The money is there")) == (placed.order, True)
        assert api.sweep().parked == 0
        api.resolve(order_uid=placed.order, how="release", why="sold out", by=HOUSE)
        with clock.frozen(clock.now() + timedelta(minutes=5)):
            api.sweep()
    assert (state(placed)[0], bank.payments[ref]["status"], api.parked()) == ("dropped", "canceled", [])
    assert stock()[1:] == (2, 0)


def test_money_that_comes_late_still_buys_what_is_there(shop: Shop, bank: YooKassaEmulator) -> None:
    _, placed, ref = begun(shop, bank, 3)
    with clock.frozen(clock.now() + timedelta(days=9)):
        holds.expire_due()
        bank.pay(ref)
        assert api.sweep().placed == 1
    assert (state(placed), bank.captured()) == (("placed", [("captured", 3 * SOCKS)]), 3 * SOCKS)
    assert stock() == (ALL, 3, 0)


def test_who_gives_up_and_pays_after_all_is_not_charged(shop: Shop, bank: YooKassaEmulator, live_server: Any) -> None:
    view, placed, ref = begun(shop, bank)
    assert api.give_up(uid=view.uid, by=KOLYA)
    assert (stored(view.uid).state, stock()) == ("open", (ALL, 0, 0))
    bank.pay(ref)
    assert bank.notify(port(live_server), ref) == 200
    assert (bank.payments[ref]["status"], bank.captured(), state(placed)[0]) == ("canceled", 0, "dropped")


def test_money_taken_at_once_after_giving_up_waits_for_a_person(
    shop: Shop, one_step: YooKassaEmulator, live_server: Any
) -> None:
    view, placed, ref = begun(shop, one_step)
    api.give_up(uid=view.uid, by=KOLYA)
    one_step.pay(ref)
    assert one_step.notify(port(live_server), ref) == 200
    assert [one.order_uid for one in api.parked()] == [placed.order]
    assert (one_step.captured(), one_step.refunds, state(placed)[0]) == (SOCKS, {}, "dropped")


def test_money_taken_for_a_cart_that_was_bought_otherwise_waits_for_a_person(
    shop: Shop, one_step: YooKassaEmulator, live_server: Any
) -> None:
    view, placed, ref = begun(shop, one_step)
    api.give_up(uid=view.uid, by=KOLYA)
    other = buy(api.cart(uid=view.uid))
    assert (other.state, other.order != placed.order) == ("placed", True)
    one_step.pay(ref)
    assert one_step.notify(port(live_server), ref) == 200
    [parked] = api.parked()
    assert (parked.order_uid, one_step.captured(), state(placed)[0]) == (placed.order, SOCKS, "dropped")
    assert (stored(view.uid).state, stock()) == ("ordered", (ALL, 1, 0))
    swept(troubles=0)
    with pytest.raises(WrongState):
        api.resolve(order_uid=placed.order, how="place", why="he paid", by=HOUSE)
    assert (stock(), counted("orders_order", "state = 'placed'")) == ((ALL, 1, 0), 1)
    assert api.resolve(order_uid=placed.order, how="release", why="given back", by=HOUSE).order == placed.order
    assert (api.parked(), stored(view.uid).state) == ([], "ordered")
    again = buy(api.cart(uid=view.uid))
    assert (again.order, again.replayed) == (other.order, True)


def test_taken_at_once_where_there_is_one_step(shop: Shop, one_step: YooKassaEmulator, live_server: Any) -> None:
    _, placed, ref = begun(shop, one_step)
    one_step.pay(ref)
    assert one_step.notify(port(live_server), ref) == 200
    assert (state(placed), one_step.captured()) == (("placed", [("captured", SOCKS)]), SOCKS)


def test_another_amount_than_was_asked_for_buys_nothing(shop: Shop, bank: YooKassaEmulator) -> None:
    _, placed, ref = begun(shop, bank)
    bank.pay(ref)
    bank.payments[ref]["amount"] = {"value": "1.00", "currency": bank.payments[ref]["amount"]["currency"]}
    swept(released=1)
    assert (state(placed)[0], bank.captured(), stock()) == ("dropped", 0, (ALL, 0, 0))


def test_gift_card_and_card_together_or_not_at_all(shop: Shop, bank: YooKassaEmulator) -> None:
    code, _ = promotions.issue_gift_card(amount=10_000, currency=currency(), by=HOUSE)
    both = [Tender("gift_card", 10_000, code), *CARD]
    view = cart_of(shop, {"SOCK-1": 1})
    placed = buy(view, tenders=both)
    assert stock("giftcard") == (10_000, 0, 10_000)
    [ref] = bank.payments
    bank.turn_back(ref)
    swept(released=1)
    assert (stock("giftcard"), promotions.gift_card(code=code).balance) == ((10_000, 0, 0), 10_000)
    again = buy(api.cart(uid=view.uid), tenders=both)
    bank.pay(next(one for one in bank.payments if one != ref))
    swept(20, placed=1)
    assert sorted(state(again)[1]) == [("captured", 10_000), ("captured", SOCKS - 10_000)]
    assert (bank.captured(), promotions.gift_card(code=code).balance) == (SOCKS - 10_000, 0)
    assert placed.order != again.order


def test_what_is_cancelled_goes_back_to_the_card_once(shop: Shop, bank: YooKassaEmulator, live_server: Any) -> None:
    _, placed, ref = begun(shop, bank)
    bank.pay(ref)
    bank.notify(port(live_server), ref)
    orders.cancel(uid=placed.order, by=HOUSE, reason="changed my mind", key="c-1")
    bank.lose = 1
    swept(refunded=0, troubles=1)
    swept(20, refunded=1, troubles=0)
    swept(30, refunded=0)
    assert ([one["amount"]["value"] for one in bank.refunds.values()], bank.captured()) == (["499.00"], 0)
    assert stock() == (ALL, 0, 0)


def placed_not_captured(shop: Shop, bank: YooKassaEmulator, pieces: int) -> tuple[Any, str]:
    """An order whose money is only authorised: we died, or the bank was ill, before it was taken."""
    _, placed, ref = begun(shop, bank, pieces)
    bank.pay(ref)

    def die(point: int) -> None:
        if point == 10:
            raise ProviderUnavailable

    crossing.listeners.append(die)
    with pytest.raises(ProviderUnavailable):
        api.settle_payment(provider="yookassa", ref=ref)
    crossing.listeners.remove(die)
    assert state(placed) == ("placed", [("authorised", 0)])
    return placed, ref


def test_who_cancels_before_his_money_is_taken_is_not_charged(shop: Shop, bank: YooKassaEmulator) -> None:
    placed, ref = placed_not_captured(shop, bank, 1)
    orders.cancel(uid=placed.order, by=HOUSE, reason="changed my mind", key="c-1")
    swept(troubles=0)
    assert (bank.payments[ref]["status"], bank.captured(), bank.refunds) == ("canceled", 0, {})
    assert (state(placed), api.parked(), stock()) == (("cancelled", [("failed", 0)]), [], (ALL, 0, 0))


def test_who_cancels_a_part_before_his_money_is_taken_has_that_part_back(shop: Shop, bank: YooKassaEmulator) -> None:
    placed, _ = placed_not_captured(shop, bank, 3)
    [line] = orders.order(uid=placed.order).lines
    orders.cancel(uid=placed.order, by=HOUSE, lines={line.key: 1}, reason="two will do", key="c-1")
    swept(troubles=0, refunded=1)
    found = orders.order(uid=placed.order)
    assert (found.state, found.due, found.paid, bank.captured()) == ("placed", 2 * SOCKS, 2 * SOCKS, 2 * SOCKS)
    swept(30, refunded=0)
    assert bank.captured() == 2 * SOCKS
