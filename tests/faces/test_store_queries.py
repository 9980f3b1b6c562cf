"""How many statements each page of the store and of the order book runs, and that more rows are not more statements."""

import pytest

from edino.inventory import api as inventory
from edino.kernel import ids
from edino.orders.api import returns
from edino.orders.types import ReturnLineInput
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
    "/store/orders/": 3,
    "/store/returns/": 4,
    "/orders/": 10,
    "/orders/{uid}/": 10,
    "/orders/{uid}/cancel/": 4,
    "/returns/": 7,
    "/returns/new/": 4,
    "/returns/{uid}/": 8,
    "/returns/{uid}/instead/": 17,
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
    sold = store.carried(goods)
    back = returns.request_return(
        uid=ids.uuid7(),
        lines=[ReturnLineInput(1, line.id) for line in sold.lines],
        by=shop.HOUSE,
        location=store.HERE,
        reason="size",
    )
    addresses = {
        "/store/pick/": f"/store/pick/{store.parcel(order)}/",
        "/store/sell/": f"/store/sell/{view.uid}/",
        "/store/count/": f"/store/count/{counted.uid}/",
        "/store/orders/": f"/store/orders/{sold.uid}/",
        "/store/returns/": f"/store/returns/{back.uid}/",
        "/orders/{uid}/": f"/orders/{order.uid}/",
        "/orders/{uid}/cancel/": f"/orders/{order.uid}/cancel/",
        "/returns/new/": f"/returns/new/?order={sold.uid}",
        "/returns/{uid}/": f"/returns/{back.uid}/",
        "/returns/{uid}/instead/": f"/returns/{back.uid}/instead/",
    }
    return {name: addresses.get(name, name) for name in MOST}


def test_more_rows_are_not_more_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    shop.open_shop()
    shop.receive({sku: {store.HERE: 20} for sku in shop.PRICES})
    irina = store.tablet(Role.ADMINISTRATOR).client
    told = {}
    for size in (2, 4):
        for name, address in pages(size).items():
            irina.get(address)  # what a process asks once in five seconds is asked before the count
            told[size, name] = count(irina, address, {}, monkeypatch)
    assert {name: told[2, name] for name in MOST} == {name: told[4, name] for name in MOST}
    assert {name: told[4, name] for name in MOST if told[4, name] > MOST[name]} == {}
