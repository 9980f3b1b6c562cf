"""Igor's systems tell prices and promotions, and ask what a basket costs; who has no scope is refused."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from edino.channels import api as channels
from edino.channels.types import Source
from edino.kernel import sql
from edino.promotions import api
from edino.staff.types import Actor
from tests.catalogue.price_shop import variant

pytestmark = pytest.mark.django_db
IGOR = Actor("Igor")
LIST = {"code": "base", "name": "Base", "currency": "RUB"}


class Caller:
    def __init__(self, source: Source, *scopes: str) -> None:
        self.key = channels.issue_key(source=source, scopes=scopes, by=IGOR)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer: HttpResponse = Client().generic(  # type: ignore[assignment]
            method,
            f"/api/v1{path}",
            json.dumps(body).encode() if body is not None else b"",
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.key}", **headers},
        )
        return answer.status_code, json.loads(answer.content)


@pytest.fixture
def site() -> Source:
    channels.forget_keys()
    return channels.create_source(name="Site", channel="site", by=IGOR)


@pytest.fixture
def shop(site: Source) -> Caller:
    variant("SHOE-42")
    variant("SOCKS")
    caller = Caller(site, "prices:write", "promotions:write", "carts:write", "catalogue:read")
    rows = [
        {"sku": "SHOE-42", "price_list": "base", "amount": 799_000},
        {"sku": "SOCKS", "price_list": "base", "amount": 49_900},
    ]
    told = {"price_lists": [LIST], "rows": rows}
    assert caller.call("POST", "/prices", told) == (
        200,
        {"created": 2, "changed": 0, "unchanged": 0, "rejected": []},
    )
    return caller


def test_prices_told_twice_are_known_and_wrong_rows_are_named(shop: Caller) -> None:
    rows = [
        {"sku": "SHOE-42", "price_list": "base", "amount": 799_000},
        {"sku": "NOBODY", "price_list": "base", "amount": 1},
    ]
    status, answer = shop.call("POST", "/prices", {"rows": rows})
    assert (status, answer["unchanged"], answer["created"]) == (200, 1, 0)
    assert [(one["index"], one["field"], one["code"]) for one in answer["rejected"]] == [(1, "sku", "unknown")]
    status, answer = shop.call("GET", "/prices?skus=SHOE-42,SOCKS,NOBODY&currency=RUB")
    assert [(one["sku"], one["unit"], one["lowest_30d"]) for one in answer["prices"]] == [
        ("SHOE-42", 799_000, 799_000),
        ("SOCKS", 49_900, 49_900),
    ]
    status, answer = shop.call("POST", "/prices", {"rows": [{"sku": "SOCKS", "price_list": "base", "amount": -1}]})
    assert (status, answer["errors"][0]["field"]) == (422, "rows[0].amount")


def test_a_promotion_is_told_and_a_quote_says_why(shop: Caller) -> None:
    told = {
        "code": "spring",
        "state": "active",
        "name": "Spring",
        "action": {"kind": "order_percent", "percent": 1000},
        "needs_code": True,
        "counted": {"skus": ["SHOE-42"]},
    }
    status, first = shop.call("POST", "/promotions", told)
    assert (status, first["version"], shop.call("POST", "/promotions", told)[1]) == (200, 1, first)
    status, made = shop.call(
        "POST", "/coupons", {"promotion": "spring", "code": "spring10"}, **{"Idempotency-Key": "c1"}
    )
    assert (status, made) == (200, {"codes": ["SPRING10"]})
    assert (
        shop.call("POST", "/coupons", {"promotion": "spring", "code": "spring10"}, **{"Idempotency-Key": "c1"})[1]
        == made
    )
    lines = [{"sku": "SHOE-42", "quantity": 2}, {"sku": "SOCKS"}, {"sku": "NOBODY"}]
    status, quote = shop.call(
        "POST", "/quote", {"currency": "RUB", "lines": lines, "codes": ["spring10", "x-1"], "delivery": 29_900}
    )
    assert status == 200
    assert [quote[name] for name in ("subtotal", "discount", "delivery", "total", "missing")] == [
        1_647_900,
        159_800,
        29_900,
        1_518_000,
        ["NOBODY"],
    ]
    assert quote["lines"][0]["shares"] == [{"promotion": "spring", "version": 1, "name": "Spring", "amount": 159_800}]
    assert [(one["promotion"], one["code"], one["text"]) for one in quote["why"]] == [
        ("spring", "applied", "It takes 1,598\N{NO-BREAK SPACE}₽ off.")
    ]
    assert [(one["code"], one["accepted"], one["reason"]) for one in quote["codes"]] == [
        ("spring10", True, "applied"),
        ("x-1", False, "unknown"),
    ]


def test_what_fights_with_what_is_told_before_a_basket_shows_it(shop: Caller) -> None:
    def told(code: str, **more: Any) -> dict[str, Any]:
        asked = {"code": code, "state": "active", "name": code, "action": {"kind": "percent", "percent": 1000}}
        return dict(shop.call("POST", "/promotions", asked | more)[1])

    sale = told("sale", exclusive=True, priority=5)
    told("friends")
    draft = told("draft", state="draft", exclusive=True, combines=["friends"], group="spring")
    best = told("best", group="spring")

    status, running = shop.call("GET", "/promotions/conflicts")
    assert status == 200
    met = {frozenset({one["promotion"]["code"], one["other"]["code"]}): one for one in running["conflicts"]}
    assert met.keys() == {frozenset({"sale", "friends"}), frozenset({"sale", "best"})}
    assert {(one["kind"], one["refuses"], one["first"]) for one in met.values()} == {("never", sale["id"], sale["id"])}

    _, beside = shop.call("GET", "/promotions/conflicts?promotion=draft")
    assert {
        (one["promotion"]["id"], one["other"]["code"], one["kind"], one["first"]) for one in beside["conflicts"]
    } == {
        (draft["id"], "sale", "never", sale["id"]),
        (draft["id"], "friends", "both", None),
        (draft["id"], "best", "group", None),
    }
    assert best["state"] == "active"
    assert shop.call("GET", "/promotions/conflicts?promotion=nobody")[0] == 404


def test_how_many_codes_count_in_an_order_is_told_and_set(shop: Caller) -> None:
    assert shop.call("GET", "/promotions/codes") == (200, {"max_codes": 5})
    for wrong in (0, 51, "many"):
        status, answer = shop.call("PUT", "/promotions/codes", {"max_codes": wrong})
        assert (status, answer["errors"][0]["field"]) == (422, "max_codes")
    assert shop.call("PUT", "/promotions/codes", {"max_codes": 1}) == (200, {"max_codes": 1})
    assert shop.call("GET", "/promotions/codes") == (200, {"max_codes": 1})
    assert sql.scalar("SELECT detail ->> 'most' FROM staff_audit ORDER BY id DESC LIMIT 1") == "1"


def test_what_is_wrong_with_a_promotion_is_named(shop: Caller) -> None:
    told = {"name": "x", "action": {"kind": "percent", "percent": 0}, "counted": {"categories": ["nowhere"]}}
    status, answer = shop.call("POST", "/promotions", told)
    assert (status, answer["errors"][0]["field"]) == (422, "counted.categories")
    status, answer = shop.call("POST", "/promotions", {**told, "counted": {}})
    assert (status, [error["field"] for error in answer["errors"]]) == (422, ["action.percent"])
    assert api.promotions() == []
    twice = [{"sku": "SOCKS"}, {"sku": "SOCKS"}]
    assert shop.call("POST", "/quote", {"currency": "RUB", "lines": twice})[0] == 422


def test_a_gift_card_is_made_once_and_its_code_is_not_kept(shop: Caller) -> None:
    told = {"amount": 300_000, "currency": "RUB"}
    assert shop.call("POST", "/gift-cards", told)[0] == 422
    status, card = shop.call("POST", "/gift-cards", told, **{"Idempotency-Key": "g1"})
    assert (status, card["balance"]) == (200, 300_000)
    assert shop.call("POST", "/gift-cards", told, **{"Idempotency-Key": "g1"}) == (200, card)
    assert sql.scalar("SELECT count(*) FROM promotions_gift_card") == 1
    like = {"code": f"%{card['code']}%"}
    assert sql.scalar("SELECT count(*) FROM kernel_idempotency AS i WHERE i::text LIKE %(code)s", like) == 0
    status, found = shop.call("POST", "/gift-cards/balance", {"code": card["code"].lower()})
    assert (status, found["balance"], found["masked"]) == (200, 300_000, f"•••• {card['code'][-4:]}")
    assert shop.call("POST", "/gift-cards/balance", {"code": "ABCD-EFGH"})[0] == 404


def test_a_strangers_key_may_nothing_of_it(site: Source) -> None:
    stranger = Caller(site, "events:write")
    for path in ("/prices", "/quote", "/promotions", "/coupons", "/gift-cards", "/gift-cards/balance"):
        assert stranger.call("POST", path, {})[0] == 403
    for path in ("/prices?skus=SOCKS&currency=RUB", "/promotions/conflicts", "/promotions/codes"):
        assert stranger.call("GET", path)[0] == 403
    assert stranger.call("PUT", "/promotions/codes", {"max_codes": 1})[0] == 403
    assert sql.scalar("SELECT count(*) FROM catalogue_price_list") == 0
