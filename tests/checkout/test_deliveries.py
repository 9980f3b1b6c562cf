"""Ways of delivery: Kolya chooses what brings it, for a price that is quoted, and frozen in his order."""

from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from edino.checkout import api, rules
from edino.checkout.api import delivering
from edino.checkout.errors import CartChanged
from edino.checkout.types import Delivery, DeliveryMethod, Placed, Zone
from edino.kernel import sql
from edino.kernel.errors import Invalid
from edino.orders import api as orders
from edino.staff.types import Role
from tests.checkout.stage import COD, HOUSE, KOLYA, PRICES, Shop, cart_of, currency, somebody
from tests.checkout.test_http import caller
from tests.faces import stage

pytestmark = pytest.mark.django_db
SOCKS = PRICES["SOCK-1"]
KLIN = Zone(35_000, cities=("Klin",), free_from=2 * SOCKS, days=(1, 2))
MOSCOW = Zone(20_000, postcodes=("10", "119"), days=(1, 1))
ANYWHERE = Zone(70_000, days=(3, 9))


def courier(*zones: Zone, **more: Any) -> DeliveryMethod:
    return DeliveryMethod("courier", {"en": "Courier", "ru": "Курьер"}, currency(), zones, **more)


def brought(city: str = "Klin", **more: Any) -> Delivery:
    return Delivery("delivery", city=city, address="Lenina 1", service="courier", **more)


def bought(shop: Shop, delivery: Delivery, pieces: int = 1) -> Placed:
    cart = cart_of(shop, {"SOCK-1": pieces})
    view = api.set_delivery(uid=cart.uid, delivery=delivery, by=KOLYA)
    return api.checkout(uid=cart.uid, expected_total=view.total, key="k-1", tenders=COD, contact=somebody(), by=KOLYA)


def test_the_price_of_the_zone_is_quoted_and_frozen(shop: Shop) -> None:
    delivering.save_delivery_method(method=courier(KLIN, MOSCOW, ANYWHERE), by=HOUSE)
    placed = bought(shop, brought(amount=1))  # what the caller says it costs is not asked
    assert placed.total == SOCKS + 35_000
    delivering.save_delivery_method(method=courier(Zone(99_000)), by=HOUSE)
    order = orders.order(uid=placed.order)
    assert (order.total, order.delivery.amount) == (SOCKS + 35_000, 35_000)
    assert order.delivery.address == {"text": "Lenina 1", "service": "Courier"}


def test_free_from_a_sum_of_goods(shop: Shop) -> None:
    delivering.save_delivery_method(method=courier(KLIN), by=HOUSE)
    assert bought(shop, brought(), 2).total == 2 * SOCKS


def test_a_price_that_rose_is_told_before_it_is_charged(shop: Shop) -> None:
    delivering.save_delivery_method(method=courier(KLIN), by=HOUSE)
    cart = cart_of(shop, {"SOCK-1": 1})
    seen = api.set_delivery(uid=cart.uid, delivery=brought(), by=KOLYA)
    delivering.save_delivery_method(method=courier(Zone(50_000)), by=HOUSE)
    asked = {"expected_total": seen.total, "tenders": COD, "contact": somebody(), "by": KOLYA}
    with pytest.raises(CartChanged) as told:
        api.checkout(uid=cart.uid, key="k-1", **asked)  # type: ignore[arg-type]  # as above
    assert ("total", SOCKS + 50_000) in {(one.what, one.after) for one in told.value.differences}
    delivering.save_delivery_method(method=courier(KLIN, active=False), by=HOUSE)
    with pytest.raises(CartChanged) as told:
        api.checkout(uid=cart.uid, key="k-2", **{**asked, "expected_total": SOCKS})  # type: ignore[arg-type]  # as above
    assert [one.what for one in told.value.differences] == ["delivery"]
    assert sql.scalar("SELECT count(*) FROM orders_order") == 0


def test_where_it_does_not_go_it_cannot_be_chosen(shop: Shop) -> None:
    delivering.save_delivery_method(method=courier(KLIN, MOSCOW), by=HOUSE)
    cart = cart_of(shop, {"SOCK-1": 1})
    for wrong in (
        brought("Tver"),
        brought("", postcode="20"),
        Delivery("delivery", service="pigeon"),
        Delivery("pickup", "TVER", service="courier"),
    ):
        with pytest.raises(Invalid) as refused:
            api.set_delivery(uid=cart.uid, delivery=wrong, by=KOLYA)
        assert [one.field for one in refused.value.fields] == ["delivery.service"]
    assert api.set_delivery(uid=cart.uid, delivery=brought("", postcode="119-021"), by=KOLYA).delivery_amount == 20_000


def test_without_methods_whoever_sells_says_what_it_costs(shop: Shop) -> None:
    assert not delivering.offered()
    assert bought(shop, Delivery("delivery", city="Klin", address="Lenina 1", amount=300)).total == SOCKS + 300


