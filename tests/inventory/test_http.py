"""Igor's 1C, tills and site speak to the stock over the API: each effect once, each refusal in its form."""

import json
import threading
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from edino.channels import api as channels
from edino.inventory import api
from edino.kernel import holds, sql
from edino.kernel.holds import Want
from tests.inventory.shop import VERA, bring, erp, goods, numbers, place

NOON = "2026-03-01T12:00:00Z"


class Caller:
    """A system with a key."""

    def __init__(self, *scopes: str) -> None:
        self.key = channels.issue_key(source=erp(), scopes=scopes, by=VERA)
        self.client = Client()

    def call(self, method: str, path: str, body: Any = None, key: str = "") -> HttpResponse:
        headers = {"Authorization": f"Bearer {self.key}"} | ({"Idempotency-Key": key} if key else {})
        data = b"" if body is None else json.dumps(body).encode()
        return self.client.generic(  # type: ignore[return-value]
            method, f"/api/v1{path}", data, content_type="application/json", headers=headers
        )

    def post(self, path: str, body: Any, key: str) -> tuple[int, Any]:
        answer = self.call("POST", path, body, key)
        return answer.status_code, json.loads(answer.content)

    def get(self, path: str) -> tuple[int, Any]:
        answer = self.call("GET", path)
        return answer.status_code, json.loads(answer.content)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    channels.forget_keys()


@pytest.fixture
def igor(db: None) -> Caller:
    return Caller("stock:read", "stock:write", "catalogue:read")


def came(quantity: int, key: str = "doc-1") -> dict[str, Any]:
    one = {
        "kind": "received",
        "sku": "42",
        "location": "tverskaya",
        "quantity": quantity,
        "key": key,
        "occurred_at": NOON,
    }
    return {"movements": [one]}


def test_a_movement_over_the_api_moves_once_and_names_what_is_wrong(igor: Caller) -> None:
    goods(["42"])
    place("tverskaya")
    first = igor.post("/stock/movements", came(5), "k1")
    assert first == (200, {"written": 1, "known": 0, "cases": 0, "rejected": []})
    assert igor.post("/stock/movements", came(5), "k1") == first
    assert igor.post("/stock/movements", came(5), "k2") == (200, {"written": 0, "known": 1, "cases": 0, "rejected": []})
    status, told = igor.post("/stock/movements", came(6), "k1")
    assert (status, told["type"]) == (422, "urn:edino:idempotency_key_reused")
    status, told = igor.post("/stock/movements", came(6), "")
    assert (status, told["type"]) == (422, "urn:edino:idempotency_key_missing")
    status, told = igor.post(
        "/stock/movements", {"movements": [came(1)["movements"][0] | {"occurred_at": "2026-03-01T12:00"}]}, "k3"
    )
    assert (status, told["errors"][0]["field"]) == (422, "movements[0].occurred_at")
    assert numbers("42", "tverskaya") == (5, 0, 0, 0)


def test_a_stranger_and_a_key_that_may_only_read_move_nothing(igor: Caller) -> None:
    goods(["42"])
    place("tverskaya")
    for key, status in ((Caller("stock:read"), 403), (Caller("events:write"), 403)):
        assert key.post("/stock/movements", came(5), "k1")[0] == status
        assert key.post("/locations", {"code": "moon"}, "")[0] == status
    assert Caller("events:write").get("/stock/42")[0] == 403
    assert sql.scalar("SELECT count(*) FROM inventory_movement") == 0
    assert [one.code for one in api.locations()] == ["tverskaya"]


def test_a_stock_file_over_the_api_and_its_brake(igor: Caller) -> None:
    skus = [f"s{n}" for n in range(6)]
    goods(skus)
    place("tverskaya")

    def file(quantity: int, hour: int, **more: Any) -> dict[str, Any]:
        rows = [{"location": "tverskaya", "sku": sku, "quantity": quantity} for sku in skus]
        return {"as_of": f"2026-03-01T{hour}:00:00+03:00", "rows": rows, **more}

    status, told = igor.post("/stock/snapshots", file(5, 12), "f1")
    assert (status, told["added"], told["stopped"]) == (200, 6, False)
    status, told = igor.post("/stock/snapshots", file(0, 13, dry_run=True), "f2")
    assert (status, told["stopped"], told["zeroed"], len(told["largest"])) == (200, True, 6, 6)
    status, told = igor.post("/stock/snapshots", file(0, 13), "f3")
    assert (status, told["type"], set(told)) == (409, "urn:edino:too_many_zeros", {"type", "title", "status", "errors"})
    assert numbers("s1", "tverskaya")[0] == 5
    assert igor.post("/stock/snapshots", file(0, 13, force=True), "f4")[1]["changed"] == 6
    assert numbers("s1", "tverskaya")[0] == 0


