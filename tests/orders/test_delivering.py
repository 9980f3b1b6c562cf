"""A parcel that was sent reaches its customer, or comes back: told once, by the courier, the store or the office."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections

from edino.kernel import clock, ids
from edino.orders import api
from edino.orders.api import delivering, office, returns
from edino.orders.errors import NoSuchFulfilment, NotExact, TooManyPieces, WrongState
from edino.orders.types import Order, Paid, ReturnLineInput
from edino.staff.types import Actor
from tests.orders import shop as of
from tests.orders.shop import ANYA, COURIER, Shop
from tests.orders.test_http import Caller

pytestmark = pytest.mark.django_db
BEAR = Actor("Bear couriers")


@pytest.fixture
def shop() -> Shop:
    return of.open_shop()


def sent(shop: Shop, paid: dict[str, int] | None = None) -> tuple[Order, UUID]:
    """Two pairs of socks on their way to Kolya, and their parcel."""
    order = of.ordered(shop, [of.line(shop, "SOCK", 2)], COURIER, paid=paid)
    order = api.ship(uid=order.uid, by=ANYA, carrier="Bear", tracking="B1")
    return order, order.fulfilments[0].uid


def states(order: Order) -> tuple[str, list[str]]:
    return order.state, [one.state for one in order.fulfilments]


def test_kolya_has_his_parcel_when_the_courier_says_so_and_it_is_said_once(shop: Shop) -> None:
    order, parcel = sent(shop)
    assert states(order) == ("fulfilled", ["shipped"])  # it has left, but nobody knows that he has it
    done = delivering.delivered(parcel=parcel, by=BEAR)
    assert states(done) == ("closed", ["delivered"])
    assert delivering.delivered(parcel=parcel, by=BEAR) == done
    assert [one.what for one in api.history(uid=order.uid)] == ["placed", "shipped", "delivered"]
    facts = of.facts("order.shipped", "order.delivered", "Order Delivered")
    assert [type_ for type_, _ in facts] == ["order.shipped", "order.delivered", "Order Delivered"]
    assert [(one["sku"], one["quantity"]) for one in facts[2][1]["properties"]["products"]] == [("SOCK", 2)]
    assert of.stock("SOCK", "KLIN") == (1, 0, 0)
    with pytest.raises(WrongState):
        delivering.coming_back(parcel=parcel, reason="not_at_home", by=BEAR)
    with pytest.raises(WrongState):
        delivering.came_back(parcel=parcel, by=ANYA)
    assert of.ledger_balances()


def test_cash_on_delivery_is_taken_with_it_or_later_but_never_twice(shop: Shop) -> None:
    order, parcel = sent(shop, {"cod": 129_802})
    with pytest.raises(NotExact):
        delivering.delivered(parcel=parcel, by=BEAR, tenders=[Paid("cash", 129_801)])
    assert states(api.order(uid=order.uid)) == ("fulfilled", ["shipped"])
    done = delivering.delivered(parcel=parcel, by=BEAR, tender="cash")
    assert (states(done), done.paid) == (("closed", ["delivered"]), 129_802)
    assert delivering.delivered(parcel=parcel, by=BEAR, tender="cash") == done
    # Another courier brings the money in the evening.
    _, parcel = sent(shop, {"cod": 129_802})
    done = delivering.delivered(parcel=parcel, by=BEAR)
    assert (states(done), done.outstanding) == (("fulfilled", ["delivered"]), 129_802)
    done = delivering.delivered(parcel=parcel, by=ANYA, tenders=[Paid("cash", 100_000), Paid("card", 29_802)])
    assert (states(done), done.outstanding) == (("closed", ["delivered"]), 0)
    assert [one.what for one in api.history(uid=done.uid)].count("delivered") == 1


def test_what_could_not_be_delivered_is_in_stock_and_paid_back_when_it_is_there(shop: Shop) -> None:
    before = of.stock("SOCK", "KLIN")
    order, parcel = sent(shop)
    away = of.stock("SOCK", "KLIN")
    told = delivering.coming_back(parcel=parcel, reason="not_at_home", by=BEAR)
    assert (states(told), told.fulfilments[0].reason) == (("fulfilled", ["coming_back"]), "not_at_home")
    assert delivering.coming_back(parcel=parcel, reason="other", by=BEAR) == told
    # It is on the way: neither the goods nor the money are back.
    assert (of.stock("SOCK", "KLIN"), told.paid, told.refunds) == (away, 129_802, ())
    done = delivering.came_back(parcel=parcel, by=ANYA)
    assert (states(done), done.due, done.paid) == (("cancelled", ["came_back"]), 0, 0)
    assert [(one.tender, one.amount, one.cause_kind) for one in done.refunds] == [("card", 129_802, "cancel")]
    assert of.stock("SOCK", "KLIN") == before
    assert delivering.came_back(parcel=parcel, by=ANYA) == done
    assert of.stock("SOCK", "KLIN") == before
    history = [(one.what, one.why) for one in api.history(uid=order.uid)]
    assert history[2:] == [("coming_back", "not_at_home"), ("came_back", ""), ("cancelled", "undelivered")]
    with pytest.raises(WrongState):
        delivering.delivered(parcel=parcel, by=BEAR)
    assert of.ledger_balances()


def test_nobody_waits_for_the_money_of_what_came_back(shop: Shop) -> None:
    _, parcel = sent(shop, {"cod": 129_802})
    done = delivering.came_back(parcel=parcel, by=ANYA, disposition="damaged")
    assert (done.state, done.outstanding, done.refunds) == ("cancelled", 0, ())
    assert [(one.tender, one.state) for one in done.payments] == [("cod", "failed")]
    assert of.stock("SOCK", "KLIN") == (1, 0, 0)  # broken socks are promised to nobody


def test_the_courier_finds_him_after_all(shop: Shop) -> None:
    _, parcel = sent(shop)
    delivering.coming_back(parcel=parcel, reason="wrong_address", by=BEAR)
    assert states(delivering.delivered(parcel=parcel, by=BEAR)) == ("closed", ["delivered"])


def test_one_of_two_parcels_comes_back_and_only_that_is_paid_back(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 22, 7)], COURIER)
    order = api.ship(uid=order.uid, by=ANYA)
    assert len(order.fulfilments) == 2
    big, small = sorted(order.fulfilments, key=lambda one: one.location != "HUB")
    delivering.delivered(parcel=big.uid, by=BEAR)
    now = api.order(uid=order.uid)
    assert now.state == "fulfilled"
    pieces = sum(one.gone for one in now.allocations if one.fulfilment_id == small.id)
    done = delivering.came_back(parcel=small.uid, by=ANYA)
    assert (done.state, done.lines[0].cancelled, done.lines[0].fulfilled) == ("closed", pieces, 22 - pieces)
    # Of 22 pairs with 7 kopecks off them all; the delivery was made, so it stays paid.
    [refund] = done.refunds
    net = 22 * 49_901 - 7
    assert refund.amount == pieces * (net // 22) + min(pieces, net % 22)
    assert done.outstanding == 0
    # The other one later comes back as any goods do that a customer had.
    back = returns.request_return(
        uid=of.new_uid(), lines=[ReturnLineInput(22 - pieces, done.lines[0].id)], by=ANYA, location="TVER"
    )
    assert back.state in {"requested", "approved"}


def test_each_of_two_parcels_brings_its_own_money_whichever_comes_first(shop: Shop) -> None:
    total = 21 * 49_901 - 7 + 30_000
    order = of.ordered(shop, [of.line(shop, "SOCK", 21, 7)], COURIER, paid={"cod": total})
    order = api.ship(uid=order.uid, by=ANYA)
    [big, small] = order.fulfilments
    pieces = {one.fulfilment_id: one.quantity for one in order.allocations}
    assert sum(pieces.values()) == 21
    least = delivering.at_the_door(order, small)
    # What the other parcel brings is not asked for here; what the delivery costs is.
    assert least == total - api_worth(order, pieces[big.id])
    with pytest.raises(NotExact):
        delivering.delivered(parcel=small.uid, by=BEAR, tenders=[Paid("cash", least - 1)])
    half = delivering.delivered(parcel=small.uid, by=BEAR, tender="cash")
    assert (half.paid, half.outstanding, states(half)[1]) == (least, total - least, ["shipped", "delivered"])
    assert sorted((one.tender, one.state, one.amount, one.captured) for one in half.payments) == [
        ("cash", "captured", total, least),
        ("cod", "pending", total - least, 0),
    ]
    # Said again it brings nothing more: the rest is with the other parcel.
    assert delivering.delivered(parcel=small.uid, by=BEAR, tender="cash").paid == least
    done = delivering.delivered(parcel=big.uid, by=BEAR, tender="card")
    assert (done.state, done.paid, done.outstanding) == ("closed", total, 0)
    assert of.ledger_balances()


def api_worth(order: Order, count: int) -> int:
    """What so many of the pieces of the first line are worth, the dearer first."""
    base, rest = divmod(order.lines[0].net, order.lines[0].quantity)
    return count * base + min(count, rest)


def test_a_parcel_not_heard_of_needs_a_person_after_the_days_of_the_setting(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, parcel = sent(shop, {"cod": 129_802})
    now = clock.now()
    with clock.frozen(now + timedelta(days=13)):
        assert office.troubles() == []
    with clock.frozen(now + timedelta(days=15)):
        [one] = office.troubles()
        assert (one.kind, one.uid, one.ref, one.number) == ("overdue", order.uid, parcel, order.number)
        assert (one.note, one.amount) == ("Bear B1", 129_802)
        monkeypatch.setenv("EDINO_PARCEL_DAYS", "30")
        assert office.troubles() == []
        monkeypatch.delenv("EDINO_PARCEL_DAYS")
        delivering.delivered(parcel=parcel, by=ANYA, tender="cash")
        assert office.troubles() == []
        assert api.order(uid=order.uid).state == "closed"


def test_what_is_announced_as_a_return_does_not_come_back_a_second_way(shop: Shop) -> None:
    order, parcel = sent(shop)
    returns.request_return(uid=of.new_uid(), lines=[ReturnLineInput(1, order.lines[0].id)], by=ANYA, location="TVER")
    with pytest.raises(TooManyPieces):
        delivering.came_back(parcel=parcel, by=ANYA)
    assert states(api.order(uid=order.uid)) == ("fulfilled", ["shipped"])


def test_what_is_not_on_its_way_to_a_door_is_neither_delivered_nor_sent_back(shop: Shop) -> None:
    pickup = of.ordered(shop, [of.line(shop, "SOCK", 1)])
    waiting = of.ordered(shop, [of.line(shop, "SOCK", 1)], COURIER)
    for parcel in (pickup.fulfilments[0].uid, waiting.fulfilments[0].uid):
        with pytest.raises(WrongState):
            delivering.delivered(parcel=parcel, by=BEAR)
        with pytest.raises(WrongState):
            delivering.coming_back(parcel=parcel, reason="other", by=BEAR)
        with pytest.raises(WrongState):
            delivering.came_back(parcel=parcel, by=ANYA)
    with pytest.raises(NoSuchFulfilment):
        delivering.delivered(parcel=ids.uuid7(), by=BEAR)


def test_pieces_on_their_way_back_are_not_taken_for_those_that_wait(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 22)], COURIER)
    big, small = sorted(order.fulfilments, key=lambda one: one.location != "HUB")
    api.ship(uid=order.uid, parcel=big.uid, by=ANYA)
    delivering.coming_back(parcel=big.uid, reason="refused_at_door", by=BEAR)
    now = api.order(uid=order.uid)
    left = now.lines[0].open
    done = api.cancel(uid=order.uid, by=ANYA, lines={"SOCK": left}, reason="customer")
    assert {one.uid: one.state for one in done.fulfilments} == {big.uid: "coming_back", small.uid: "cancelled"}
    assert (done.state, done.lines[0].fulfilled) == ("fulfilled", 22 - left)
    assert delivering.came_back(parcel=big.uid, by=ANYA).paid == 0


def test_a_courier_says_it_over_http_and_learns_nothing_else(shop: Shop) -> None:
    order, parcel = sent(shop, {"cod": 129_802})
    bear = Caller(shop.site, "deliveries:write")
    at = f"/parcels/{parcel}"
    first = bear.call("POST", f"{at}/undelivered", {"reason": "not_at_home"}, once="1")
    answer = {"parcel": str(parcel), "number": order.number, "state": "coming_back", "currency": of.currency()}
    assert first == (200, {**answer, "outstanding": 129_802})
    assert bear.call("POST", f"{at}/undelivered", {"reason": "not_at_home"}, once="1") == first
    done = bear.call("POST", f"{at}/delivered", {"tender": "cash"}, once="2")
    assert done == (200, {**answer, "state": "delivered", "outstanding": 0})
    assert bear.call("POST", f"{at}/delivered", {"tender": "cash"}, once="2") == done
    assert bear.call("POST", f"{at}/delivered", {"tender": "cash"}, once="3") == done
    assert bear.call("POST", f"{at}/delivered", {})[0] == 422
    assert bear.call("POST", f"{at}/undelivered", {"reason": ""}, once="4")[0] == 422
    assert bear.call("POST", f"/parcels/{ids.uuid7()}/delivered", {}, once="5")[0] == 404
    # Neither the order nor what is in it, and the goods are only back when the house has them.
    for path in (f"{at}/back", f"/orders/{order.uid}/cancel"):
        assert bear.call("POST", path, {}, once="6")[0] == 403
    assert bear.call("GET", f"/orders/{order.uid}")[0] == 403
    assert api.order(uid=order.uid).paid == 129_802


def test_the_house_says_over_http_that_it_is_back(shop: Shop) -> None:
    _, parcel = sent(shop)
    igor = Caller(shop.site, "orders:write")
    done = igor.call("POST", f"/parcels/{parcel}/back", {"disposition": "resell"}, once="1")
    assert (done[0], done[1]["state"]) == (200, "came_back")
    assert igor.call("POST", f"/parcels/{parcel}/back", {"disposition": "resell"}, once="1") == done
    assert igor.call("POST", f"/parcels/{parcel}/back", {"disposition": "eaten"}, once="2")[0] == 422
    assert igor.call("POST", f"/parcels/{parcel}/delivered", {}, once="3")[0] == 403


@pytest.mark.django_db(transaction=True)
def test_delivered_and_back_at_the_same_instant_is_one_of_them(shop: Shop) -> None:
    before = sum(of.stock("SOCK", place)[0] for place in of.STOCK)
    for _ in range(5):
        order, parcel = sent(shop)

        def do(turn: int, parcel: UUID = parcel) -> str:
            try:
                if turn % 2:
                    delivering.came_back(parcel=parcel, by=ANYA)
                else:
                    delivering.delivered(parcel=parcel, by=BEAR)
            except WrongState:
                return "no"
            finally:
                connections.close_all()
            return "yes"

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(do, range(4))) == ["no", "no", "yes", "yes"]
        done = api.order(uid=order.uid)
        assert (done.state, done.paid) in {("closed", 129_802), ("cancelled", 0)}
        before -= 2 if done.state == "closed" else 0
        assert sum(of.stock("SOCK", place)[0] for place in of.STOCK) == before
    assert of.ledger_balances()
