"""Carts and checkout over the JSON API."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from edino.channels import api as channels
from edino.kernel import ids
from tests.checkout.stage import HOUSE, PRICES, Shop, counted, set_prices, slots, stock

pytestmark = pytest.mark.django_db
Call = Callable[..., tuple[int, Any]]
SOCKS = PRICES["SOCK-1"]
NOBODYS = "7d3f0b8e-6a0c-4b7e-9a55-0c2f6d1e8a41"
COD = {"tenders": [{"kind": "cod"}], "delivery": {"method": "pickup", "location": "TVER"}}


@pytest.fixture
def site(shop: Shop) -> Call:
    return caller(shop, "carts:write")


def caller(shop: Shop, *scopes: str) -> Call:
    key = channels.issue_key(source=shop.site, scopes=list(scopes), by=HOUSE)
    browser = Client(HTTP_AUTHORIZATION=f"Bearer {key}", HTTP_HOST="localhost")

    def call(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        content = json.dumps(body) if body is not None else ""
        answer = browser.generic(method, f"/api/v1{path}", content, content_type="application/json", headers=headers)
        return answer.status_code, json.loads(answer.content) if answer.content else None

    return call


def begun(site: Call, quantity: int = 2) -> tuple[str, dict[str, Any]]:
    status, cart = site("POST", "/carts", {})
    assert status == 201
    status, shown = site("PUT", f"/carts/{cart['id']}/lines/SOCK-1", {"quantity": quantity, "device": "phone"})
    assert status == 200
    return f"/carts/{cart['id']}", shown


def test_a_guest_buys_in_three_calls(site: Call) -> None:
    path, shown = begun(site)
    [slot] = slots(1)
    assert (shown["total"], shown["version"], shown["lines"][0]["name"]) == (2 * SOCKS, 2, "Socks")
    body = {
        **COD,
        "delivery": {"method": "pickup", "location": "TVER", "slot": str(slot.uid)},
        "contact": {"name": "Kolya", "phone": "8 916 000 11 22", "email": "kolya@mail.ru"},
        "expected_total": shown["total"],
        "expected_version": shown["version"],
    }
    status, placed = site("POST", f"{path}/checkout", body, **{"Idempotency-Key": "k-1"})
    assert (status, placed["state"], placed["next"], placed["replayed"]) == (200, "placed", "done", False)
    status, again = site("POST", f"{path}/checkout", body, **{"Idempotency-Key": "k-1"})
    assert (status, again) == (200, {**placed, "replayed": True})
    status, other = site("POST", f"{path}/checkout", {**body, "expected_total": 1}, **{"Idempotency-Key": "k-1"})
    assert (status, other["type"]) == (422, "urn:edino:idempotency_key_reused")
    status, after = site("GET", path)
    assert (after["state"], after["order"]) == ("ordered", placed["order"])
    assert (counted("orders_order"), stock()) == (1, (112, 2, 0))


@pytest.mark.parametrize("quantity", [True, "2", 1.5, -1, 10_000, None])
def test_a_quantity_is_a_number_and_nothing_that_might_be_one(site: Call, quantity: object) -> None:
    path, shown = begun(site)
    status, told = site("PUT", f"{path}/lines/SOCK-1", {"quantity": quantity})
    assert (status, [one["field"] for one in told["errors"]]) == (422, ["quantity"])
    assert site("GET", path)[1]["version"] == shown["version"]


def test_a_key_of_idempotency_is_needed(site: Call) -> None:
    path, shown = begun(site)
    status, told = site("POST", f"{path}/checkout", {**COD, "expected_total": shown["total"]})
    assert (status, told["type"]) == (422, "urn:edino:idempotency_key_missing")
    assert counted("orders_order") == 0


def test_what_changed_is_told_with_the_difference(site: Call) -> None:
    path, shown = begun(site)
    set_prices({"SOCK-1": 59_900})
    body = {**COD, "expected_total": shown["total"], "device": "phone"}
    status, told = site("POST", f"{path}/checkout", body, **{"Idempotency-Key": "k-1"})
    assert (status, told["type"]) == (409, "urn:edino:cart_changed")
    assert {"what": "unit", "sku": "SOCK-1", "before": SOCKS, "after": 59_900} in told["differences"]
    assert {"what": "total", "sku": "", "before": 2 * SOCKS, "after": 2 * 59_900} in told["differences"]
    status, told = site(
        "POST", f"{path}/checkout", {**body, "expected_total": 2 * 59_900}, **{"Idempotency-Key": "k-1"}
    )
    assert (status, told["total"]) == (200, 2 * 59_900)


def test_what_is_short_is_told_with_the_difference(site: Call) -> None:
    path, shown = begun(site, 26)
    status, told = site(
        "POST", f"{path}/checkout", {**COD, "expected_total": shown["total"]}, **{"Idempotency-Key": "k"}
    )
    assert (status, told["type"]) == (409, "urn:edino:out_of_stock")
    assert told["differences"] == [{"what": "stock", "sku": "SOCK-1", "before": 26, "after": 25}]
    assert stock() == (112, 0, 0)


def test_contacts_are_told_only_to_a_key_that_may_see_them(shop: Shop, site: Call) -> None:
    path, _ = begun(site)
    contact = {"name": "Lena", "phone": "+79161234567", "email": ""}
    status, told = site("PUT", f"{path}/contact", contact)
    assert (status, told["contact"]) == (200, None)
    where = {"method": "delivery", "city": "Klin", "address": "Lenina 1", "amount": 5_000}
    status, told = site("PUT", f"{path}/delivery", where)
    assert (told["delivery"]["city"], "address" in told["delivery"], told["total"]) == (
        "Klin",
        False,
        2 * SOCKS + 5_000,
    )
    personal = caller(shop, "carts:write", "customers:personal")
    _, told = personal("GET", path)
    assert (told["contact"], told["delivery"]["address"]) == (contact, "Lenina 1")


def test_coupons_adoption_sharing_and_history(site: Call) -> None:
    path, _ = begun(site)
    status, told = site("POST", f"{path}/coupons", {"code": "NOPE"})
    assert (status, [(one["code"], one["accepted"]) for one in told["codes"]]) == (200, [("NOPE", False)])
    _, told = site("POST", f"{path}/coupons", {"code": "NOPE", "remove": True})
    assert told["codes"] == []
    status, told = site("POST", f"{path}/adopt", {"identifiers": [{"kind": "phone", "value": "+79161234567"}]})
    assert (status, told["cart"], told["merged"]) == (200, path.rpartition("/")[2], None)
    status, told = site("POST", f"{path}/adopt", {})
    assert status == 422
    status, opened = site("POST", "/carts", {"identifiers": [{"kind": "phone", "value": "+79161234567"}]})
    assert (status, opened["id"]) == (201, path.rpartition("/")[2])
    status, shared = site("POST", f"{path}/share", {})
    assert (status, shared["link"].endswith(shared["token"])) == (201, True)
    status, joined = site("POST", "/carts/join", {"token": shared["token"], "device": "laptop"})
    assert (status, joined["id"]) == (200, path.rpartition("/")[2])
    assert site("POST", "/carts/join", {"token": "x"})[0] == 404
    _, acts = site("GET", f"{path}/history")
    assert [one["what"] for one in acts] == ["joined", "shared", "adopted", "code", "code", "line", "opened"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", f"/carts/{NOBODYS}", None, 404),
        ("PUT", f"/carts/{NOBODYS}/lines/SOCK-1", {"quantity": 1}, 404),
        ("POST", "/carts", {"location": "MOON"}, 422),
        ("POST", "/carts", {"customer": str(ids.uuid7())}, 404),
        ("POST", "/carts", {"unknown": 1}, 422),
        ("DELETE", f"/carts/{NOBODYS}/checkout", None, 204),
    ],
)
def test_what_is_not_there_or_not_right(site: Call, method: str, path: str, body: Any, status: int) -> None:
    assert site(method, path, body)[0] == status


def test_a_key_without_the_scope_sees_nothing(shop: Shop, site: Call) -> None:
    path, _ = begun(site)
    stranger = caller(shop, "orders:read")
    assert stranger("GET", path)[0] == 403
    assert stranger("POST", f"{path}/checkout", {**COD, "expected_total": 1}, **{"Idempotency-Key": "k"})[0] == 403
    assert counted("checkout_purchase") == 0
