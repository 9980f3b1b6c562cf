"""An order placed at once is the order that is drafted, paid for later and placed: row by row, fact by fact."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edino.inventory import api as inventory
from edino.inventory.types import Demand
from edino.kernel import clock
from edino.orders import api
from edino.orders.api import at_once
from edino.orders.errors import WrongState, WrongSums
from edino.orders.types import AllocationInput, Contact, Credit, Delivery, OrderInput, Waiting, Want
from tests.orders import shop as of
from tests.orders.shop import Shop

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MADE_UP = {"id", "uid", "pickup_code", "version", "order_id", "line_id", "fulfilment_id", "of_order"}
"""What each way draws for itself, or counts: a draft that is placed is the second version of its row."""
HANGS = {
    "orders_order": "SELECT *, uid AS of_order FROM orders_order",
    "orders_line": "SELECT * FROM orders_line",
    "orders_fulfilment": "SELECT * FROM orders_fulfilment",
    "orders_allocation": """SELECT one.*, line.key AS of_line, parcel.kind AS in_kind, parcel.location_id AS in_location
                              FROM orders_allocation AS one JOIN orders_line AS line ON line.id = one.line_id
                              LEFT JOIN orders_fulfilment AS parcel ON parcel.id = one.fulfilment_id""",
    "orders_credit": "SELECT * FROM orders_credit",
    "orders_payment": "SELECT * FROM orders_payment",
    "orders_history": "SELECT * FROM orders_history",
    "kernel_log": "SELECT class, type, body, occurred_at, profile_id, source_id FROM kernel_log",
}
"""What tells of an order, each row with what it hangs on. There is one order at a time."""


@pytest.fixture
def shop() -> Shop:
    return of.open_shop()


@contextmanager
def taken_back() -> Iterator[None]:
    """What happens within has not happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def written() -> dict[str, list[str]]:
    """All that is written, in any order, without what is made up."""
    told: dict[str, list[str]] = {}
    for table in connection.introspection.table_names():
        if table in HANGS or table.startswith("orders_"):
            with connection.cursor() as cursor:
                cursor.execute(HANGS.get(table, f"SELECT * FROM {table}"))
                names = [column.name for column in cursor.description]
                found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            told[table] = sorted(repr({k: v for k, v in row.items() if k not in MADE_UP}) for row in found)
    assert set(HANGS) <= set(told)
    return told


@st.composite
def wishes(draw: st.DrawFn) -> dict[str, Any]:
    """What somebody orders, how it shall come and how it is paid for."""
    return {
        "lines": draw(
            st.lists(
                st.tuples(st.sampled_from(sorted(of.PRICES)), st.integers(1, 9), st.integers(0, 40_000)),
                min_size=1,
                max_size=3,
                unique_by=lambda line: line[0],
            )
        ),
        "way": draw(st.sampled_from(["pickup", "pickup, by the hour", "courier", "post"])),
        "legs": draw(st.lists(st.tuples(st.sampled_from(["cod", "bank", "card"]), st.booleans()), max_size=3)),
        "credits": draw(st.lists(st.sampled_from(["started", "served", "handed"]), max_size=3, unique=True)),
        "known": draw(st.booleans()),
        "words": draw(st.sampled_from(["", "Позвоните, когда придёте", 'it\'s a "gift" \\ %s'])),
        "promised": draw(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=2)),
    }


def asked(shop: Shop, wish: dict[str, Any]) -> OrderInput:
    """The order of a wish, as the checkout would tell it."""
    at = of.MAY + timedelta(days=1)
    delivery = {
        "pickup": of.PICKUP,
        "pickup, by the hour": replace(
            of.PICKUP, slot=of.new_uid(), slot_starts_at=at, slot_ends_at=at + timedelta(0, 3600)
        ),
        "courier": of.COURIER,
        "post": Delivery(
            "delivery", amount=30_000, discount=30_000, city="Tver", address={"street": "Лесная, 5"}, tax="vat20"
        ),
    }[wish["way"]]
    lines = tuple(of.line(shop, sku, quantity, discount) for sku, quantity, discount in wish["lines"])
    plan = inventory.plan(
        demand=[Demand(one.variant_id or 0, one.quantity) for one in lines],
        method=delivery.method,
        pickup=delivery.location or None,
        city=delivery.city,
    )
    assert plan.short == ()
    return OrderInput(
        uid=of.new_uid(),
        number="M-17",
        cart_uid=of.new_uid(),
        source_id=shop.site.id,
        channel="site",
        assortment="default",
        currency=of.currency(),
        contact=Contact(of.shopper(shop) if wish["known"] else None, "Kolya", "+79161234567", "kolya@mail.ru", "ru"),
        lines=lines,
        delivery=delivery,
        frozen={"7": {"name": wish["words"]}},
        why=({"promotion": 7, "words": wish["words"]},),
        codes=("SPRING",) * len(wish["promised"]),
        wants=tuple(Want(capacity, quantity, "coupon") for capacity, quantity in wish["promised"]),
        allocations=tuple(
            AllocationInput(one.variant_id, one.location_id, one.quantity, one.capacity_id, one.fulfilled_from)
            for one in plan.allocations
        ),
        credits=tuple(Credit(role, shop.places["TVER"], None, "Anya") for role in wish["credits"]),
        location="KLIN" if wish["known"] else "",
        comment=wish["words"],
    )


