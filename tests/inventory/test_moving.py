"""Goods move: every movement once, the number its sum, the promise never broken by another promise."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from edino.channels.types import Source
from edino.inventory import api, events
from edino.inventory.types import Demand, Movement, MoveReport, Sale
from edino.kernel import clock, holds, sql
from edino.kernel.holds import Owner, Short, Shortage, Want
from edino.kernel.ids import uuid7
from tests.inventory import shop
from tests.inventory.shop import NOON, bring, erp, goods, numbers, place

pytestmark = pytest.mark.django_db


def logged(kind: str) -> list[dict[str, object]]:
    return [body for (body,) in sql.tuples("SELECT body FROM kernel_log WHERE type = %s ORDER BY id", [kind])]


def test_the_same_movement_twice_moves_once_and_another_under_its_key_is_refused() -> None:
    goods(["42"])
    place("tverskaya")
    came = Movement("received", "42", "tverskaya", 5, "doc-1", NOON)
    assert api.move(movements=[came, came], source=erp()).written == 1
    again = api.move(movements=[came, replace(came, quantity=6)], source=erp())
    assert (again.written, again.known, [(one.index, one.field, one.code) for one in again.rejected]) == (
        0,
        1,
        [(1, "key", "conflict")],
    )
    assert numbers("42", "tverskaya") == (5, 0, 0, 0)


def test_each_wrong_row_is_named_and_the_right_ones_are_written() -> None:
    goods(["42"])
    place("tverskaya")
    right = Movement("received", "42", "tverskaya", 5, "a", NOON)
    report = api.move(
        movements=[
            right,
            replace(right, key="b", sku="43"),
            replace(right, key="c", location="nowhere"),
            replace(right, key="d", kind="stolen"),
            replace(right, key="e", quantity=0),
            replace(right, key="f", expected_from=4),
            replace(right, key="g", expected_from=5, quantity=1),
            replace(right, key="h", expected_from=6, quantity=1),
        ],
        by=shop.VERA,
    )
    assert report.written == 3
    wrong = [(one.index, one.field, one.code) for one in report.rejected]
    assert wrong == [
        (1, "sku", "unknown"),
        (2, "location", "unknown"),
        (3, "kind", "unknown"),
        (4, "quantity", "range"),
        (5, "expected_from", "changed"),
    ]
    assert numbers("42", "tverskaya") == (7, 0, 0, 0)


def test_what_leaves_is_below_zero_and_nothing_has_happened_next_year() -> None:
    """A till that says `sold 3` would fill the shelf; a movement of next year would come on top of every stock file."""
    goods(["42"])
    place("tverskaya")
    came = Movement("received", "42", "tverskaya", 5, "a", NOON)
    report = api.move(
        movements=[
            came,
            replace(came, kind="sold", quantity=3, key="b"),
            replace(came, kind="sold", quantity=-1, key="c"),
            replace(came, key="d", occurred_at=clock.now() + timedelta(days=2)),
            replace(came, key="e", occurred_at=clock.now() + timedelta(hours=20)),
        ],
        source=erp(),
    )
    assert [(one.index, one.field, one.code) for one in report.rejected] == [
        (1, "quantity", "sign"),
        (3, "occurred_at", "future"),
    ]
    assert (report.written, numbers("42", "tverskaya")) == (3, (9, 0, 0, 0))


@pytest.mark.django_db(transaction=True)
def test_of_two_contents_under_one_key_at_one_instant_one_is_written_and_the_other_told() -> None:
    goods(["42"])
    place("tverskaya")
    bring("42", "tverskaya", 1)
    came = Movement("received", "42", "tverskaya", 5, "doc-1", NOON)
    one = erp()
    with ThreadPoolExecutor(1) as other, transaction.atomic():
        assert api.move(movements=[came], source=one).written == 1
        late = other.submit(_moved, replace(came, quantity=6), one)
        _waits_for_a_lock()
    report = late.result(timeout=20)
    assert (report.written, report.known) == (0, 0)
    assert [(row.index, row.field, row.code) for row in report.rejected] == [(0, "key", "conflict")]
    assert numbers("42", "tverskaya") == (6, 0, 0, 0)


def _moved(one: Movement, source: Source) -> MoveReport:
    try:
        return api.move(movements=[one], source=source)
    finally:
        connection.close()


def _waits_for_a_lock() -> None:
    waits = (
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())"
    )
    for _ in range(500):
        if sql.scalar(waits):
            return
        time.sleep(0.01)
    pytest.fail("nobody waited")


def test_what_was_promised_leaves_once_and_takes_its_promise_with_it() -> None:
    ids = goods(["42"])
    where = place("tverskaya")
    bring("42", "tverskaya", 5)
    plan = api.plan(demand=[Demand(ids["42"], 2)], method="carry", pickup="tverskaya")
    order = uuid7()
    holds.hold(
        Owner("order", order),
        [Want(one.capacity_id, one.quantity) for one in plan.allocations],
        until=NOON + timedelta(days=9999),
    )
    holds.convert(Owner("order", order))
    for _ in range(2):
        api.leave(order_uid=order, location_id=where, lines=[(ids["42"], 2)], at=NOON, key="parcel")
    assert numbers("42", "tverskaya") == (3, 0, 0, 0)
    with pytest.raises(holds.NotPromised), transaction.atomic():
        api.leave(order_uid=order, location_id=where, lines=[(ids["42"], 1)], at=NOON, key="another")
    assert numbers("42", "tverskaya") == (3, 0, 0, 0)


def test_a_till_that_sold_what_was_promised_opens_a_case_and_a_promise_never_does() -> None:
    ids = goods(["42"])
    where = place("tverskaya")
    bring("42", "tverskaya", 2)
    [atp] = api.availability(variant_ids=[ids["42"]])[ids["42"]]
    holds.use([Want(atp.capacity_id, 2)])
    with pytest.raises(Short), transaction.atomic():
        api.sell_now(key="r1", location_id=where, lines=[(ids["42"], 1)], at=NOON, happened=False)
    assert logged(events.OVERCOMMITTED) == []
    short = api.sell_now(key="r1", location_id=where, lines=[(ids["42"], 1)], at=NOON)
    assert short == [Shortage(atp.capacity_id, 1, 0)]
    assert api.sell_now(key="r1", location_id=where, lines=[(ids["42"], 1)], at=NOON) == []
    assert numbers("42", "tverskaya") == (1, 2, 0, 1)
    [fact] = logged(events.OVERCOMMITTED)
    assert (fact["sku"], fact["location"], fact["missing"]) == ("42", "tverskaya", 1)


def test_tills_in_one_batch_sell_take_back_and_repeat_themselves() -> None:
    ids = goods(["42", "43"])
    where = place("tverskaya")
    bring("42", "tverskaya", 10)
    sales = [Sale(f"r{n}", where, ids["42"], 1, NOON) for n in range(4)]
    sales += [Sale("back", where, ids["42"], -1, NOON), Sale("odd", where, ids["43"], 2, NOON)]
    report = api.sell_many(sales=[*sales, sales[0]])
    assert (report.written, report.known, report.cases) == (6, 1, 1)
    assert api.sell_many(sales=sales).known == 6
    assert numbers("42", "tverskaya") == (7, 0, 0, 0)
    assert numbers("43", "tverskaya") == (-2, 0, 0, 2)  # sold before the delivery was booked
    bring("43", "tverskaya", 2)
    assert numbers("43", "tverskaya") == (0, 0, 0, 0)


def test_what_comes_back_is_sold_again_only_when_it_can_be() -> None:
    ids = goods(["42"])
    where = place("tverskaya")
    api.put_back(key="ret-1", location_id=where, lines=[(ids["42"], 1)], disposition="resell", at=NOON)
    api.put_back(key="ret-1", location_id=where, lines=[(ids["42"], 1)], disposition="resell", at=NOON)
    api.put_back(key="ret-2", location_id=where, lines=[(ids["42"], 2)], disposition="damaged", at=NOON)
    [atp] = api.availability(variant_ids=[ids["42"]])[ids["42"]]
    assert (atp.on_hand, atp.free) == (1, 1)
    assert sql.tuples("SELECT damaged, quarantine FROM inventory_level") == [(2, 0)]


def test_the_ledger_only_grows() -> None:
    goods(["42"])
    place("tverskaya")
    bring("42", "tverskaya", 5)
    for change in ("UPDATE inventory_movement SET quantity = 6", "DELETE FROM inventory_movement"):
        with pytest.raises(IntegrityError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert numbers("42", "tverskaya") == (5, 0, 0, 0)
