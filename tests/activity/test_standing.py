"""What is open with Kolya now: what an operator may go on with, however long his history is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.activity.test_collector import Shop

from edino.activity import api as activity
from edino.activity.types import Standing
from edino.customers import api as customers
from edino.kernel import clock, log

pytestmark = pytest.mark.django_db

TODAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
LONG_AGO = TODAY - timedelta(days=91)


@pytest.fixture
def site() -> Shop:
    for day in (LONG_AGO, TODAY):
        log.make_ready(day)
    return Shop()


def does(site: Shop, at: datetime, event: str, **properties: Any) -> None:
    with clock.frozen(at):
        site.send(
            {"type": "track", "event": event, "userId": "kolya", "timestamp": at.isoformat(), "properties": properties}
        )


def kolya() -> Standing:
    with clock.frozen(TODAY):
        return activity.standing(customer_id=customers.lookup(kind="user_id", value="kolya").id)


def test_orders_and_refunds_stand_for_ever_and_what_rested_for_three_months_is_not_gone_on_with(site: Shop) -> None:
    does(site, LONG_AGO, "Order Completed", order_id="1042", total=7480)
    does(site, LONG_AGO + timedelta(minutes=1), "Order Refunded", refund_id="r-1", order_id="1042")
    does(site, LONG_AGO + timedelta(minutes=2), "Product Added", product_id="1", sku="DAWN-42", quantity=1)
    does(site, LONG_AGO + timedelta(minutes=3), "Chat Started")
    found = kolya()
    assert (found.order and found.order.type, found.refund and found.refund.type) == (
        "Order Completed",
        "Order Refunded",
    )
    assert (found.cart, found.contact) == (None, None)


def test_what_began_yesterday_is_gone_on_with(site: Shop) -> None:
    yesterday = TODAY - timedelta(days=1)
    does(site, yesterday, "Product Added", product_id="1", sku="DAWN-42", quantity=1)
    does(site, yesterday, "Chat Started")
    found = kolya()
    assert found.cart is not None
    assert found.contact is not None
    assert (found.contact.type, found.order, found.refund) == ("Chat Started", None, None)
