"""The 1C sends what lay where: our own sales are neither taken twice nor undone, and a broken file does no harm."""

from datetime import timedelta

import pytest

from edino.inventory import api, events
from edino.inventory.api import waiting
from edino.inventory.types import Movement, Sale, SnapshotReport, SnapshotRow
from edino.kernel import clock, holds, sql
from edino.kernel.errors import Invalid
from edino.kernel.holds import Want
from tests.inventory.shop import NOON, VERA, bring, erp, goods, numbers, place

pytestmark = pytest.mark.django_db


def told(*rows: tuple[str, str, int], at: timedelta = timedelta(hours=1), **more: object) -> SnapshotReport:
    return api.snapshot(
        source=erp(),
        as_of=NOON + at,
        rows=[SnapshotRow(location, sku, quantity) for location, sku, quantity in rows],
        **more,  # type: ignore[arg-type]  # as the test says
    )


def counts(report: SnapshotReport) -> dict[str, int]:
    words = ("unchanged", "changed", "added", "removed", "stale")
    return {word: number for word in words if (number := getattr(report, word))}


def test_what_we_sold_since_the_file_is_neither_taken_twice_nor_undone() -> None:
    ids = goods(["42"])
    where = place("tverskaya")
    bring("42", "tverskaya", 10)
    hour = timedelta(hours=1)
    api.sell_many(
        sales=[
            Sale("before", where, ids["42"], 2, NOON + hour / 2),
            Sale("after", where, ids["42"], 3, NOON + 2 * hour),
        ]
    )
    report = told(("tverskaya", "42", 8), at=hour)  # it knows of the sale before it, not of the one after
    assert counts(report) == {"unchanged": 1}
    assert numbers("42", "tverskaya") == (5, 0, 0, 0)
    report = told(("tverskaya", "42", 7), at=hour + timedelta(minutes=1))
    assert counts(report) == {"changed": 1}
    assert [(one.before, one.after) for one in report.largest] == [(5, 4)]
    assert numbers("42", "tverskaya") == (4, 0, 0, 0)


def test_the_same_file_twice_changes_nothing_and_an_older_one_is_stale() -> None:
    goods(["42", "43"])
    place("tverskaya")
    first = told(("tverskaya", "42", 8), ("tverskaya", "43", 1))
    assert counts(first) == {"added": 2}
    assert counts(told(("tverskaya", "42", 8), ("tverskaya", "43", 1))) == {"unchanged": 2}
    late = told(("tverskaya", "42", 99), at=timedelta(minutes=1))
    assert counts(late) == {"stale": 1}
    assert numbers("42", "tverskaya") == (8, 0, 0, 0)
    assert sql.scalar("SELECT count(*) FROM inventory_movement") == 2
    whole = told(("tverskaya", "42", 5), at=timedelta(hours=3), full=True)
    assert counts(whole) == {"changed": 1, "removed": 1}
    assert counts(told(("tverskaya", "43", 7), at=timedelta(hours=2))) == {"stale": 1}
    assert numbers("43", "tverskaya") == (0, 0, 0, 0)


def test_a_file_that_empties_the_shop_is_stopped_until_somebody_says_it_is_true() -> None:
    skus = [f"s{n}" for n in range(10)]
    goods(skus)
    place("tverskaya")
    told(*[("tverskaya", sku, 5) for sku in skus])
    empty = [("tverskaya", sku, 0) for sku in skus]
    report = told(*empty, at=timedelta(hours=2))
    assert (report.stopped, report.zeroed, report.stocked, report.changed) == (True, 10, 10, 10)
    assert {numbers(sku, "tverskaya")[0] for sku in skus} == {5}
    nothing = told(at=timedelta(hours=2), full=True, locations=["tverskaya"])
    assert (nothing.stopped, nothing.removed) == (True, 10)
    assert told(*empty[:4], at=timedelta(hours=2)).stopped is False  # some are sold out on any day
    assert told(*empty, at=timedelta(hours=3), force=True).stopped is False
    assert {numbers(sku, "tverskaya")[0] for sku in skus} == {0}
    assert sql.tuples("SELECT state, count(*) FROM inventory_snapshot GROUP BY 1 ORDER BY 1") == [
        ("applied", 3),
        ("stopped", 2),
    ]


