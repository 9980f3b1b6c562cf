"""A store at work: the shop of the stories of buying, and Anya with her tablet in Tver."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.test import Client

from edino.checkout import api as checkout
from edino.checkout.api import delivering
from edino.checkout.types import Delivery, DeliveryMethod, Placed, Tender, Zone
from edino.inventory import api as inventory
from edino.kernel import ids
from edino.orders import api as orders
from edino.orders.api import returns
from edino.orders.types import Inspection, Order, ReturnLineInput
from edino.staff.types import Role
from tests.checkout import stage as shop
from tests.faces import stage

HERE, THERE = "TVER", "KLIN"
SWAP = {"hx-request": "true"}


@dataclass(slots=True)
class Tablet:
    """A tablet in a store, with somebody logged in."""

    client: Client

    def scan(self, path: str, code: str, **more: str) -> Any:
        """A scanner's burst on a page that works by scanning: what it answers in place."""
        return self.client.post(path, {"q": code, "scan": "1"} | more, headers=SWAP)

    def find(self, code: str) -> Any:
        """A burst on a page that sends it to the finder."""
        return self.client.post("/store/find/", {"q": code, "scan": "1"})

    def text(self, path: str) -> str:
        """The words of a page."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.headers.get("Location"))
        return stage.text(answer)

    def press(self, path: str, **given: str) -> Any:
        """A button that sends a form; the page it leads to."""
        return self.client.post(path, given, follow=True)


def tablet(role: Role = Role.ASSOCIATE, store: str = HERE, language: str = "en") -> Tablet:
    """A tablet that stands in a store."""
    client = stage.log_in(role, language)
    assert client.post("/store/choose/", {"code": store}).status_code == 302
    return Tablet(client)


def ordered(goods: dict[str, int], *, delivery: Delivery | None = None, **more: Any) -> Order:
    """An order of the site that is picked up in Tver."""
    return order_of(shop.buy(shop.cart_of(_opened(), goods), delivery=delivery or shop.pickup(), **more))


def order_of(placed: Placed) -> Order:
    """The order that came of a purchase."""
    return orders.order(uid=placed.order)


def carried(goods: dict[str, int], store: str = HERE, tenders: tuple[Tender, ...] = (Tender("cash"),)) -> Order:
    """A sale at a counter."""
    view = shop.cart_of(_opened(), goods, by=shop.OLEG)
    return order_of(shop.buy(view, delivery=Delivery("carry", store), tenders=tenders, by=shop.OLEG))


def parcel(order: Order, state: str = "") -> UUID:
    """The parcel of an order that waits for somebody."""
    return next(one.uid for one in order.fulfilments if not state or one.state == state)


def _opened() -> shop.Shop:
    names = {"site": "site", "app": "app", "till": "till 1", "erp": "1C"}
    return shop.Shop(**{name: shop._source(value, "") for name, value in names.items()})


def every_page() -> list[str]:
    """A store in the middle of its day; the address of every page of the store and of the office of orders."""
    shop.open_shop()
    slot = shop.slots(1)[0]
    waits = ordered({"DAWN-42": 2, "SOCK-1": 1}, delivery=shop.pickup(slot.uid))
    there = ordered({"BOTTLE": 2})
    orders.ready(uid=there.uid, parcel=parcel(there), by=shop.HOUSE)
    sold = carried({"DAWN-41": 2, "SOCK-1": 2})
    asked, settled = (
        returns.request_return(
            uid=ids.uuid7(), lines=[ReturnLineInput(1, sold.lines[0].id)], by=shop.HOUSE, location=HERE, reason="size"
        )
        for _ in range(2)
    )
    returns.receive(uid=settled.uid, location=HERE, by=shop.HOUSE)
    returns.inspect(uid=settled.uid, inspections=[Inspection(settled.lines[0].id, "resell")], by=shop.HOUSE)
    returns.settle(uid=settled.uid, by=shop.HOUSE)
    view = shop.cart_of(_opened(), {"DAWN-42": 9, "SOCK-1": 1}, by=shop.OLEG)
    courier = DeliveryMethod(
        "courier", {"en": "Courier", "ru": "Курьер"}, shop.currency(), (Zone(35_000, days=(1, 2)),)
    )
    delivering.save_delivery_method(method=courier, by=shop.HOUSE)
    sent = shop.cart_of(_opened(), {"SOCK-1": 1}, by=shop.OLEG)
    checkout.set_delivery(uid=sent.uid, delivery=Delivery("delivery", city="Tver", service="courier"), by=shop.OLEG)
    count = inventory.open_count(location=HERE, by=shop.HOUSE)
    inventory.record_count(uid=count.uid, sku="DAWN-42", counted=3)
    return [
        "/store/",
        "/store/choose/",
        f"/store/pick/{parcel(waits)}/",
        f"/store/hand/{parcel(there)}/",
        "/store/sell/",
        f"/store/sell/{view.uid}/",
        f"/store/sell/{view.uid}/pay/",
        f"/store/sell/{sent.uid}/?asked=1",
        "/store/goods/DAWN-42/",
        "/store/find/",
        f"/store/orders/{sold.uid}/",
        f"/store/back/?order={sold.uid}",
        f"/store/returns/{asked.uid}/",
        f"/store/returns/{settled.uid}/",
        f"/store/count/{count.uid}/",
        f"/store/count/{count.uid}/close/",
        "/orders/",
        f"/orders/{waits.uid}/",
        f"/orders/{sold.uid}/",
        f"/orders/{waits.uid}/cancel/",
        "/returns/",
        f"/returns/{asked.uid}/",
        f"/returns/{settled.uid}/",
        f"/returns/new/?order={sold.uid}",
        "/waiting/",
    ]
