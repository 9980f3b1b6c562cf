"""Vera looks after stock at her desk: files, corrections, what is kept back, rules, slots, deliveries."""

import io
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from edino.inventory import api
from edino.inventory.api import correcting, files, openings
from edino.inventory.api.places import reserves, sourcing_rules
from edino.inventory.types import SnapshotRow
from edino.kernel import clock, holds
from edino.kernel.holds import Want
from edino.staff.types import Role
from tests.faces import stage
from tests.inventory.shop import NOON, VERA, bring, erp, goods, numbers, place
from tests.inventory.test_screens import opened, text

pytestmark = pytest.mark.django_db

ALL_WEEK = {day: [["10:00", "12:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


@pytest.fixture
def ids() -> dict[str, int]:
    found = goods(["42", "43"])
    place("warehouse", "warehouse", name="Склад", city="Подольск", time_zone="Europe/Moscow")
    place("tverskaya", name="Тверская", city="Москва", time_zone="Europe/Moscow")
    bring("42", "warehouse", 5)
    bring("42", "tverskaya", 3)
    return found


@pytest.fixture
def vera() -> Client:
    return stage.log_in(Role.MERCHANDISER)


@pytest.fixture
def anya() -> Client:
    return stage.log_in(Role.ASSOCIATE)


def posted(client: Client, address: str, given: Mapping[str, object], status: int = 302) -> str:
    answer = client.post(address, given)
    assert answer.status_code == status, text(answer)  # type: ignore[arg-type]  # the client's answer is one
    return answer.headers.get("Location", "") if status == 302 else text(answer)  # type: ignore[arg-type]  # as above


def sent_up(client: Client, name: str, content: bytes, status: int = 302, **more: object) -> str:
    at = (NOON + timedelta(hours=3)).astimezone(ZoneInfo("Europe/Moscow"))
    given = {"file": SimpleUploadedFile(name, content), "as_of": at.strftime("%Y-%m-%dT%H:%M"), **more}
    return posted(client, "/stock/files/new/", given, status)


def test_a_sheet_is_compared_shown_and_only_then_applied(vera: Client, anya: Client, ids: dict[str, int]) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Остатки", 0)
    book.active = sheet
    for row in (("Артикул", "Количество"), ("42", 8), ("43", 2), ("99", 1)):
        sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    address = sent_up(vera, "остатки.xlsx", kept.getvalue(), location="tverskaya")
    page = opened(vera, address)
    assert "42 Тверская 3 8" in page
    assert "1 × SKUs that nothing has" in page
    assert "waits for you" in page
    assert numbers("42", "tverskaya")[0] == 3
    assert anya.post(f"{address}release/").status_code == 403
    assert posted(vera, f"{address}release/", {}) == address
    assert (numbers("42", "tverskaya")[0], numbers("43", "tverskaya")[0]) == (8, 2)
    assert files.stock_files()[0].as_of == NOON + timedelta(hours=3)
    page = opened(vera, "/stock/files/")
    assert "applied" in page
    assert "остатки.xlsx" in page
    assert "whole units" in sent_up(vera, "s.csv", b"sku;quantity\n42;1.5\n", 422, location="tverskaya")
    assert "location" in sent_up(vera, "s.csv", b"sku;quantity\n42;1\n", 422)
    assert ".csv or .xlsx" in sent_up(vera, "s.exe", b"MZ", 422)
    other = sent_up(vera, "s.csv", b"sku;quantity\n42;1\n", location="tverskaya")
    assert posted(vera, f"{other}dismiss/", {}) == other
    assert numbers("42", "tverskaya")[0] == 8


def test_what_the_brake_stopped_is_let_through_only_by_saying_that_it_is_true(vera: Client) -> None:
    skus = [f"s{n}" for n in range(6)]
    goods(skus)
    place("tverskaya", name="Тверская")
    for sku in skus:
        bring(sku, "tverskaya", 1)
    rows = [SnapshotRow("tverskaya", sku, 0) for sku in skus]
    report = api.snapshot(source=erp(), as_of=NOON + timedelta(hours=1), rows=rows)
    address = f"/stock/files/{report.uid}/"
    page = opened(vera, address)
    assert "6 of 6 places with stock would become empty. Nothing has been changed." in page
    posted(vera, f"{address}release/", {})
    assert "Say that it is true" in opened(vera, address)
    assert numbers("s1", "tverskaya")[0] == 1
    posted(vera, f"{address}release/", {"sure": "1"})
    assert numbers("s1", "tverskaya")[0] == 0
    assert "Merchandiser" in opened(vera, address)
    assert "Nothing matches" in opened(vera, "/stock/files/?state=stopped")


def test_vera_corrects_and_takes_it_back_anya_may_only_look(vera: Client, anya: Client, ids: dict[str, int]) -> None:
    where = api.location(code="tverskaya").id
    address = f"/stock/{ids['42']}/at/{where}/"
    page = vera.get(address).content.decode()
    uid = re.search(r'name="uid" value="([^"]+)"', page)
    assert uid
    given = {"reason": "missing", "direction": "fewer", "pieces": 2, "seen": 3, "uid": uid[1], "note": "shelf 4"}
    assert "This reason speaks of the opposite." in posted(
        vera, f"{address}correct/", {**given, "direction": "more"}, 422
    )
    assert anya.post(f"{address}correct/", given).status_code == 403
    for _ in range(2):
        posted(vera, f"{address}correct/", given)
    assert numbers("42", "tverskaya")[0] == 1
    page = opened(vera, address)
    assert "−2 · not there, nobody knows why" in page
    assert "shelf 4" in page
    assert "correction by hand" in opened(vera, f"/stock/{ids['42']}/")
    assert "Тверская" in opened(anya, "/stock/corrections/")
    posted(vera, f"/stock/corrections/{uid[1]}/undo/", {})
    assert numbers("42", "tverskaya")[0] == 3
    assert "taken back" in opened(vera, address)
    posted(vera, f"/stock/corrections/{uid[1]}/undo/", {})
    assert numbers("42", "tverskaya")[0] == 3
    posted(vera, f"{address}safety/", {"safety": 2})
    assert api.trace(sku="42", location="tverskaya", channel="").free == 1
    posted(vera, f"{address}safety/", {"safety": ""})
    assert api.trace(sku="42", location="tverskaya", channel="").free == 3


def test_what_is_kept_back_from_channels_is_one_table(vera: Client, anya: Client, ids: dict[str, int]) -> None:
    cells = {"tverskaya|": "1", "*|site": "2", "tverskaya|site": "0", "nowhere|site": "5", "tverskaya|moon": "1"}
    assert anya.post("/stock/reserves/save/", cells).status_code == 403
    assert "Nothing was saved" in posted(vera, "/stock/reserves/save/", {**cells, "*|app": "-1"}, 422)
    assert reserves() == []
    posted(vera, "/stock/reserves/save/", cells)
    assert [(one.channel, one.location, one.quantity) for one in reserves()] == [
        ("site", None, 2),
        ("site", "tverskaya", 0),
    ]
    free = {code: api.trace(sku="42", location=code, channel="site").free for code in ("tverskaya", "warehouse")}
    assert free == {"tverskaya": 2, "warehouse": 3}
    posted(vera, "/stock/reserves/save/", {"tverskaya|site": "", "*|site": ""})
    assert reserves() == []
    assert 'value="1"' in vera.get("/stock/reserves/").content.decode()


def test_the_rules_are_ordered_and_tried_on_an_order(vera: Client, anya: Client, ids: dict[str, int]) -> None:
    before = [one.kind for one in sourcing_rules()]
    tried = "/stock/sourcing/?lines=42+6&method=delivery&city=Москва&place=&channel="
    page = opened(vera, tried)
    assert "Тверская a parcel to the shopper 42 3 Склад a parcel to the shopper 42 3" in page
    assert "No single place has everything" in page
    posted(vera, "/stock/sourcing/add/", {"kind": "one_parcel", "method": "delivery"})
    assert "Would be refused: 42 × 1" in opened(anya, tried)
    assert "Say which locations" in posted(vera, "/stock/sourcing/add/", {"kind": "exclude", "method": ""}, 422)
    posted(vera, "/stock/sourcing/add/", {"kind": "exclude", "method": "", "locations": ["warehouse"]})
    assert "Would be refused: 42 × 3" in opened(vera, tried)
    excluded = sourcing_rules()[-1]
    assert anya.post(f"/stock/sourcing/{excluded.id}/", {"did": "drop"}).status_code == 403
    posted(vera, f"/stock/sourcing/{excluded.id}/", {"did": "up"})
    assert [one.kind for one in sourcing_rules()] == [*before, "exclude", "one_parcel"]
    posted(vera, f"/stock/sourcing/{sourcing_rules()[-2].id}/", {"did": "switch"})
    assert "Would be refused: 42 × 1" in opened(vera, tried)
    posted(vera, f"/stock/sourcing/{sourcing_rules()[-2].id}/", {"did": "drop"})
    assert [one.kind for one in sourcing_rules()] == [*before, "one_parcel"]
    assert "nothing has the code nobody" in opened(vera, "/stock/sourcing/?lines=nobody&method=delivery", 422)
    assert "Say where it is picked up" in opened(vera, "/stock/sourcing/?lines=42&method=pickup", 422)


def test_a_week_of_slots_is_opened_looked_at_and_changed(vera: Client, anya: Client, ids: dict[str, int]) -> None:
    where = api.location(code="tverskaya").id
    address = f"/stock/locations/{where}/week/"
    given = {"days": list(range(7)), "opens": "10:00", "closes": "12:00", "minutes": 60, "capacity": 3}
    assert anya.post(f"{address}openings/", given).status_code == 403
    posted(vera, f"{address}openings/", given)
    assert len(openings.openings(location="tverskaya")) == 7
    tomorrow = (clock.now().astimezone(ZoneInfo("Europe/Moscow")) + timedelta(days=1)).date()
    first, second = api.slots(location="tverskaya", day=tomorrow)
    holds.use([Want(first.capacity_id, 2)])
    page = opened(anya, f"{address}?from={tomorrow}")
    assert "10:00–11:00 2 of 3 11:00–12:00 0 of 3" in page
    changed = {"from": str(tomorrow), f"slot-{first.uid}": "1", f"slot-{second.uid}": "9"}
    assert "More orders are booked already." in posted(vera, f"{address}save/", changed, 422)
    assert [slot.capacity for slot in api.slots(location="tverskaya", day=tomorrow)] == [3, 3]
    assert "no number" in posted(vera, f"{address}save/", {**changed, f"slot-{first.uid}": "many"}, 422)
    posted(vera, f"{address}save/", {**changed, f"slot-{first.uid}": "2"})
    assert [slot.capacity for slot in api.slots(location="tverskaya", day=tomorrow)] == [2, 9]
    page = opened(vera, f"{address}?from={tomorrow}")
    assert "10:00–11:00 full" in page
    posted(vera, f"{address}openings/", {"drop": f"{tomorrow.weekday()}|10:00"})
    assert [slot.capacity for slot in api.slots(location="tverskaya", day=tomorrow)] == [2, 0]
    assert len(openings.openings(location="tverskaya")) == 6
    assert opened(vera, f"{address}?from=nonsense")
    assert "closes after" in posted(vera, f"{address}openings/", {**given, "opens": "13:00"}, 422)


def test_a_delivery_is_expected_and_comes_in_parts(vera: Client, anya: Client, ids: dict[str, int]) -> None:
    given = {"document": "PO-7", "location": "warehouse", "due_on": "2026-03-09", "lines": "42 4\n43\n42 1"}
    assert "nothing has the code 99" in posted(vera, "/stock/inbound/new/", {**given, "lines": "99 1"}, 422)
    posted(vera, "/stock/inbound/new/", given)
    line = next(one for one in correcting.expected() if one.sku == "42")
    assert line.quantity == 5
    page = opened(anya, "/stock/inbound/")
    assert page.count("PO-7") == 2
    assert "late" in page
    address = f"/stock/inbound/{line.id}/"
    key = re.search(r'name="key" value="([^"]+)"', vera.get(address).content.decode())
    assert key
    for _ in range(2):
        posted(vera, f"{address}came/", {"quantity": 3, "key": key[1]})
    assert numbers("42", "warehouse")[0] == 8
    assert anya.post(f"{address}drop/").status_code == 403
    posted(vera, f"{address}drop/", {})
    assert [one.sku for one in correcting.expected()] == ["43"]
    assert vera.get(address).status_code == 404


@pytest.mark.parametrize("typed", ["²", "٣", "-1", "1_000", "9" * 40, "00000000000000000" + "9" * 12, "1e3"])
def test_what_is_no_number_is_refused_beside_its_field_and_nothing_is_written(
    vera: Client, ids: dict[str, int], typed: str
) -> None:
    where = api.location(code="tverskaya").id
    address = f"/stock/locations/{where}/week/"
    given = {"days": list(range(7)), "opens": "10:00", "closes": "12:00", "minutes": 60, "capacity": 3}
    posted(vera, f"{address}openings/", given)
    tomorrow = (clock.now().astimezone(ZoneInfo("Europe/Moscow")) + timedelta(days=1)).date()
    first, second = api.slots(location="tverskaya", day=tomorrow)
    cells = {"from": str(tomorrow), f"slot-{first.uid}": typed, f"slot-{second.uid}": "9"}
    assert "no number" in posted(vera, f"{address}save/", cells, 422)
    assert [slot.capacity for slot in api.slots(location="tverskaya", day=tomorrow)] == [3, 3]
    before = reserves()
    assert "Nothing was saved" in posted(vera, "/stock/reserves/save/", {"*|site": typed, "tverskaya|": "4"}, 422)
    assert (reserves(), api.location(code="tverskaya").safety) == (before, 0)
    inbound = {"document": "PO-7", "location": "warehouse", "due_on": "2026-03-09", "lines": f"42 {typed}"}
    assert "nothing has the code" in posted(vera, "/stock/inbound/new/", inbound, 422)
    assert correcting.expected() == []
    sent = api.create_transfer(origin="warehouse", destination="tverskaya", lines=[("42", 2)], by=VERA)
    api.send_transfer(uid=sent.uid, by=VERA)
    page = posted(vera, f"/transfers/{sent.uid}/receive/", {f"came-{ids['42']}": typed, "key": "k"}, 422)
    assert "How many came is a number: 42" in page
    assert numbers("42", "tverskaya")[0] == 3


def test_the_hours_of_a_store_are_its_own_wherever_the_server_stands(vera: Client) -> None:
    kamchatka = place("kamchatka", name="Камчатка", time_zone="Asia/Kamchatka", opening_hours=ALL_WEEK, pickup=True)
    evening = datetime(2026, 3, 1, 13, 30, tzinfo=UTC)  # it is half past one of Monday there
    with clock.frozen(evening):
        posted(vera, f"/stock/locations/{kamchatka}/slots/", {"minutes": 60, "capacity": 5, "days": 1})
        assert api.slots(location="kamchatka", day=date(2026, 3, 1)) == []
        assert len(api.slots(location="kamchatka", day=date(2026, 3, 2))) == 2
        for address in (f"/stock/locations/{kamchatka}/", f"/stock/locations/{kamchatka}/week/"):
            page = opened(vera, address)
            assert "10:00–11:00" in page
            assert "by the clock of the location: Asia/Kamchatka, it is 01:30 there now" in page
            assert "22:00" not in page
