"""A parcel left for the customer's door: the courier is back at the counter with the money, or with the parcel."""

import pytest

from edino.inventory import api as inventory
from edino.inventory.types import LocationInput
from edino.orders import api as orders
from edino.orders.api import delivering
from edino.orders.types import Order
from edino.staff.types import Role
from tests.checkout import stage as shop
from tests.checkout.stage import HOUSE
from tests.faces import stage
from tests.faces import store_stage as store

pytestmark = pytest.mark.django_db


def sent(*, paid: bool = True) -> Order:
    """An order that was sent to the customer's door, paid before or to be paid there."""
    for code, ships in (("HUB", False), ("KLIN", True)):
        kind = "store" if ships else "warehouse"
        place = LocationInput(code, f"Klin {kind}", kind, "Klin", sells=ships, ships=ships, pickup=ships)
        inventory.save_location(location=place, by=HOUSE)
    order = store.ordered({"BOTTLE": 1}, delivery=shop.courier())
    assert order.fulfilments[0].location == "KLIN"
    if paid:
        orders.add_payment(order_uid=order.uid, tender="card", amount=order.total, key="card", state="captured")
    return orders.ship(uid=order.uid, by=HOUSE, carrier="Bear", tracking="B1")


def test_the_courier_brings_the_money_and_the_order_is_complete() -> None:
    shop.open_shop()
    order = sent(paid=False)
    anya = store.tablet(store=order.fulfilments[0].location)
    path = f"/store/hand/{order.fulfilments[0].uid}/"
    assert anya.find(order.number).headers["Location"] == path
    page = anya.text(path)
    assert "on its way to the customer" in page
    assert "Bear" in page
    assert "Still to be paid" in stage.text(anya.press(f"{path}delivered/", tender=""))
    # What is delivered and not paid is still found and taken.
    assert anya.find(order.number).headers["Location"] == path
    assert "Take the money" in anya.text(path)
    assert "is delivered" in stage.text(anya.press(f"{path}delivered/", tender="cash"))
    done = orders.order(uid=order.uid)
    assert (done.state, done.outstanding, done.fulfilments[0].state) == ("closed", 0, "delivered")
    assert [(one.tender, one.captured) for one in done.payments if one.captured] == [("cash", order.total)]
    anya.press(f"{path}delivered/", tender="cash")
    assert orders.order(uid=order.uid).paid == order.total
    assert anya.find(order.number).headers["Location"] == f"/store/orders/{order.uid}/"


def test_a_parcel_that_comes_back_is_waited_for_and_its_money_is_shown_before() -> None:
    shop.open_shop()
    order = sent()
    parcel = order.fulfilments[0]
    anya = store.tablet(store=parcel.location)
    path = f"/store/hand/{parcel.uid}/"
    assert "coming back" not in anya.text("/store/")
    assert "Say why" in stage.text(anya.press(f"{path}undelivered/", reason="because"))
    assert "is coming back" in stage.text(anya.press(f"{path}undelivered/", reason="not_at_home"))
    home = anya.text("/store/")
    assert f"Order {order.number}" in home
    assert "could not be delivered, coming back" in home
    page = anya.text(path)
    assert "nobody was at home" in page
    assert "this goes back" in page
    assert orders.order(uid=order.uid).paid == order.total  # it was only shown
    assert "is here again" in stage.text(anya.press(f"{path}again/", disposition="resell"))
    done = orders.order(uid=order.uid)
    assert (done.state, done.fulfilments[0].state, done.paid) == ("cancelled", "came_back", 0)
    assert f"Order {order.number}" not in anya.text("/store/")
    assert "Товар у покупателя" not in store.tablet(store=parcel.location, language="ru").text(path)


def test_another_store_has_nothing_to_do_with_it() -> None:
    shop.open_shop()
    order = sent()
    parcel = order.fulfilments[0]
    other = next(code for code in ("TVER", "KLIN") if code != parcel.location)
    anya = store.tablet(store=other)
    for what in ("delivered", "undelivered", "again"):
        answer = anya.client.post(f"/store/hand/{parcel.uid}/{what}/", {"reason": "other", "disposition": "resell"})
        assert answer.status_code == 404
    assert orders.order(uid=order.uid).fulfilments[0].state == "shipped"


def test_the_office_says_what_became_of_a_parcel() -> None:
    shop.open_shop()
    order, lost = sent(paid=False), sent()
    oleg = stage.log_in(Role.OPERATOR)
    page = stage.text(oleg.get(f"/orders/{order.uid}/"))
    assert "Delivered…" in page
    assert "Could not be delivered…" in page
    at = f"/orders/{order.uid}/parcels/{order.fulfilments[0].uid}"
    assert "Paid at the door" in stage.text(oleg.get(f"{at}/delivered/"))
    assert oleg.post(f"{at}/delivered/", {"tender": "cash"}).status_code == 302
    assert orders.order(uid=order.uid).state == "closed"
    page = stage.text(oleg.get(f"/orders/{order.uid}/"))
    assert "delivered" in page
    assert "Delivered…" not in page
    at = f"/orders/{lost.uid}/parcels/{lost.fulfilments[0].uid}"
    assert oleg.post(f"{at}/undelivered/", {"reason": "wrong_address"}).status_code == 302
    page = stage.text(oleg.get(f"{at}/back/"))
    assert "Goes back" in page
    assert orders.order(uid=lost.uid).state == "fulfilled"  # a page that was only looked at changes nothing
    assert oleg.post(f"{at}/back/", {"disposition": "resell"}).status_code == 302
    assert orders.order(uid=lost.uid).state == "cancelled"
    answer = oleg.post(f"{at}/delivered/", {})
    assert (answer.status_code, orders.order(uid=lost.uid).fulfilments[0].state) == (422, "came_back")
    assert oleg.get(f"/orders/{order.uid}/parcels/{lost.fulfilments[0].uid}/back/").status_code == 404
    boris = stage.log_in(Role.ANALYST)
    assert boris.post(f"{at}/back/", {"disposition": "resell"}).status_code == 403


def test_the_shopper_sees_what_became_of_it() -> None:
    from edino.faces.screens.shop import order as page  # as the shop shows it

    shop.open_shop()
    order = sent(paid=False)
    assert str(page._state(order).word) == "sent"
    done = delivering.delivered(parcel=order.fulfilments[0].uid, by=HOUSE)
    assert str(page._state(done).word) == "delivered"  # whether paid or not
    assert str(page.status_of("closed", "delivery").word) == "delivered"
    assert str(page.status_of("closed", "pickup").word) == "handed out"
