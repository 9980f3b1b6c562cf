"""Somebody changes a balance behind the back of its ledger: the reconciler says which, and the overview tells."""

import pytest
from click.testing import CliRunner

from edino.checkout import api as checkout
from edino.checkout.types import Tender
from edino.faces.screens import overview
from edino.kernel import ids, processes, reconciling, recurring, sql
from edino.kernel.commands import reconcile
from edino.orders import api as orders
from edino.orders.api import returns
from edino.orders.types import Inspection, Order, ReturnLineInput
from edino.promotions import api as promotions
from edino.promotions.types import Action, Definition, PromotionInput
from tests.checkout.stage import COD, HOUSE, KOLYA, PRICES, Shop, buy, cart_of, currency, open_shop, pickup, slots

pytestmark = pytest.mark.django_db
LEDGERS = {
    "holds",
    "stock",
    "gift cards",
    "coupons and budgets",
    "payments",
    "returned goods",
    "promised stock",
    "pickup slots",
}


@pytest.fixture
def shop() -> Shop:
    return open_shop()


def bought(shop: Shop) -> tuple[Order, str]:
    """Three pairs of socks for a time slot, by a coupon under a budget, paid by a gift card and the rest there."""
    card = promotions.issue_gift_card(amount=50_000, currency=currency(), by=HOUSE)
    spring = Definition(
        "Spring", Action("order_amount", amount=9_000), currency=currency(), needs_code=True, uses=5, budget=50_000
    )
    promotions.save_promotion(promotion=PromotionInput(spring, "spring", "active"), by=HOUSE)
    promotions.issue_coupons(promotion_code="spring", code="SPRING", uses=2, by=HOUSE)
    view = cart_of(shop, {"SOCK-1": 3})
    view = checkout.add_code(uid=view.uid, code="spring", by=KOLYA)
    assert view.total == 3 * PRICES["SOCK-1"] - 9_000
    [slot] = slots(1, capacity=3)
    placed = buy(view, delivery=pickup(slot.uid), tenders=[Tender("gift_card", 50_000, card.code), *COD])
    return orders.order(uid=placed.order), card.code


def differences() -> dict[str, int]:
    return {name: len(found) for name, found in reconciling.reconcile().items() if found}


def test_whatever_happens_to_an_order_ledgers_and_balances_say_the_same(shop: Shop) -> None:
    assert set(reconciling.reconcile()) >= LEDGERS
    order, code = bought(shop)
    assert differences() == {}
    orders.cancel(uid=order.uid, by=HOUSE, lines={order.lines[0].key: 1}, key="one")
    assert differences() == {}
    given = orders.hand_over(uid=order.uid, by=HOUSE, code=order.pickup_code, location="TVER", tender="cash")
    assert differences() == {}
    back = returns.request_return(
        uid=ids.uuid7(), lines=[ReturnLineInput(1, given.lines[0].id)], by=HOUSE, reason="size"
    )
    assert differences() == {}
    returns.receive(uid=back.uid, location="TVER", by=HOUSE)
    returns.inspect(uid=back.uid, inspections=[Inspection(back.lines[0].id, "resell")], by=HOUSE)
    returns.settle(uid=back.uid, by=HOUSE)
    assert differences() == {}
    assert promotions.gift_card(code=code).balance > 0
    other = buy(cart_of(shop, {"SOCK-1": 2}))
    orders.cancel(uid=other.order, by=HOUSE)
    assert differences() == {}


BROKEN = {
    "holds": "UPDATE kernel_capacity SET held = held + 1 WHERE kind = 'slot'",
    "stock": "UPDATE kernel_capacity SET total = total + 1 WHERE kind = 'stock' AND used > 0",
    "gift cards": "UPDATE kernel_capacity SET used = used - 1 WHERE kind = 'giftcard'",
    "coupons and budgets": "UPDATE kernel_capacity SET used = used + 1 WHERE kind = 'promotion_budget'",
    "payments": "UPDATE orders_payment SET refunded = 1 WHERE captured > 0",
    "returned goods": "UPDATE orders_line SET fulfilled = 1, returned = 1",
    "promised stock": "UPDATE kernel_capacity SET used = used - 1 WHERE kind = 'stock' AND used > 0",
    "pickup slots": "UPDATE kernel_capacity SET used = used - 1 WHERE kind = 'slot'",
}


@pytest.mark.parametrize("ledger", BROKEN)
def test_a_balance_that_was_changed_by_hand_is_named(shop: Shop, ledger: str) -> None:
    bought(shop)
    assert differences() == {}
    sql.execute(BROKEN[ledger])
    assert differences() == {ledger: 1}
    assert [(one.ledger, one.count) for one in reconciling.wrong()] == [(ledger, 1)]


def test_money_that_a_card_never_got_back_is_named(shop: Shop) -> None:
    order, _ = bought(shop)
    orders.cancel(uid=order.uid, by=HOUSE)
    sql.execute("UPDATE orders_refund SET provider_ref = '0' WHERE tender = 'gift_card'")
    assert differences() == {"payments": 1}


def test_the_night_finds_it_and_the_overview_tells(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "prepare", lambda: None)
    bought(shop)
    recurring.reconcile.func(timestamp=0)
    assert overview._ledgers() == []
    assert CliRunner().invoke(reconcile).exit_code == 0
    sql.execute(BROKEN["gift cards"])
    recurring.reconcile.func(timestamp=0)
    [told] = overview._ledgers()
    assert str(told.name) == "Ledgers that do not add up"
    assert "gift cards (1)" in str(told.than)
    assert "1 is kept, the ledger says 0" in str(told.than)
    named = CliRunner().invoke(reconcile)
    assert (named.exit_code, "gift cards: 1 differences" in named.output, "stock: agrees" in named.output) == (
        1,
        True,
        True,
    )
