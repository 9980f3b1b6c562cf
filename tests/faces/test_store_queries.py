"""How many statements each page of the store and of the order book runs, and that more rows are not more statements."""

import pytest

from edino.inventory import api as inventory
from edino.staff.types import Role
from tests.architecture.test_query_counts import count
from tests.checkout import stage as shop
from tests.faces import store_stage as store

pytestmark = pytest.mark.django_db
MOST = {
    "/store/": 3,
    "/store/pick/": 5,
    "/store/sell/": 9,
    "/store/goods/DAWN-42/": 14,
    "/store/count/": 5,
    "/orders/": 10,
    "/orders/{uid}/": 9,
    "/returns/": 7,
    "/waiting/": 6,
}
"""Statements of each page, without log-in, session and the trail."""


def pages(size: int) -> dict[str, str]:
    """A store with so many orders, lines and counted goods."""
    goods = dict(list({"DAWN-42": 1, "SOCK-1": 1, "BOTTLE": 1, "DAWN-41": 1}.items())[:size])
    for _ in range(size - 1):
        store.ordered({"BOTTLE": 1})
    order = store.ordered(goods)
    view = shop.cart_of(store._opened(), goods, by=shop.OLEG)
    counted = inventory.open_count(location=store.HERE, by=shop.HOUSE)
    for sku in goods:
        inventory.record_count(uid=counted.uid, sku=sku, counted=1)
    addresses = {
        "/store/pick/": f"/store/pick/{store.parcel(order)}/",
        "/store/sell/": f"/store/sell/{view.uid}/",
        "/store/count/": f"/store/count/{counted.uid}/",
        "/orders/{uid}/": f"/orders/{order.uid}/",
    }
    return {name: addresses.get(name, name) for name in MOST}


def test_more_rows_are_not_more_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    shop.open_shop()
    irina = store.tablet(Role.ADMINISTRATOR).client
    told = {}
    for size in (2, 4):
        for name, address in pages(size).items():
            irina.get(address)  # what a process asks once in five seconds is asked before the count
            told[size, name] = count(irina, address, {}, monkeypatch)
    assert {name: told[2, name] for name in MOST} == {name: told[4, name] for name in MOST}
    assert {name: told[4, name] for name in MOST if told[4, name] > MOST[name]} == {}
