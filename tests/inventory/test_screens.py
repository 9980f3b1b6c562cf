"""Vera's and Anya's screens of stock: why so many, what is on the road, what was counted, what does not add up."""

import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from edino.inventory import api
from edino.inventory.api import transfers
from edino.kernel import clock, holds, sql
from edino.kernel.holds import Want
from edino.staff.types import Role
from tests.faces import stage
from tests.inventory.shop import NOON, VERA, bring, goods, numbers, place

pytestmark = pytest.mark.django_db


@pytest.fixture
def ids() -> dict[str, int]:
    found = goods(["42", "43"])
    place("warehouse", "warehouse", name="Склад", city="Подольск")
    place("tverskaya", name="Тверская", city="Москва", safety=1)
    bring("42", "warehouse", 5)
    bring("42", "tverskaya", 3)
    bring("43", "warehouse", 1)
    return found


@pytest.fixture
def vera() -> Client:
    return stage.log_in(Role.MERCHANDISER)


@pytest.fixture
def oleg() -> Client:
    return stage.log_in(Role.OPERATOR)


def text(answer: HttpResponse) -> str:
    """What a reader sees of the page, in one line."""
    page = answer.content.decode()
    main = page[page.index("<main") :] if "<main" in page else page
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def opened(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return text(answer)  # type: ignore[arg-type]  # the client's answer is one


def test_the_list_finds_what_is_asked_and_says_why(vera: Client, ids: dict[str, int]) -> None:
    page = opened(vera, "/stock/")
    assert page.count("Shoes") == 3
    assert opened(vera, "/stock/?location=tverskaya").count("Shoes") == 1
    assert opened(vera, "/stock/?q=43").count("Shoes") == 1
    assert "Shoes" not in opened(vera, "/stock/?state=over")
    where = api.location(code="tverskaya").id
    why = opened(vera, f"/stock/{ids['42']}/why/{where}/")
    terms = ("Lie here in good condition. 3", "Are kept back as safety stock of this location. -1", "Can be had 2")
    assert why.replace("\u2212", "-") == " ".join(terms)


def test_a_variant_over_its_locations_and_its_history(vera: Client, ids: dict[str, int]) -> None:
    api.sell_now(key="r1", location_id=api.location(code="tverskaya").id, lines=[(ids["42"], 1)], at=clock.now())
    page = opened(vera, f"/stock/{ids['42']}/")
    assert "Склад" in page
    assert "−1 Тверская" in page
    assert "+5 Склад" in page
    assert opened(vera, f"/stock/{10**20}/", 404)
    assert opened(vera, f"/stock/{ids['42']}/why/{10**20}/", 404)


def test_many_rows_are_read_page_by_page_in_as_many_statements(vera: Client) -> None:
    place("tverskaya")
    skus = [f"s{n:03}" for n in range(120)]
    goods(skus)
    for sku in skus:
        bring(sku, "tverskaya", 1)
    vera.get("/stock/")
    seen: list[str] = []
    address, statements = "/stock/", []
    while address:
        ran: list[str] = []
        sql.observers.append(ran.append)
        page = vera.get(address).content.decode()
        sql.observers.remove(ran.append)
        statements.append(len(ran))
        seen += re.findall(r"s\d{3}(?=</)", page)
        following = re.search(r'href="([^"]*)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert sorted(set(seen)) == skus
    assert len(statements) > 1
    assert max(statements) <= 8


def test_a_location_with_its_hours_and_slots(vera: Client) -> None:
    given = {
        "code": "arbat",
        "name": "Арбат",
        "kind": "store",
        "time_zone": "Europe/Moscow",
        "safety": 2,
        "position": 5,
    }
    given |= dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "10:00-12:00, 13:00-14:00")
    given |= {"sells": "on", "pickup": "on", "active": "on"}
    assert vera.post("/stock/locations/new/", given | {"mon": "from ten"}).status_code == 422
    answer = vera.post("/stock/locations/new/", given)
    assert answer.status_code == 302
    made = api.location(code="arbat")
    assert (made.name, made.safety, made.ships, made.opening_hours["sun"]) == (
        "Арбат",
        2,
        False,
        [["10:00", "12:00"], ["13:00", "14:00"]],
    )
    assert vera.post("/stock/locations/new/", given).status_code == 422
    slots = {"minutes": 60, "capacity": 3, "days": 2}
    assert vera.post(f"/stock/locations/{made.id}/slots/", slots).status_code == 302
    tomorrow = clock.now().date() + timedelta(days=1)
    assert [slot.free for slot in api.slots(location="arbat", day=tomorrow)] == [3, 3, 3]
    assert "Арбат" in opened(vera, "/stock/locations/")
    assert "10:00–12:00, 13:00–14:00" in opened(vera, f"/stock/locations/{made.id}/")
    changed = vera.post(f"/stock/locations/{made.id}/change/", given | {"name": "Старый Арбат", "mon": ""})
    assert changed.status_code == 302
    assert (api.location(code="arbat").name, "mon" in api.location(code="arbat").opening_hours) == (
        "Старый Арбат",
        False,
    )


def test_goods_are_sent_and_come_in_parts(vera: Client, ids: dict[str, int]) -> None:
    given = {"origin": "warehouse", "destination": "tverskaya", "lines": "42 4\n43"}
    wrong = vera.post("/transfers/new/", given | {"lines": "42 4\n99 1"})
    assert wrong.status_code == 422
    assert "Line 2: nothing has the code 99." in text(wrong)  # type: ignore[arg-type]  # as above
    address = vera.post("/transfers/new/", given)["Location"]
    uid = address.split("/")[2]
    assert vera.post(f"{address}send/").status_code == 302
    assert (numbers("42", "warehouse")[0], numbers("43", "transit")[0]) == (1, 1)
    came = {f"came-{ids['42']}": "3", "key": "k1"}
    for _ in range(2):  # pressed twice
        assert vera.post(f"{address}receive/", came).status_code == 302
    assert numbers("42", "tverskaya")[0] == 6
    too_many = vera.post(f"{address}receive/", came | {"key": "k2"})
    assert (too_many.status_code, 'value="3"' in too_many.content.decode()) == (422, True)
    assert vera.post(f"{address}receive/", {f"came-{ids['42']}": "three", "key": "k3"}).status_code == 422
    assert vera.post(f"{address}receive/", {"final": "1", "key": "k4"}).status_code == 302
    done = transfers.transfer(uid=uid)  # type: ignore[arg-type]  # the address has its text
    assert (done.state, [(line.received, line.lost) for line in done.lines]) == ("received", [(3, 1), (0, 1)])
    assert "received" in opened(vera, "/transfers/")
    assert "received" in opened(vera, address)


def test_what_is_promised_is_not_sent_and_the_page_says_so(vera: Client, ids: dict[str, int]) -> None:
    [atp] = [one for one in api.availability(variant_ids=[ids["43"]])[ids["43"]] if one.free]
    holds.use([Want(atp.capacity_id, 1)])
    address = vera.post("/transfers/new/", {"origin": "warehouse", "destination": "tverskaya", "lines": "43"})[
        "Location"
    ]
    page = vera.post(f"{address}send/", follow=True)
    assert "There is not enough" in page.content.decode()
    assert numbers("43", "warehouse") == (1, 1, 0, 0)
    assert vera.post(f"{address}cancel/").status_code == 302
    assert "called off" in opened(vera, address)


def test_anya_counts_with_a_scanner_and_sees_the_drift(ids: dict[str, int]) -> None:
    anya = stage.log_in(Role.ASSOCIATE)
    address = anya.post("/stock/counts/new/", {"location": "tverskaya"})["Location"]
    assert anya.post(f"{address}scan/", {"code": "99", "quantity": 1}).status_code == 422
    anya.post(f"{address}scan/", {"code": "42", "quantity": 1})
    anya.post(f"{address}scan/", {"code": "42", "quantity": 1})
    assert "1 missing" in opened(anya, address)
    anya.post(f"{address}scan/", {"code": "42", "quantity": 4, "whole": "on"})
    assert "1 more" in opened(anya, address)
    assert anya.post(f"{address}close/").status_code == 302
    assert numbers("42", "tverskaya") == (4, 0, 0, 0)
    assert "finished" in opened(anya, "/stock/counts/")


def test_a_case_is_looked_into(vera: Client, oleg: Client, ids: dict[str, int]) -> None:
    [atp] = [one for one in api.availability(variant_ids=[ids["43"]])[ids["43"]] if one.free]
    holds.use([Want(atp.capacity_id, 1)])
    where = api.location(code="warehouse").id
    api.sell_now(key="r1", location_id=where, lines=[(ids["43"], 1)], at=NOON)
    assert "promised too much" in opened(vera, "/stock/?state=over")
    [case] = api.cases()
    assert "receipt" in opened(vera, "/stock/cases/")
    assert oleg.post(f"/stock/cases/{case.uid}/resolve/", {"resolution": "x"}).status_code == 403
    assert vera.post(f"/stock/cases/{case.uid}/resolve/", {"resolution": ""}).status_code == 422
    assert api.cases()[0].state == "open"
    assert vera.post(f"/stock/cases/{case.uid}/resolve/", {"resolution": "Found in the back"}).status_code == 302
    assert api.cases() == []
    assert "Found in the back" in opened(vera, f"/stock/cases/{case.uid}/")


def test_an_operator_sees_stock_and_changes_nothing(oleg: Client, ids: dict[str, int]) -> None:
    made = api.create_transfer(origin="warehouse", destination="tverskaya", lines=[("42", 1)], by=VERA)
    assert "Shoes" in opened(oleg, "/stock/")
    assert "New transfer" not in opened(oleg, "/transfers/")
    assert "Send the goods" not in opened(oleg, f"/transfers/{made.uid}/")
    assert oleg.post(f"/transfers/{made.uid}/send/").status_code == 403
    assert oleg.post("/stock/counts/new/", {"location": "tverskaya"}).status_code == 403
    assert oleg.get("/stock/locations/new/").status_code == 403
    assert numbers("42", "warehouse") == (5, 0, 0, 0)
    stranger = Client(headers={"accept": "text/html"})
    assert stranger.get("/stock/").status_code == 302


def test_the_screens_speak_russian(ids: dict[str, int]) -> None:
    vera = stage.log_in(Role.MERCHANDISER, language="ru")
    for address, words in (
        ("/stock/", "Можно продать"),
        ("/transfers/", "Новое перемещение"),
        ("/stock/counts/", "Начать пересчёт"),
        ("/stock/cases/", "Обещано лишнее"),
        ("/stock/locations/", "Страховой запас"),
        (f"/stock/{ids['42']}/", "Последние движения"),
    ):
        assert words in opened(vera, address)
