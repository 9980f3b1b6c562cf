"""What people do with stock by hand: files that wait, corrections with a reason, slots of each week, deliveries."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from edino.inventory import api
from edino.inventory.api import correcting, files, openings
from edino.inventory.api.places import save_sourcing_rules, sourcing_rules
from edino.inventory.errors import ChangedMeanwhile, NotExpected, WrongState
from edino.inventory.types import Demand, Inbound, LocationInput, Opening, Sale, SlotInput, SnapshotRow, SourcingRule
from edino.kernel import clock, holds, sql
from edino.kernel.errors import Invalid
from edino.kernel.holds import Want
from edino.kernel.ids import uuid7
from edino.staff.types import Actor
from tests.inventory.shop import NOON, VERA, bring, erp, goods, numbers, place

pytestmark = pytest.mark.django_db
ANYA = Actor("Anya")
TEN = [f"s{number}" for number in range(10)]
MOSCOW = ZoneInfo("Europe/Moscow")


def shelf(quantity: int = 5) -> dict[str, int]:
    """Ten sizes at Tverskaya."""
    ids = goods(TEN)
    place("tverskaya", time_zone="Europe/Moscow")
    told(quantity, 0)
    return ids


def told(quantity: int, hour: int) -> UUID:
    """The 1C says so many of each, as of an hour after noon."""
    rows = [SnapshotRow("tverskaya", sku, quantity) for sku in TEN]
    return api.snapshot(source=erp(), as_of=NOON + timedelta(hours=hour), rows=rows, origin="exchange:1").uid


def trail() -> list[tuple[str, str]]:
    return sql.tuples("SELECT actor, detail ->> 'did' FROM staff_audit WHERE operation = 'stock.edit' ORDER BY id")


def test_what_the_brake_stopped_waits_with_its_rows_until_vera_releases_it() -> None:
    ids = shelf()
    uid = told(0, 2)
    assert {numbers(sku, "tverskaya")[0] for sku in TEN} == {5}
    [stopped] = files.stock_files(state="stopped")
    assert (stopped.uid, stopped.kept, stopped.report.zeroed, stopped.origin) == (uid, True, 10, "exchange:1")
    where = api.location(code="tverskaya").id
    sale = Sale("r1", where, ids["s0"], 1, NOON + timedelta(hours=3))
    api.sell_many(sales=[sale])  # after the moment of the file: it is not undone by it
    assert files.release(uid=uid, by=VERA).stopped is True
    assert {numbers(sku, "tverskaya")[0] for sku in TEN[1:]} == {5}
    report = files.release(uid=uid, by=VERA, force=True)
    assert (report.stopped, report.changed, report.zeroed) == (False, 10, 10)
    assert [numbers(sku, "tverskaya")[0] for sku in TEN] == [-1, *[0] * 9]
    done = files.stock_file(uid=uid)
    assert (done.state, done.kept, done.decided_by) == ("applied", False, "Vera")
    assert ("Vera", "released") in trail()
    with pytest.raises(WrongState):
        files.release(uid=uid, by=VERA, force=True)
    assert sql.scalar("SELECT count(*) FROM inventory_snapshot_kept") == 0


def test_a_file_that_was_overtaken_changes_nothing_when_it_is_released() -> None:
    shelf()
    uid = told(0, 2)
    told(4, 3)
    report = files.release(uid=uid, by=VERA, force=True)
    assert (report.changed, report.stale) == (0, 10)
    assert {numbers(sku, "tverskaya")[0] for sku in TEN} == {4}


def test_a_file_is_looked_at_before_it_is_applied_and_may_be_dismissed() -> None:
    shelf()
    rows = [SnapshotRow("tverskaya", "s1", 9), SnapshotRow("tverskaya", "nobody", 1)]
    report = files.stage(as_of=NOON + timedelta(hours=1), rows=rows, by=VERA, origin="stock.csv")
    assert (report.changed, report.unknown, [(one.before, one.after) for one in report.largest]) == (
        1,
        {"sku": 1},
        [(5, 9)],
    )
    assert numbers("s1", "tverskaya")[0] == 5
    assert files.look(uid=report.uid).changed == 1
    assert files.release(uid=report.uid, by=VERA).changed == 1
    assert numbers("s1", "tverskaya")[0] == 9
    other = files.stage(as_of=NOON + timedelta(hours=2), rows=rows[:1], by=VERA)
    files.dismiss(uid=other.uid, by=VERA)
    assert files.stock_file(uid=other.uid).state == "dismissed"
    with pytest.raises(WrongState):
        files.release(uid=other.uid, by=VERA)
    left = files.stage(as_of=NOON + timedelta(hours=3), rows=rows[:1], by=VERA)
    sql.execute("UPDATE inventory_snapshot SET created_at = created_at - interval '31 days' WHERE uid = %s", [left.uid])
    assert files.tidy() == 1
    assert files.stock_file(uid=left.uid).state == "dismissed"


def test_anya_corrects_what_lies_there_and_takes_it_back() -> None:
    ids = goods(["42"])
    place("tverskaya")
    bring("42", "tverskaya", 5)
    holds.use([Want(api.availability(variant_ids=[ids["42"]])[ids["42"]][0].capacity_id, 4)])
    uid = uuid7()
    given = {"variant_id": ids["42"], "location": "tverskaya", "by": ANYA}
    for _ in range(2):  # pressed twice
        one = correcting.correct(uid=uid, quantity=-3, reason="broken", note="fell down", seen=5, **given)  # type: ignore[arg-type]  # as above
    assert (one.quantity, one.reason, one.created_by) == (-3, "broken", "Anya")
    assert numbers("42", "tverskaya") == (2, 4, 0, 2)
    assert sql.scalar("SELECT damaged FROM inventory_level") == 3
    assert [case.missing for case in api.cases()] == [2]
    with pytest.raises(ChangedMeanwhile):
        correcting.correct(uid=uuid7(), quantity=1, reason="found", seen=5, **given)  # type: ignore[arg-type]  # as above
    for quantity, reason, note in ((1, "stolen", ""), (-1, "found", ""), (0, "missing", ""), (1, "mistake", " ")):
        with pytest.raises(Invalid):
            correcting.correct(uid=uuid7(), quantity=quantity, reason=reason, note=note, **given)  # type: ignore[arg-type]  # as above
    assert correcting.undo_correction(uid=uid, by=VERA).undone_by == "Vera"
    assert (numbers("42", "tverskaya")[0], sql.scalar("SELECT damaged FROM inventory_level")) == (5, 0)
    with pytest.raises(WrongState):
        correcting.undo_correction(uid=uid, by=VERA)
    assert numbers("42", "tverskaya")[0] == 5
    assert sql.scalar("SELECT sum(quantity) FROM inventory_movement WHERE condition = 'good'") == 5
    assert trail()[-2:] == [("Anya", "corrected"), ("Vera", "undone")]


def test_what_is_expected_comes_in_parts() -> None:
    goods(["42"])
    place("tverskaya")
    rows = [Inbound("42", "tverskaya", 5, date(2026, 3, 9), "PO-1")]
    wrong = correcting.expect_by_hand(rows=[*rows, Inbound("99", "tverskaya", 5, date(2026, 3, 9), "PO-1")], by=VERA)
    assert ([one.code for one in wrong], correcting.expected()) == (["unknown"], [])
    assert correcting.expect_by_hand(rows=rows, by=VERA) == []
    [one] = correcting.expected()
    key = uuid7()
    assert [correcting.arrive(id=one.id, quantity=3, by=ANYA, key=key) for _ in range(2)] == [2, 2]
    assert (numbers("42", "tverskaya")[0], [each.quantity for each in correcting.expected()]) == (3, [2])
    assert correcting.arrive(id=one.id, quantity=4, by=ANYA, key=uuid7()) == 0
    assert (numbers("42", "tverskaya")[0], correcting.expected()) == (7, [])
    with pytest.raises(NotExpected):
        correcting.expect_no_more(id=one.id, by=VERA)


def test_slots_are_opened_each_week_and_what_is_booked_stays_booked(monkeypatch: pytest.MonkeyPatch) -> None:
    place("tverskaya", time_zone="Europe/Moscow", pickup=True)
    monday = datetime(2026, 3, 2, 7, tzinfo=MOSCOW)
    monkeypatch.setattr(clock, "now", lambda: monday)
    week = [Opening(day, time(10), time(12), 60, 3) for day in range(5)]
    opened = openings.save_openings(location="tverskaya", openings=week, by=VERA)
    assert (len(opened), opened[0].starts_at, {slot.free for slot in opened}) == (20, monday.replace(hour=10), {3})
    holds.use([Want(opened[0].capacity_id, 2)])
    shorter = [Opening(day, time(10), time(11), 60, 1) for day in range(5)]
    after = openings.save_openings(location="tverskaya", openings=shorter, by=VERA)
    assert [(slot.capacity, slot.free) for slot in after[:3]] == [(2, 0), (0, 0), (1, 1)]
    openings.set_slots(location="tverskaya", slots=[SlotInput(after[1].starts_at, after[1].ends_at, 7)], by=VERA)
    with pytest.raises(holds.Short):
        openings.set_slots(location="tverskaya", slots=[SlotInput(after[0].starts_at, after[0].ends_at, 1)], by=VERA)
    monkeypatch.setattr(clock, "now", lambda: monday + timedelta(days=1))
    assert (openings.open_ahead(), openings.open_ahead()) == (1, 0)  # the Monday that came within the fortnight
    assert [slot.free for slot in api.slots(location="tverskaya", day=date(2026, 3, 16))] == [1]
    overlapping = [*shorter, Opening(0, time(10, 30), time(12), 30, 1)]
    with pytest.raises(Invalid):
        openings.save_openings(location="tverskaya", openings=overlapping, by=VERA)
    assert openings.openings(location="tverskaya") == shorter


def test_a_store_that_packs_two_parcels_a_day_is_asked_no_more_after_them() -> None:
    ids = goods(["42"])
    place("warehouse", "warehouse", position=2)
    place("tverskaya", time_zone="Europe/Moscow", ships=True, daily_parcels=2)
    bring("42", "tverskaya", 9)
    bring("42", "warehouse", 9)
    save_sourcing_rules(rules=[SourcingRule("location_order", 1)], by=VERA)
    api.save_location(location=LocationInput("tverskaya", position=1), by=VERA)
    wanted = [Demand(ids["42"], 1)]
    for _ in range(2):
        plan = api.plan(demand=wanted, method="delivery")
        assert [choice.location for choice in plan.why] == ["tverskaya"]
        assert len(plan.parcels) == 1
        holds.use([Want(plan.parcels[0], 1)])
    plan = api.plan(demand=wanted, method="delivery")
    assert [(one.location, one.rule) for one in plan.why] == [("tverskaya", "full"), ("warehouse", "only")]
    assert plan.parcels == ()
    carried = api.plan(demand=wanted, method="pickup", pickup="tverskaya")  # from its own shelf: no parcel
    assert ([one.location for one in carried.why], carried.parcels) == (["tverskaya"], ())
    api.save_location(location=LocationInput("tverskaya", daily_parcels=1), by=VERA)  # two are promised already
    assert [one.rule for one in api.plan(demand=wanted, method="delivery").why] == ["full", "only"]
    api.save_location(location=LocationInput("tverskaya", daily_parcels=-1), by=VERA)
    assert api.location(code="tverskaya").daily_parcels is None
    assert [one.location for one in api.plan(demand=wanted, method="delivery").why] == ["tverskaya"]


def test_where_splitting_is_forbidden_one_place_gives_and_the_rest_is_short() -> None:
    ids = goods(["42", "43"])
    place("a", ships=True)
    place("b", ships=True)
    place("c", ships=True)
    bring("42", "a", 1)
    bring("43", "b", 1)
    wanted = [Demand(ids["42"], 1), Demand(ids["43"], 1)]
    assert len(api.plan(demand=wanted, method="delivery").groups) == 2
    rules = [*sourcing_rules(), SourcingRule("one_parcel", 5, "delivery")]
    plan = api.plan(demand=wanted, method="delivery", rules=rules)  # tried out, not yet in force
    assert ([group.location_id for group in plan.groups], plan.short) == (
        [api.location(code="a").id],
        ((ids["43"], 1),),
    )
    assert plan.why[-1].rule == "one_parcel"
    save_sourcing_rules(rules=rules, by=VERA)
    bring("42", "c", 1)
    bring("43", "c", 1)
    plan = api.plan(demand=wanted, method="delivery")
    assert ([group.location_id for group in plan.groups], plan.short) == ([api.location(code="c").id], ())
    assert len(api.plan(demand=wanted, method="pickup", pickup="a").groups) == 2  # the rule speaks of parcels
