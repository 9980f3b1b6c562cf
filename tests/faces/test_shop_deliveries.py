"""Lena chooses what brings her shoes: each way with its price, its days, and free from a sum."""

import re
from typing import TYPE_CHECKING

import pytest

from edino.kernel import sql
from tests.faces.test_shop import PHONE, browser, hidden, page, put

if TYPE_CHECKING:
    from tests.faces.shop_stage import Shelves

pytestmark = pytest.mark.django_db


def test_lena_chooses_a_courier_and_pays_what_she_was_shown(shelves: "Shelves") -> None:
    from edino.checkout.api import delivering  # as above
    from edino.checkout.types import DeliveryMethod, Zone  # as above
    from edino.orders import api as orders  # as above
    from tests.checkout.stage import HOUSE, currency  # Django is set up only after this file is loaded

    near = Zone(35_000, cities=("Тверь",), free_from=2_000_000, days=(1, 2))
    courier = DeliveryMethod("courier", {"en": "Courier", "ru": "Курьер"}, currency(), (near,), 1)
    post = DeliveryMethod("post", {"en": "Post"}, currency(), (Zone(20_000, days=(5, 9)),), 2)
    for method in (courier, post):
        delivering.save_delivery_method(method=method, by=HOUSE)
    lena = browser()
    put(lena, "RUN-BLUE-42")
    looked = lena.get("/shop/checkout/")
    asked = {"key": hidden(looked, "key"), "name": "Лена", "phone": PHONE, "method": "delivery", "pay": "cod"}
    asked |= {"city": "Тверь", "address": "Советская 1"}
    shown = lena.post("/shop/checkout/", {**asked, "look": "1"}, headers={"hx-request": "true"}).content.decode()
    said = " ".join(re.sub(r"<[^>]+>", " ", shown.replace("\xa0", " ")).split())
    for words in ("Courier", "in 1–2 days · free from 20,000 ₽", "350 ₽", "Post", "200 ₽", "Order for 9,340 ₽"):
        assert words in said
    far = lena.post("/shop/checkout/", {**asked, "city": "Омск", "look": "1"}, headers={"hx-request": "true"})
    assert "Courier" not in far.content.decode()
    assert "Post" in far.content.decode()
    chosen = {**asked, "service": "post"}
    shown = lena.post("/shop/checkout/", {**chosen, "look": "1"}, headers={"hx-request": "true"}).content.decode()
    assert "9,190 ₽" in shown.replace("\xa0", " ")
    total = hidden(lena.post("/shop/checkout/", {**chosen, "look": "1"}), "total")
    bought = lena.post("/shop/checkout/", {**chosen, "total": total})
    assert bought.status_code == 302
    order = orders.order(uid=sql.scalar("SELECT uid FROM orders_order"))
    assert (order.total, order.delivery.amount, order.delivery.address["service"]) == (919_000, 20_000, "Post")
    assert "Советская 1" in page(lena, bought["Location"])


def test_where_nothing_goes_it_is_said_and_nothing_is_sold_for_nothing(shelves: "Shelves") -> None:
    from edino.checkout.api import delivering  # as above
    from edino.checkout.types import DeliveryMethod, Zone  # as above
    from tests.checkout.stage import HOUSE, currency  # as above

    only = DeliveryMethod("courier", {"en": "Courier"}, currency(), (Zone(35_000, cities=("Тверь",)),))
    delivering.save_delivery_method(method=only, by=HOUSE)
    lena = browser()
    put(lena, "RUN-BLUE-42")
    looked = lena.get("/shop/checkout/")
    asked = {"key": hidden(looked, "key"), "total": hidden(looked, "total"), "name": "Лена", "phone": PHONE}
    asked |= {"method": "delivery", "pay": "cod", "city": "Омск", "address": "Ленина 1"}
    refused = lena.post("/shop/checkout/", asked)
    assert refused.status_code == 422
    assert "We do not deliver there yet." in refused.content.decode()
    assert sql.scalar("SELECT count(*) FROM orders_order") == 0