def test_over_the_api_ways_are_set_and_offered_for_a_cart(shop: Shop) -> None:
    owner, site = caller(shop, "orders:write"), caller(shop, "carts:write")
    method = {"code": "post", "names": {"en": "Post", "ru": "Почта"}, "currency": currency()}
    zones = [{"price": 35_000, "cities": ["Klin"], "free_from": 2 * SOCKS, "days_from": 1, "days_to": 2}]
    assert site("POST", "/delivery-methods", {**method, "zones": zones})[0] == 403
    for _ in range(2):
        assert owner("POST", "/delivery-methods", {**method, "zones": zones})[0] == 200
    wrongs: list[dict[str, Any]] = [
        {"zones": []},
        {"code": "P O"},
        {"currency": "rub"},
        {"names": {}},
        {"zones": [{"price": -1}]},
    ]
    for wrong in wrongs:
        assert owner("POST", "/delivery-methods", {**method, "zones": zones, **wrong})[0] == 422
    cart = cart_of(shop, {"SOCK-1": 1})
    path = f"/delivery-methods?cart={cart.uid}&city=klin&language=ru"
    told = {
        "code": "post",
        "name": "Почта",
        "currency": currency(),
        "price": 35_000,
        "full": 35_000,
        "free_from": 2 * SOCKS,
        "days": [1, 2],
    }
    assert site("GET", path) == (200, [told])
    api.put_line(uid=cart.uid, sku="SOCK-1", quantity=2, by=KOLYA)
    assert site("GET", path) == (200, [{**told, "price": 0}])
    assert site("GET", f"/delivery-methods?cart={cart.uid}&city=Omsk") == (200, [])
    assert site("GET", "/delivery-methods?city=Klin&currency=XTS") == (200, [])
    body = {"method": "delivery", "city": "Klin", "address": "Lenina 1", "service": "post"}
    status, shown = site("PUT", f"/carts/{cart.uid}/delivery", body)
    assert (status, shown["delivery_amount"], shown["delivery"]["service"]) == (200, 0, "post")
    status, refused = site("PUT", f"/carts/{cart.uid}/delivery", {**body, "city": "Omsk"})
    assert (status, refused["errors"][0]["field"]) == (422, "delivery.service")


@pytest.fixture
def vera() -> Client:
    return stage.log_in(Role.MERCHANDISER)


def test_vera_writes_a_way_of_delivery_down(shop: Shop, vera: Client) -> None:
    asked = {"code": "courier", "name_ru": "Курьер", "active": "on", "position": 5}
    zone = {"zone0_price": "350.50", "zone0_cities": "Клин, Тверь", "zone0_free_from": "1000", "zone0_days_to": "2"}
    anya = stage.log_in(Role.ASSOCIATE)
    assert anya.post("/deliveries/new/", {**asked, **zone}).status_code == 403
    assert vera.post("/deliveries/new/", asked).status_code == 422  # no zone
    assert vera.post("/deliveries/new/", {**asked, **zone, "name_ru": ""}).status_code == 422
    assert vera.post("/deliveries/new/", {**asked, **zone, "zone0_postcodes": "1!"}).status_code == 422
    assert delivering.delivery_methods() == []
    assert vera.post("/deliveries/new/", {**asked, **zone, "zone1_price": "700"}).status_code == 302
    assert vera.post("/deliveries/new/", {**asked, **zone}).status_code == 422  # there is one
    [made] = delivering.delivery_methods()
    assert made.zones == (Zone(35_050, ("Клин", "Тверь"), (), 100_000, (0, 2)), Zone(70_000))
    shown = vera.get("/deliveries/courier/").content.decode()
    assert 'value="350.50"' in shown
    assert vera.post("/deliveries/courier/", {**asked, **zone, "zone0_price": "1"}).status_code == 302
    assert delivering.delivery_method(code="courier").zones == (Zone(100, ("Клин", "Тверь"), (), 100_000, (0, 2)),)
    assert "Курьер" in vera.get("/deliveries/").content.decode()
    assert vera.get("/deliveries/pigeon/").status_code == 404


places = st.sampled_from(["", "Klin", "KLIN ", "Tver"])
codes = st.sampled_from(["", "1", "10", "101", "101 000", "19-0"])
zones = st.builds(
    Zone,
    st.integers(0, 5),
    st.lists(st.sampled_from(["Klin", "tver"]), max_size=2).map(tuple),
    st.lists(st.sampled_from(["1", "10", "19"]), max_size=2).map(tuple),
    st.none() | st.integers(0, 3),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(zones, max_size=4), places, codes, st.integers(0, 5))
def test_the_zone_is_the_one_a_person_would_point_at(made: list[Zone], city: str, postcode: str, goods: int) -> None:
    """The longest beginning of the postcode, else the city, else anywhere; of equals the first."""
    bare = postcode.replace(" ", "").replace("-", "")
    ranked = []
    for number, one in enumerate(made):
        starts = [len(start) for start in one.postcodes if bare[: len(start)] == start]
        if starts:
            ranked.append((0, -max(starts), number))
        elif city.strip() and city.strip().lower() in [each.lower() for each in one.cities]:
            ranked.append((1, 0, number))
        elif not one.cities and not one.postcodes:
            ranked.append((2, 0, number))
    method = DeliveryMethod("m", {"en": "M"}, "RUB", tuple(made))
    found = rules.zone(method, city, postcode)
    assert found is (made[min(ranked)[2]] if ranked else None)
    if found is not None:
        free = found.free_from is not None and found.free_from <= goods
        assert rules.fare(found, goods) == (0 if free else found.price)