def test_why_three_and_where_it_can_be_had(igor: Caller) -> None:
    ids = goods(["42"])
    place("arbat", city="Москва", safety=1)
    place("kazan", city="Казань", position=1)
    bring("42", "arbat", 5)
    bring("42", "kazan", 1)
    holds.use([Want(api.availability(variant_ids=[ids["42"]], location_ids=None)[ids["42"]][0].capacity_id, 1)])
    status, told = igor.get("/stock/42")
    assert (status, [level["location"] for level in told["levels"]]) == (200, ["kazan", "arbat"])
    assert all(sum(term["amount"] for term in level["terms"]) == level["free"] for level in told["levels"])
    assert told["free"] == 4
    status, told = igor.get("/variants/42/availability?near=Москва")
    assert (status, [one["location"] for one in told["places"]]) == (200, ["arbat", "kazan"])
    assert told["free"] == sum(told["cities"].values()) == 4
    status, told = igor.get("/stock/43")
    assert (status, told["type"]) == (404, "urn:edino:no_such_variant")


def test_locations_slots_and_what_is_expected(igor: Caller) -> None:
    goods(["42"])
    status, told = igor.post("/locations", {"code": "arbat", "name": "Арбат", "time_zone": "Europe/Moscow"}, "")
    assert (status, told["name"], told["kind"], told["pickup"]) == (200, "Арбат", "store", True)
    status, told = igor.post("/locations", {"code": "arbat", "safety": 2}, "")
    assert (told["name"], told["safety"]) == ("Арбат", 2)
    status, told = igor.post("/locations", {"code": "arbat", "kind": "moon", "time_zone": "Mars"}, "")
    assert (status, [error["field"] for error in told["errors"]]) == (422, ["kind", "time_zone"])
    assert igor.get("/pickup-slots?location=arbat&day=2026-03-02") == (200, [])
    assert igor.get("/pickup-slots?location=moon")[0] == 404
    row = {"sku": "42", "location": "arbat", "quantity": 5, "due_on": "2026-04-01", "document": "PO-1"}
    assert igor.post("/stock/inbound", {"rows": [row, row | {"sku": "44"}]}, "i1")[1][0]["index"] == 1
    status, told = igor.get("/stock/42")
    assert told["levels"][0]["inbound"] == [{"due_on": "2026-04-01", "quantity": 5}]


def test_a_transfer_over_the_api(igor: Caller) -> None:
    goods(["42"])
    place("warehouse", "warehouse")
    place("arbat")
    bring("42", "warehouse", 5)
    given = {"origin": "warehouse", "destination": "arbat", "lines": [{"sku": "42", "quantity": 4}]}
    status, made = igor.post("/transfers", given, "t1")
    assert (status, made["state"]) == (201, "sent")
    assert igor.post("/transfers", given, "t1") == (201, made)
    assert numbers("42", "warehouse")[0] == 1
    status, told = igor.post("/transfers", given, "t2")
    assert (status, told["type"]) == (409, "urn:edino:short")
    receive = f"/transfers/{made['uid']}/receive"
    status, part = igor.post(receive, {"lines": [{"sku": "42", "quantity": 3}]}, "r1")
    assert (status, part["state"], part["lines"][0]["received"]) == (200, "partly", 3)
    assert igor.post(receive, {"lines": [{"sku": "42", "quantity": 3}]}, "r1") == (200, part)
    status, told = igor.post(receive, {"lines": [{"sku": "42", "quantity": 3}]}, "r2")
    assert (status, told["type"]) == (409, "urn:edino:more_than_sent")
    status, done = igor.post(receive, {"final": True}, "r3")
    assert (done["state"], numbers("42", "arbat")[0]) == ("received", 4)
    status, read = igor.get(f"/transfers/{made['uid']}")
    assert (status, read["state"], read["lines"]) == (200, "received", done["lines"])
    assert sql.scalar("SELECT count(*) FROM inventory_transfer") == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_movement_sent_twice_at_the_same_instant_has_one_effect() -> None:
    igor = Caller("stock:write")
    goods(["42"])
    place("tverskaya")
    gate = threading.Barrier(6)
    answers: list[tuple[int, Any]] = []

    def send(number: int) -> None:
        try:
            gate.wait()
            answers.append(igor.post("/stock/movements", came(5), "one" if number < 4 else "two"))
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {status for status, _ in answers} == {200}
    assert sorted({told["written"] for _, told in answers}) == [0, 1]
    assert numbers("42", "tverskaya") == (5, 0, 0, 0)
