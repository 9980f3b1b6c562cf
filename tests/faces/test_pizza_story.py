"""Kolya orders pizza by app, by site and at the counter, and was three people. Now he is one, up to the till."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from edino.customers import api as customers
from edino.staff.types import Role
from tests.faces.stage import Shop, pizza, text

pytestmark = pytest.mark.django_db
PHONE = "+7 916 123-45-67"
APP = {"device": "kolyas-app", "phone": PHONE}
BROWSER = {"device": "kolyas-browser"}
DAYS = timedelta(days=1)


@pytest.fixture
def kolya(shop: Shop) -> Shop:
    """Three orders under three names, and a cart left on the site this morning."""
    shop.tell("App", "Order Completed", 30 * DAYS, APP, **pizza("A-1", 690, "Margherita"))
    shop.tell(
        "Site", "Order Completed", 20 * DAYS, BROWSER | {"email": "kolya@mail.ru"}, **pizza("S-1", 890, "Diavola")
    )
    card = {"loyalty_card": "29000017"}
    shop.tell("Tverskaya 12", "Order Completed", 10 * DAYS, card, **pizza("88-1", 790, "Capricciosa"))
    shop.introduce("App", 9 * DAYS, APP | {"user_id": "k-1"}, first_name="Николай", last_name="Пиццев")
    return shop


def the_parts_meet(shop: Shop) -> None:
    """He logs in on the site, and shows his card at the counter with his phone."""
    shop.tell("Site", "Signed In", 8 * DAYS, BROWSER | {"user_id": "k-1"})
    shop.introduce("Site", 8 * DAYS, {"user_id": "k-1", "email": "kolya@mail.ru", "phone": "8 916 1234567"})
    shop.tell(
        "Tverskaya 12", "Order Completed", 7 * DAYS, {"loyalty_card": "29000017", "phone": "89161234567"},
        **pizza("88-2", 550, "Marinara"),
    )  # fmt: skip


def test_three_people_become_one(kolya: Shop) -> None:
    before = {
        kolya.who_is("phone", PHONE),
        kolya.who_is("email", "kolya@mail.ru"),
        kolya.who_is("loyalty_card", "29000017"),
    }
    assert len(before) == 3
    the_parts_meet(kolya)
    now = {
        kolya.who_is("phone", PHONE),
        kolya.who_is("email", "kolya@mail.ru"),
        kolya.who_is("loyalty_card", "29000017"),
    }
    assert len(now) == 1
    assert now < before


def test_the_card_follows_him_up_to_the_purchase_in_the_store(kolya: Shop, as_role: Callable[..., Client]) -> None:
    the_parts_meet(kolya)
    look = {"sku": "QUA", "name": "Quattro formaggi", "price": 990, "currency": "RUB"}
    kolya.tell("Site", "Product Viewed", timedelta(hours=3), BROWSER | {"user_id": "k-1"}, **look)
    kolya.tell("Site", "Product Added", timedelta(hours=3), BROWSER | {"user_id": "k-1"}, **look)
    oleg = as_role(Role.OPERATOR)
    address = f"/customers/{kolya.who_is('phone', PHONE)}/"
    page = text(oleg.get(address))
    assert "Cart: 1 item · 990 ₽ · Site" in page
    assert "Quattro formaggi" in page
    for number in ("A-1", "S-1", "88-1", "88-2"):
        assert f"order {number}" in page
    assert "4 sources agree" not in page
    assert "3 of 3 sources agree" in page

    bought = {"loyalty_card": "29000017"}
    kolya.tell(
        "Tverskaya 12", "Order Completed", timedelta(minutes=5), bought, **pizza("88-3", 990, "Quattro formaggi")
    )
    page = text(oleg.get(address))
    assert "Cart:" not in page
    assert "Last order 990 ₽ · 88-3 Tverskaya 12" in page


def test_ids_of_before_lead_to_him_for_ever(kolya: Shop, as_role: Callable[..., Client]) -> None:
    old = {
        kolya.who_is("phone", PHONE),
        kolya.who_is("email", "kolya@mail.ru"),
        kolya.who_is("loyalty_card", "29000017"),
    }
    the_parts_meet(kolya)
    now = kolya.who_is("phone", PHONE)
    oleg = as_role(Role.OPERATOR)
    led = {uid: oleg.get(f"/customers/{uid}/") for uid in old}
    assert {uid: answer.get("Location", "here") for uid, answer in led.items()} == {
        uid: "here" if uid == now else f"/customers/{now}/" for uid in old
    }


def test_a_device_that_went_to_another_takes_nothing_with_it(kolya: Shop, as_role: Callable[..., Client]) -> None:
    the_parts_meet(kolya)
    lena = {"device": "kolyas-browser", "user_id": "lena-1"}
    kolya.tell("Site", "Signed In", timedelta(hours=1), lena)
    kolya.tell("Site", "Product Added", timedelta(minutes=50), lena, sku="RUN", name="Running shoes", price=7480)
    oleg = as_role(Role.OPERATOR)
    page = text(oleg.get(f"/customers/{kolya.who_is('phone', PHONE)}/"))
    assert "Running shoes" not in page
    assert "order S-1" in page
    hers = text(oleg.get(f"/customers/{kolya.who_is('user_id', 'lena-1')}/"))
    assert "Running shoes" in hers
    assert "order S-1" not in hers


def test_why_says_what_holds_him_together(kolya: Shop, as_role: Callable[..., Client]) -> None:
    the_parts_meet(kolya)
    uid = kolya.who_is("phone", PHONE)
    page = text(as_role(Role.OPERATOR).get(f"/customers/{uid}/why/", headers={"hx-request": "true"}))
    assert "with Phone +7 ••• 67 Tverskaya 12" in page or "with Card ••• 0017 Tverskaya 12" in page
    assert "1234567" not in page
    assert len(customers.why(customer=customers.lookup(kind="phone", value=PHONE).uid).members) == 6