def waiting(order: OrderInput, wish: dict[str, Any]) -> list[Waiting]:
    """How it will be paid for, in legs."""
    left = sum(one.net for one in order.lines) + order.delivery.amount - order.delivery.discount
    legs = []
    for place, (tender, provider) in enumerate(wish["legs"]):
        amount = left if place == len(wish["legs"]) - 1 else left // 2
        left -= amount
        told = ("terminal", f"{order.uid}-{place}") if provider else ("", "")
        legs.append(Waiting(f"checkout-{place}", tender, amount, *told))
    return legs


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(wishes())
def test_both_ways_write_the_same_rows_and_the_same_facts(shop: Shop, wish: dict[str, Any]) -> None:
    with taken_back(), clock.frozen(of.MAY):
        order = asked(shop, wish)
        payments = waiting(order, wish)
        before = written()
        with taken_back():
            api.draft(order=order)
            for leg in payments:
                api.add_payment(
                    order_uid=order.uid,
                    tender=leg.tender,
                    amount=leg.amount,
                    key=leg.key,
                    provider=leg.provider,
                    provider_ref=leg.provider_ref,
                )
            slowly = api.place(uid=order.uid, at=of.MAY)
            meant = written()
        assert written() == before
        fresh = at_once.place(order=order, payments=payments, at=of.MAY)
        assert written() == meant
        read = api.order(uid=order.uid)
        for told in (slowly, fresh):
            assert (told.uid, told.number, told.state, told.total, told.due) == (
                order.uid,
                "M-17",
                "placed",
                read.total,
                read.due,
            )
        assert fresh.pickup_code == read.pickup_code
        assert bool(fresh.pickup_code) == bool(slowly.pickup_code) == (order.delivery.method == "pickup")


WISH: dict[str, Any] = {
    "lines": [("SOCK", 1, 0)],
    "way": "pickup",
    "legs": [("cod", False)],
    "credits": [],
    "known": False,
    "words": "",
    "promised": [],
}


def test_a_cart_has_one_order_whichever_way_it_came(shop: Shop) -> None:
    first = asked(shop, WISH)
    at_once.place(order=first, payments=waiting(first, WISH), at=of.MAY)
    before = written()
    second = replace(first, uid=of.new_uid(), number="M-18")
    with pytest.raises(WrongState), transaction.atomic():
        at_once.place(order=second, payments=waiting(second, WISH), at=of.MAY)
    assert api.draft(order=second) == first.uid
    assert written() == before
    drafted = replace(first, uid=of.new_uid(), number="M-19", cart_uid=of.new_uid())
    api.draft(order=drafted)
    with pytest.raises(WrongState), transaction.atomic():
        at_once.place(order=replace(drafted, uid=of.new_uid(), number="M-20"), payments=[], at=of.MAY)


def test_sums_that_do_not_add_up_are_refused_both_ways_and_nothing_is_written(shop: Shop) -> None:
    order = asked(shop, WISH)
    before = written()
    for wrong in (
        replace(order, lines=(), allocations=()),
        replace(order, lines=(replace(order.lines[0], net=order.lines[0].net - 1),)),
        replace(order, delivery=replace(order.delivery, discount=1)),
        replace(order, allocations=order.allocations * 2),
    ):
        with pytest.raises(WrongSums) as slowly:
            api.draft(order=wrong)
        with pytest.raises(WrongSums) as quickly:
            at_once.place(order=wrong, payments=[], at=of.MAY)
        assert quickly.value.fields == slowly.value.fields
    assert written() == before