def test_dirty_rows_are_told_and_the_rest_is_applied() -> None:
    goods(["42"])
    place("tverskaya")
    report = told(
        ("tverskaya", "42", 3),
        ("tverskaya", "nothing", 1),
        ("moon", "42", 1),
        ("tverskaya", "42", 4),
        ("tverskaya", "42", -2),
        dry_run=True,
    )
    assert report.unknown == {"sku": 1, "location": 1, "duplicate": 2, "negative": 1}
    assert [(one.index, one.field) for one in report.rejected] == [(1, "sku"), (2, "location")]
    assert sql.scalar("SELECT count(*) FROM inventory_level") == 0
    told(("tverskaya", "42", 3), ("tverskaya", "4\\2\t", 1), ("tverskaya", "42", 4))
    assert numbers("42", "tverskaya") == (4, 0, 0, 0)
    with pytest.raises(Invalid):
        api.snapshot(source=erp(), as_of=clock.now() + timedelta(days=1), rows=[])


def test_a_file_below_what_is_promised_opens_a_case_and_takes_no_promise_away() -> None:
    ids = goods(["42"])
    place("tverskaya")
    bring("42", "tverskaya", 5)
    [atp] = api.availability(variant_ids=[ids["42"]])[ids["42"]]
    holds.use([Want(atp.capacity_id, 4)])
    assert told(("tverskaya", "42", 1)).cases == 1
    [case] = api.cases()
    assert (case.sku, case.missing, case.on_hand, case.promised, case.cause_kind) == ("42", 3, 1, 4, "snapshot")
    told(("tverskaya", "42", 2), at=timedelta(hours=2))
    assert [one.missing for one in api.cases()] == [3]
    resolved = waiting.resolve_case(uid=case.uid, resolution="Two more found in the back room", by=VERA)
    assert (resolved.state, api.cases()) == ("resolved", [])


def test_many_batches_and_sales_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from edino.inventory.api import snapshots  # its batch is made small

    monkeypatch.setattr(snapshots, "BATCH", 7)
    skus = [f"s{n}" for n in range(50)]
    goods(skus)
    place("tverskaya")
    told(*[("tverskaya", sku, n) for n, sku in enumerate(skus)])
    assert [numbers(sku, "tverskaya")[0] for sku in skus[1:]] == list(range(1, 50))
    assert waiting.reconcile() == ([], [])
    [body] = [body for (body,) in sql.tuples("SELECT body FROM kernel_log WHERE type = %s", [events.SNAPSHOT])]
    assert (body["rows"], body["changed"]) == (50, 49)


def test_what_came_for_the_first_time_while_the_file_was_applied_is_counted_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from edino.inventory.queries import snapshots  # somebody is quicker between two of its statements

    goods(["42", "43"])
    place("tverskaya")
    differing = snapshots.differing

    def bring_first(after: int, until: int) -> tuple[int, int]:
        found = differing(after, until)
        bring("42", "tverskaya", 3)  # received at noon: the file, of an hour later, has counted it
        return found

    monkeypatch.setattr(snapshots, "differing", bring_first)
    assert counts(told(("tverskaya", "42", 8), ("tverskaya", "43", 1))) == {"added": 2}
    assert [numbers(sku, "tverskaya") for sku in ("42", "43")] == [(8, 0, 0, 0), (1, 0, 0, 0)]
    written = sql.tuples("SELECT kind, quantity FROM inventory_movement ORDER BY kind, quantity")
    assert written == [("adjusted", 1), ("adjusted", 5), ("received", 3)]
    assert sql.scalar("SELECT count(*) FROM kernel_capacity WHERE kind = 'stock'") == 2
    assert waiting.reconcile() == ([], [])


def test_a_person_adjusts_and_the_next_file_agrees() -> None:
    goods(["42"])
    place("tverskaya")
    told(("tverskaya", "42", 5))
    found = Movement("adjusted", "42", "tverskaya", -1, "broken", NOON + timedelta(hours=2), expected_from=5)
    assert api.move(movements=[found], by=VERA).written == 1
    assert counts(told(("tverskaya", "42", 4), at=timedelta(hours=3))) == {"unchanged": 1}


def test_an_old_file_is_brought_up_to_now_and_says_where_the_book_begins_later_than_it() -> None:
    goods(["42", "43"])
    place("tverskaya")
    bring("42", "tverskaya", 10)  # at noon, the first that the book hears of
    bring("43", "tverskaya", 4)
    report = told(("tverskaya", "42", 10), ("tverskaya", "43", 0), at=timedelta(days=-30))
    assert (counts(report), report.unheard) == ({"changed": 1, "unchanged": 1}, 1)
    assert numbers("42", "tverskaya")[0] == 20  # as the rule says, and the report names it
    assert numbers("43", "tverskaya")[0] == 4
    later = told(("tverskaya", "42", 10), ("tverskaya", "43", 4))
    assert (counts(later), later.unheard) == ({"changed": 1, "unchanged": 1}, 0)
    older = told(("tverskaya", "42", 99), at=timedelta(days=-60))
    assert (counts(older), older.unheard) == ({"stale": 1}, 0)
    assert numbers("42", "tverskaya")[0] == 10
