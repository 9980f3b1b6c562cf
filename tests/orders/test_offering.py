"""What others learn from the order book: who bought what, what was bought together, and what is held of Kolya."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from edino.catalogue.types import baskets, purchases
from edino.customers import api as customers
from edino.kernel import clock, sql
from edino.orders import api
from edino.promotions.types import past_baskets
from edino.promotions.types.baskets import ordered_before
from edino.staff import api as staff
from tests.orders import shop as of
from tests.orders.shop import ANYA, HOUSE, Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return of.open_shop()


def offered(registry: Any) -> Any:
    offer = registry.get("orders")
    assert offer is not None
    return offer


def customer_of(profile: int) -> Any:
    [row] = sql.tuples("SELECT customer_id, customer_uid FROM pub.customers_profile WHERE profile_id = %s", [profile])
    return row


def test_who_was_handed_a_product_bought_it(shop: Shop) -> None:
    kolya = of.shopper(shop)
    id_, _ = customer_of(kolya)
    product = sql.scalar("SELECT product_id FROM pub.catalogue_variant WHERE sku = 'SOCK'")
    assert not offered(ordered_before)(id_)
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)], profile=kolya)
    assert offered(ordered_before)(id_)
    assert not offered(purchases)(id_, product)
    api.hand_over(uid=order.uid, by=ANYA, code=order.pickup_code)
    assert offered(purchases)(id_, product)
    assert not offered(purchases)(id_, product + 1000)
    stranger, _ = customer_of(of.shopper(shop, "+79160000009"))
    assert not offered(purchases)(stranger, product)


def test_baskets_are_what_was_bought_together(shop: Shop) -> None:
    start = clock.now() - timedelta(minutes=1)
    of.ordered(shop, [of.line(shop, "SOCK", 2), of.line(shop, "DAWN-42", 1, 500)], profile=of.shopper(shop))
    api.cancel(uid=of.ordered(shop, [of.line(shop, "DAWN-41", 1)]).uid, by=ANYA)
    assert list(offered(baskets)(start)) == [[shop.variants["SOCK"], shop.variants["DAWN-42"]]]
    [past] = offered(past_baskets)(start, clock.now())
    assert [(line.sku, line.quantity, line.unit) for line in past.basket.lines] == [
        ("SOCK", 2, 49_901),
        ("DAWN-42", 1, 599_000),
    ]
    assert (past.basket.channel, past.basket.customer_id is not None) == ("site", True)
    assert list(offered(past_baskets)(start - timedelta(days=2), start)) == []


def test_what_is_held_of_kolya_is_handed_over_and_erased(shop: Shop) -> None:
    kolya, lena = of.shopper(shop), of.shopper(shop, "+79160000002")
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)], profile=kolya)
    other = of.ordered(shop, [of.line(shop, "SOCK", 1)], profile=lena)
    _, uid = customer_of(kolya)
    [told] = customers.export(uid=uid)["orders"]["orders"]
    assert (told["number"], told["contact"]["phone"], told["lines"][0]["sku"]) == (order.number, "+79161234567", "SOCK")
    customers.erase(uid=uid, by="Irina")
    erased = api.order(uid=order.uid).contact
    assert (erased.name, erased.phone, erased.email) == ("", "", "")
    assert api.order(uid=order.uid).total == order.total
    assert api.order(uid=other.uid).contact.name == "Kolya"  # only whose it was asked for


def test_the_card_shows_the_last_orders(shop: Shop, client: Client) -> None:
    kolya = of.shopper(shop)
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)], profile=kolya)
    theirs = of.ordered(shop, [of.line(shop, "SOCK", 1)], profile=of.shopper(shop, "+79160000002"))
    staff.create_user(email="oleg@shop.example", name="Oleg", role="operator", by=HOUSE, password="long enough 1")
    client.login(username="oleg@shop.example", password="long enough 1")
    _, uid = customer_of(kolya)
    page = client.get(f"/customers/{uid}/").content.decode()
    assert f"/orders/{order.uid}/" in page
    assert f"/orders/{theirs.uid}/" not in page
