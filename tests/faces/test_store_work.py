"""Anya's morning: what waits, picking for a slot, a pair that is not there, handing over by a code."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from edino.inventory import api as inventory
from edino.orders import api as orders
from edino.promotions import api as promotions
from edino.staff.types import Role
from tests.checkout import stage as shop
from tests.faces import stage
from tests.faces import store_stage as store

pytestmark = pytest.mark.django_db


def test_anya_chooses_her_store_once() -> None:
    shop.open_shop()
    client = stage.log_in(Role.ASSOCIATE)
    assert client.get("/store/").headers["Location"] == "/store/choose/"
    assert "Tver store" in stage.text(client.get("/store/choose/"))
    client.post("/store/choose/", {"code": "NOWHERE"})
    assert client.get("/store/").headers["Location"] == "/store/choose/"
    client.post("/store/choose/", {"code": "TVER"})
    assert "Tver store" in stage.text(client.get("/store/"))
    client.session.flush()


def test_an_order_is_picked_by_scanning_and_handed_over_by_its_code() -> None:
    shop.open_shop()
    slot = shop.slots(1)[0]
    order = store.ordered({"DAWN-42": 2, "SOCK-1": 1}, delivery=shop.pickup(slot.uid))
    anya = store.tablet()
    home = anya.text("/store/")
    assert f"Order {order.number}" in home
    assert "tomorrow" in home
    path = f"/store/pick/{store.parcel(order)}/"
    assert "0 of 3" in anya.text(path)
    assert "1 of 2" in stage.text(anya.scan(path, "DAWN-42"))
    assert "Not in this order: Bottle" in stage.text(anya.scan(path, "BOTTLE"))
    assert "Not everything is picked yet" in stage.text(anya.press(f"{path}ready/"))
    anya.scan(path, "DAWN-42")
    assert "is complete already" in stage.text(anya.scan(path, "DAWN-42"))
    assert "3 of 3" in stage.text(anya.scan(path, "SOCK-1"))
    assert "is ready" in stage.text(anya.press(f"{path}ready/"))
    assert orders.order(uid=order.uid).fulfilments[0].state == "ready"

    hand = f"/store/hand/{store.parcel(order)}/"
    assert "Pickup code" in anya.text(hand)
    assert "not right" in stage.text(anya.press(f"{hand}give/", tender="cash"))
    assert anya.find(order.pickup_code.lower()).headers["Location"] == hand
    assert "The code is right" in anya.text(hand)
    assert "is handed over" in stage.text(anya.press(f"{hand}give/", tender="cash"))
    done = orders.order(uid=order.uid)
    assert (done.fulfilments[0].state, done.outstanding, done.state) == ("handed_over", 0, "closed")
    assert [(one.tender, one.captured) for one in done.payments if one.captured] == [("cash", order.total)]
    levels = inventory.availability(variant_ids=[order.lines[0].variant_id or 0])[order.lines[0].variant_id or 0]
    assert sum(one.on_hand for one in levels) == sum(shop.STOCK.values()) - 2


def test_a_slot_is_told_in_the_hours_of_the_store_wherever_the_server_stands() -> None:
    shop.open_shop()
    slot = shop.slots(1)[0]
    store.ordered({"DAWN-42": 1}, delivery=shop.pickup(slot.uid))
    far = ZoneInfo("Asia/Vladivostok")
    here, elsewhere = (
        f"{slot.starts_at.astimezone(zone):%H:%M}–"
        for zone in (ZoneInfo(inventory.location(code=store.HERE).time_zone), far)
    )
    assert here != elsewhere
    with timezone.override(far):
        home = store.tablet().text("/store/")
    assert here in home
    assert elsewhere not in home


def test_who_forgot_the_code_is_found_by_phone_and_the_order_is_there() -> None:
    shop.open_shop()
    order, other = store.ordered({"DAWN-42": 1}), store.ordered({"SOCK-1": 1})
    anya = store.tablet()
    person = anya.find(order.contact.phone).headers["Location"]
    assert person.startswith("/store/people/")
    said = anya.client.get(person).content.decode()
    assert f"Order {order.number}" in said
    assert f'href="/store/pick/{store.parcel(order)}/"' in said
    assert f"Order {other.number}" not in said, "somebody else's"
    orders.ready(uid=order.uid, parcel=store.parcel(order), by=shop.HOUSE)
    assert f'href="/store/hand/{store.parcel(order)}/"' in anya.client.get(person).content.decode()
    anya.find(order.pickup_code)
    anya.press(f"/store/hand/{store.parcel(order)}/give/", tender="cash")
    assert f"/store/hand/{store.parcel(order)}/" not in anya.client.get(person).content.decode()


def test_two_tablets_pick_one_order_and_a_dead_battery_loses_nothing() -> None:
    shop.open_shop()
    order = store.ordered({"DAWN-42": 2, "SOCK-1": 1})
    path = f"/store/pick/{store.parcel(order)}/"
    anya, dasha = store.tablet(), store.tablet(Role.ADMINISTRATOR)
    anya.scan(path, "DAWN-42")
    assert "1 of 3" in dasha.text("/store/")
    assert "2 of 2" in stage.text(dasha.scan(path, "DAWN-42"))
    assert "is complete already" in stage.text(anya.scan(path, "DAWN-42"))
    anya.client.session.flush()  # the battery is empty
    assert "2 из 3" in store.tablet(language="ru").text(path)
    line = str(order.lines[0].id)
    assert "1 of 2" in stage.text(dasha.scan(path, "", line=line, back="1"))  # it was the wrong one
    dasha.scan(path, "DAWN-42")
    dasha.scan(path, "SOCK-1")
    assert "is ready" in stage.text(dasha.press(f"{path}ready/"))


def test_a_pair_that_is_not_there_comes_from_elsewhere_and_the_rest_is_picked_on() -> None:
    shop.open_shop()
    order = store.ordered({"DAWN-42": 2, "SOCK-1": 1})
    path = f"/store/pick/{store.parcel(order)}/"
    anya = store.tablet()
    anya.scan(path, "DAWN-42")
    anya.scan(path, "SOCK-1")
    dialog = anya.client.get(f"{path}missing/")
    boots, socks = (f"short-{line.id}" for line in order.lines)
    form = dialog.context["form"]
    # What is not picked yet is what is missing, until she says otherwise.
    assert (form[boots].initial, form[socks].initial) == ("1", "0")
    given = {"reason": "not_found", "instead": "elsewhere", "key": form["key"].initial}
    assert "Say how many are not here" in stage.text(
        anya.client.post(f"{path}missing/", given | {boots: "0", socks: "0"})
    )
    page = stage.text(anya.press(f"{path}missing/", **given, **{boots: "1", socks: "0"}))
    assert "comes from another place" in page
    assert "2 of 2" in page
    again = stage.text(anya.press(f"{path}missing/", **given, **{boots: "1", socks: "0"}))  # the back button
    assert "2 of 2" in again
    assert "is ready" in stage.text(anya.press(f"{path}ready/"))
    now = orders.order(uid=order.uid)
    assert sorted(one.state for one in now.fulfilments) == ["ready", "to_pick"]
    assert (now.due, len(now.refunds)) == (order.due, 0)


def test_who_will_not_wait_gets_the_money_of_the_missing_pair_back() -> None:
    shop.open_shop()
    order = store.ordered({"DAWN-42": 2, "SOCK-1": 1})
    path = f"/store/pick/{store.parcel(order)}/"
    anya = store.tablet()
    boots, socks = (f"short-{line.id}" for line in order.lines)
    given = {"reason": "damaged", "instead": "cancel", "key": "k", boots: "1", socks: "0"}
    assert "Cancelled in order" in stage.text(anya.press(f"{path}missing/", **given))
    now = orders.order(uid=order.uid)
    assert (now.lines[0].cancelled, now.due) == (1, order.due - 599_000)
    assert [one.state for one in now.fulfilments] == ["to_pick"]


def test_what_a_customer_leaves_is_cancelled_and_the_sum_is_told_before() -> None:
    shop.open_shop()
    order = store.ordered({"DAWN-42": 2, "SOCK-1": 1})
    orders.ready(uid=order.uid, parcel=store.parcel(order), by=shop.HOUSE)
    anya = store.tablet()
    hand = f"/store/hand/{store.parcel(order)}/"
    anya.client.post(hand, {"q": order.pickup_code})
    takes = {f"takes-{order.lines[0].id}": "1", f"takes-{order.lines[1].id}": "1"}
    assert "To pay 6,489 ₽" in stage.text(anya.client.post(f"{hand}told/", takes, headers=store.SWAP))
    assert orders.order(uid=order.uid).due == order.due
    anya.press(f"{hand}give/", tender="card", **takes)
    done = orders.order(uid=order.uid)
    assert (done.due, done.outstanding, done.lines[0].cancelled, done.lines[0].fulfilled) == (648_900, 0, 1, 1)


def test_the_rest_is_paid_with_a_gift_card_a_bank_card_and_cash_with_change() -> None:
    shop.open_shop()
    order = store.ordered({"DAWN-42": 1, "SOCK-1": 1})
    code = promotions.issue_gift_card(amount=200_000, currency=shop.currency(), by=shop.HOUSE).code
    orders.ready(uid=order.uid, parcel=store.parcel(order), by=shop.HOUSE)
    anya = store.tablet()
    hand = f"/store/hand/{store.parcel(order)}/"
    anya.client.post(hand, {"q": order.pickup_code})
    assert "Or in parts" in anya.text(hand)
    wrong = {"part-gift_card": "2000", "part-code": code, "part-card": "1000", "part-cash": "3488"}
    assert "do not sum up" in stage.text(anya.press(f"{hand}give/", tender="card", **wrong))
    unreadable = anya.press(f"{hand}give/", tender="card", **(wrong | {"part-cash": "many"}))
    assert "Type the amounts as numbers" in stage.text(unreadable)
    now = orders.order(uid=order.uid)
    assert (now.paid, promotions.gift_card(code=code).balance) == (0, 200_000)
    page = stage.text(anya.press(f"{hand}give/", tender="card", **(wrong | {"part-cash": "4000"})))
    assert "is handed over" in page
    assert "Change: 511 ₽" in page
    done = orders.order(uid=order.uid)
    taken = sorted((one.tender, one.captured) for one in done.payments if one.state != "failed")
    assert taken == [("card", 100_000), ("cash", 348_900), ("gift_card", 200_000)]
    assert (done.state, promotions.gift_card(code=code).balance) == ("closed", 0)


def test_another_store_has_nothing_to_do_with_it() -> None:
    shop.open_shop()
    order = store.ordered({"DAWN-42": 1})
    klin = store.tablet(store="KLIN")
    for path in (f"/store/pick/{store.parcel(order)}/", f"/store/hand/{store.parcel(order)}/"):
        assert klin.client.get(path).status_code == 404
    assert order.number not in klin.text("/store/")


def test_a_card_is_found_by_its_beginning_and_opens_masked() -> None:
    shop.open_shop()
    people = stage.open_shop()
    people.introduce(
        "Site",
        timedelta(days=1),
        {"phone": "+79161234512", "loyalty_card": "29000017"},
        first_name="Лена",
        last_name="Орлова",
    )
    anya = store.tablet()
    path = anya.find("29000017").headers["Location"]
    page = anya.text(path)
    assert "Лена О." in page
    assert "Орлова" not in page
    cart = anya.client.post(f"{path}serve/").headers["Location"]
    assert "the cart of a known customer" in anya.text(cart)
    assert anya.find("орлов").headers["Location"] == path
    assert "орлов" not in path
