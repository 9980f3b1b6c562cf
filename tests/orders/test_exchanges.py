"""Lena chooses another pair instead, changes her mind, comes late: what is held for her is what she will take."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from edino.kernel import clock, holds, sql
from edino.orders import api
from edino.orders.api import returns
from edino.orders.errors import TooManyPieces, WrongState
from edino.orders.types import ExchangeLine, Inspection, Order, Return, ReturnLineInput
from tests.orders import shop as of
from tests.orders.shop import ANYA, OLEG, Shop

pytestmark = pytest.mark.django_db
LARGER = [ExchangeLine("DAWN-41")]
SOCKS = [ExchangeLine("SOCK")]


@pytest.fixture
def shop() -> Shop:
    return of.open_shop()


def brought(shop: Shop) -> Return:
    """Shoes that Lena gives back in Klin; nothing is settled yet."""
    order = of.handed(shop, [of.line(shop, "DAWN-42", 1)])
    asked = returns.request_return(uid=of.new_uid(), lines=[ReturnLineInput(1, order.lines[0].id)], by=ANYA)
    returns.receive(uid=asked.uid, location="KLIN", by=ANYA)
    return returns.inspect(uid=asked.uid, inspections=[Inspection(asked.lines[0].id, "resell")], by=ANYA)


def chosen(ret: Return, lines: Sequence[ExchangeLine], place: str = "KLIN") -> Order:
    return returns.exchange(uid=ret.uid, lines=lines, by=OLEG, method="pickup", location=place)


def promised(sku: str) -> int:
    return sum(of.stock(sku, place)[1] for place in ("TVER", "KLIN", "HUB"))


def test_another_choice_lets_the_first_one_go(shop: Shop) -> None:
    ret = brought(shop)
    first = chosen(ret, LARGER)
    second = chosen(ret, SOCKS)
    assert (second.uid != first.uid, second.lines[0].sku, api.order(uid=first.uid).state) == (True, "SOCK", "dropped")
    assert (promised("DAWN-41"), promised("SOCK")) == (0, 1)
    assert chosen(ret, SOCKS) == second
    done = returns.settle(uid=ret.uid, by=ANYA)
    assert (done.exchange_uid, done.settlement["carried"]) == (second.uid, 49_901)
    assert chosen(ret, LARGER).uid == second.uid
    assert (promised("DAWN-41"), promised("SOCK")) == (0, 1)
    assert of.ledger_balances()


def test_who_takes_nothing_after_all_or_keeps_his_shoes_holds_nothing_any_more(shop: Shop) -> None:
    ret = brought(shop)
    first = chosen(ret, LARGER)
    after = returns.no_exchange(uid=ret.uid, by=OLEG)
    assert (after.exchange_uid, promised("DAWN-41"), api.order(uid=first.uid).state) == (None, 0, "dropped")
    assert returns.settle(uid=ret.uid, by=ANYA).settlement["tenders"] == {"card": 599_000}
    with pytest.raises(WrongState):
        returns.no_exchange(uid=ret.uid, by=OLEG)
    order = of.handed(shop, [of.line(shop, "SOCK", 1)])
    kept = returns.request_return(uid=of.new_uid(), lines=[ReturnLineInput(1, order.lines[0].id)], by=ANYA)
    second = chosen(kept, LARGER)
    assert promised("DAWN-41") == 1
    assert returns.withdraw_return(uid=kept.uid, by=ANYA).state == "withdrawn"
    assert (promised("DAWN-41"), api.order(uid=second.uid).state) == (0, "dropped")


def test_who_comes_a_month_late_has_the_pair_if_it_is_there_and_chooses_anew_if_not(shop: Shop) -> None:
    ret, other = brought(shop), brought(shop)
    chosen(ret, LARGER)
    late = chosen(other, LARGER)
    with clock.frozen(clock.now() + timedelta(days=30)):
        holds.expire_due()
        sql.execute("DELETE FROM kernel_hold")  # as the worker does after a week
        done = returns.settle(uid=ret.uid, by=ANYA)
        assert (done.settlement["carried"], promised("DAWN-41")) == (599_000, 1)
        _all_sold("DAWN-41")
        with pytest.raises(holds.Short):
            returns.settle(uid=other.uid, by=ANYA)
        assert returns.get_return(uid=other.uid).state == "inspected"
        with pytest.raises(holds.Short):
            chosen(other, LARGER)
        assert chosen(other, SOCKS).uid != late.uid
        assert returns.settle(uid=other.uid, by=ANYA).settlement["carried"] == 49_901


def _all_sold(sku: str) -> None:
    """Everybody else was faster."""
    found = sql.tuples(
        """SELECT one.id, one.total - one.used - one.held FROM kernel_capacity AS one
             JOIN inventory_level AS level ON level.capacity_id = one.id
             JOIN pub.catalogue_variant AS variant ON variant.id = level.variant_id
            WHERE variant.sku = %s""",
        [sku],
    )
    holds.use([holds.Want(id_, free) for id_, free in found if free > 0])


def test_whoever_changes_his_mind_in_between_all_the_money_goes_back(shop: Shop) -> None:
    """Three for 1,000.00 are worth 333.34, 333.33 and 333.33: a withdrawn return takes no kopeck with it."""
    order = of.handed(shop, [of.line(shop, "SOCK", 3, 49_703)])
    assert order.total == 100_000

    def asked() -> Return:
        line = ReturnLineInput(1, order.lines[0].id)
        return returns.request_return(uid=of.new_uid(), lines=[line], by=ANYA)

    first, second = asked(), asked()
    returns.withdraw_return(uid=first.uid, by=ANYA)
    for one in (second, asked(), asked()):
        returns.receive(uid=one.uid, location="KLIN", by=ANYA)
        returns.inspect(uid=one.uid, inspections=[Inspection(one.lines[0].id, "resell")], by=ANYA)
        returns.settle(uid=one.uid, by=ANYA)
    after = api.order(uid=order.uid)
    assert (after.due, after.paid, sum(one.amount for one in after.refunds)) == (0, 0, 100_000)
    with pytest.raises(TooManyPieces):
        asked()
