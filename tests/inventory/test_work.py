"""Goods on the road, goods counted, goods awaited."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from edino.inventory import api, events
from edino.inventory.api import counts, places, transfers, waiting
from edino.inventory.errors import AlreadyThere, MoreThanSent, WrongState
from edino.inventory.types import Demand, Inbound, LocationInput, SnapshotRow, Transfer
from edino.kernel import clock, holds, sql
from edino.kernel.errors import Invalid
from edino.kernel.holds import Owner, Short, Want
from edino.kernel.ids import uuid7
from tests.inventory.shop import NOON, VERA, bring, erp, goods, numbers, place

pytestmark = pytest.mark.django_db


def logged(kind: str) -> list[dict[str, object]]:
    return [body for (body,) in sql.tuples("SELECT body FROM kernel_log WHERE type = %s ORDER BY id", [kind])]


@pytest.fixture
def road() -> Transfer:
    """Five and two on their way from the warehouse to Tverskaya."""
    goods(["42", "43"])
    place("warehouse", "warehouse")
    place("tverskaya")
    bring("42", "warehouse", 6)
    bring("43", "warehouse", 2)
    made = api.create_transfer(origin="warehouse", destination="tverskaya", lines=[("42", 5), ("43", 2)], by=VERA)
    assert numbers("42", "warehouse") == (6, 0, 0, 0)
    return api.send_transfer(uid=made.uid, by=VERA)


def test_goods_come_in_parts_and_every_part_once(road: Transfer) -> None:
    assert (road.state, numbers("42", "warehouse")[0], numbers("42", "transit")[0]) == ("sent", 1, 5)
    assert api.send_transfer(uid=road.uid, by=VERA).state == "sent"
    assert numbers("42", "warehouse")[0] == 1
    for _ in range(2):
        part = api.receive_transfer(uid=road.uid, lines={"42": 3}, by=VERA, key="box-1")
    assert [(line.sku, line.received) for line in part.lines] == [("42", 3), ("43", 0)]
    assert (part.state, numbers("42", "tverskaya")[0], numbers("42", "transit")[0]) == ("partly", 3, 2)
    with pytest.raises(MoreThanSent):
        api.receive_transfer(uid=road.uid, lines={"42": 3}, by=VERA, key="box-2")
    with pytest.raises(WrongState):
        transfers.cancel_transfer(uid=road.uid, by=VERA)
    done = api.receive_transfer(uid=road.uid, lines={"42": 1, "43": 2}, by=VERA, key="box-2", final=True)
    assert (done.state, [(line.received, line.lost) for line in done.lines]) == ("received", [(4, 1), (2, 0)])
    assert (numbers("42", "tverskaya")[0], numbers("42", "transit")[0], numbers("43", "tverskaya")[0]) == (4, 0, 2)
    assert api.receive_transfer(uid=road.uid, lines=None, by=VERA, key="box-3") == done
    assert [(fact["units"], fact["lost"], fact["closed"]) for fact in logged(events.TRANSFER_RECEIVED)] == [
        (3, 0, False),
        (3, 1, True),
    ]
    assert waiting.reconcile() == ([], [])


def test_promised_goods_are_not_sent_away() -> None:
    ids = goods(["42"])
    place("warehouse", "warehouse")
    place("tverskaya")
    bring("42", "warehouse", 2)
    [atp] = api.availability(variant_ids=[ids["42"]])[ids["42"]]
    holds.use([Want(atp.capacity_id, 1)])
    made = api.create_transfer(origin="warehouse", destination="tverskaya", lines=[("42", 2)], by=VERA)
    with pytest.raises(Short), transaction.atomic():
        api.send_transfer(uid=made.uid, by=VERA)
    assert (transfers.transfer(uid=made.uid).state, numbers("42", "warehouse")) == ("draft", (2, 1, 0, 0))
    with pytest.raises(Invalid):
        api.create_transfer(origin="warehouse", destination="warehouse", lines=[("42", 1)], by=VERA)
    assert transfers.cancel_transfer(uid=made.uid, by=VERA).state == "cancelled"


def test_a_count_shows_the_drift_and_keeps_what_was_sold_meanwhile() -> None:
    ids = goods(["42", "43"])
    where = place("tverskaya")
    bring("42", "tverskaya", 5)
    bring("43", "tverskaya", 3)
    count = api.open_count(location="tverskaya", by=VERA, full=True)
    assert api.open_count(location="tverskaya", by=VERA).uid == count.uid
    api.record_count(uid=count.uid, sku="42", counted=1)
    line = api.record_count(uid=count.uid, sku="42", counted=3)
    assert (line.counted, line.book, line.difference) == (4, 5, -1)
    api.sell_now(key="r1", location_id=where, lines=[(ids["42"], 1)], at=clock.now())
    closed = api.close_count(uid=count.uid, by=VERA)
    assert [(line.sku, line.counted, line.book) for line in closed.lines] == [("42", 4, 5), ("43", 0, 3)]
    assert (numbers("42", "tverskaya")[0], numbers("43", "tverskaya")[0]) == (3, 0)
    assert api.close_count(uid=count.uid, by=VERA) == closed
    with pytest.raises(WrongState):
        api.record_count(uid=count.uid, sku="42", counted=1)
    assert [(fact["found"], fact["missing"]) for fact in logged(events.COUNTED)] == [(0, 4)]
    old = api.snapshot(source=erp(), as_of=NOON, rows=[SnapshotRow("tverskaya", "42", 5)])
    assert (old.stale, numbers("42", "tverskaya")[0]) == (1, 3)  # the count is newer than the file
    given_up = api.open_count(location="tverskaya", by=VERA)
    assert counts.cancel_count(uid=given_up.uid, by=VERA).state == "cancelled"


def test_who_waits_is_told_once_when_it_can_be_had() -> None:
    ids = goods(["42"])
    where = place("tverskaya")
    place("arbat")
    with clock.frozen(NOON):
        wish = api.subscribe(sku="42", profile_id=7)
        assert api.subscribe(sku="42", profile_id=7) == wish
        api.subscribe(sku="42", profile_id=8, location="arbat")
    assert [fact["location"] for fact in logged(events.WANTED)] == ["", "arbat"]
    api.put_back(key="bad", location_id=where, lines=[(ids["42"], 1)], disposition="damaged", at=NOON)
    assert logged(events.BACK) == []
    bring("42", "tverskaya", 2)
    assert [(fact["subscription"], fact["free"]) for fact in logged(events.BACK)] == [(str(wish), 2)]
    bring("42", "tverskaya", 1, key="more")
    assert len(logged(events.BACK)) == 1
    with pytest.raises(AlreadyThere):
        api.subscribe(sku="42", profile_id=9)


def test_who_waits_is_told_when_a_promise_is_given_up() -> None:
    goods(["42"])
    ids = goods(["42"])
    place("tverskaya")
    bring("42", "tverskaya", 1)
    plan = api.plan(demand=[Demand(ids["42"], 1)], method="carry", pickup="tverskaya")
    holds.use([Want(one.capacity_id, one.quantity) for one in plan.allocations])
    api.subscribe(sku="42", profile_id=7)
    api.give_up(allocations=plan.allocations)
    assert [fact["sku"] for fact in logged(events.BACK)] == ["42"]


def test_slots_take_as_many_orders_as_fit() -> None:
    api.save_location(
        location=LocationInput("tverskaya", time_zone="Europe/Moscow", opening_hours={"mon": [["10:00", "13:30"]]}),
        by=VERA,
    )
    where = api.location(code="tverskaya")
    monday = date(2026, 3, 2)
    times = places.slot_times(location=where, day=monday, minutes=60)
    assert [(starts.hour, ends.hour) for starts, ends in times] == [(10, 11), (11, 12), (12, 13)]
    api.save_slots(location="tverskaya", times=times, capacity=1, by=VERA)
    opened = api.save_slots(location="tverskaya", times=times[:1], capacity=2, by=VERA)
    assert [(slot.capacity, slot.free) for slot in opened] == [(2, 2)]
    day = api.slots(location="tverskaya", day=monday)
    assert [(slot.starts_at, slot.free) for slot in day] == [(times[0][0], 2), (times[1][0], 1), (times[2][0], 1)]
    assert api.slots(location="tverskaya", day=monday + timedelta(days=1)) == []
    holds.use([Want(day[0].capacity_id, 2)])
    with pytest.raises(Short):
        holds.hold(Owner("cart", uuid7()), [Want(day[0].capacity_id, 1)], until=clock.now())
    with pytest.raises(Short), transaction.atomic():
        api.save_slots(location="tverskaya", times=times[:1], capacity=1, by=VERA)


def test_what_is_expected_is_shown_with_its_day_and_replaced_by_its_document() -> None:
    ids = goods(["42"])
    place("tverskaya")
    day = date(2026, 4, 1)
    assert (
        api.expect(rows=[Inbound("42", "tverskaya", 5, day, "PO-1"), Inbound("44", "tverskaya", 5, day, "PO-1")])[
            0
        ].index
        == 1
    )
    api.expect(rows=[Inbound("42", "tverskaya", 7, day, "PO-1"), Inbound("42", "tverskaya", 1, day, "PO-2")])
    [atp] = api.availability(variant_ids=[ids["42"]])[ids["42"]]
    assert (atp.free, atp.inbound) == (0, ((day, 7), (day, 1)))
    assert api.trace(sku="42", location="tverskaya").inbound == ((day, 7), (day, 1))
