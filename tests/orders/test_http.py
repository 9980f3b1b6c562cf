"""Igor's systems call: with the right key, once per key, and a stranger's key opens nothing."""

import json
from copy import copy
from functools import partial
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from edino.channels import api as channels
from edino.channels.types import Source
from edino.kernel import ids, sql
from edino.orders import api
from edino.promotions import api as promotions
from tests.orders import shop as of
from tests.orders.shop import HOUSE, Shop
from tests.orders.test_at_once import CONNECTIONS, at_once

pytestmark = pytest.mark.django_db
RECEIPT: dict[str, Any] = {
    "till": "till 1",
    "kind": "sale",
    "occurred_at": "2026-05-01T12:00:00Z",
    "location": "TVER",
    "currency": "RUB",
    "lines": [{"position": 1, "code": "SOCK", "quantity": 2, "unit": 49901, "net": 99802}],
    "tenders": [{"tender": "cash", "amount": 99802}],
}


class Caller:
    """A system with a key."""

    def __init__(self, source: Source, *scopes: str) -> None:
        self.key = channels.issue_key(source=source, scopes=scopes, by=HOUSE)
        self.client = Client()
        self.language = "en"

    def another(self) -> "Caller":
        """The same key over a connection of its own."""
        twin = copy(self)
        twin.client = Client()
        return twin

    def call(self, method: str, path: str, body: Any = None, once: str = "") -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.key}", "Accept-Language": self.language}
        headers |= {"Idempotency-Key": once} if once else {}
        answer: HttpResponse = self.client.generic(  # type: ignore[assignment]  # the client answers more than its type says
            method,
            f"/api/v1{path}",
            b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            headers=headers,
        )
        return answer.status_code, json.loads(answer.content)


@pytest.fixture
def shop() -> Shop:
    return of.open_shop()


@pytest.fixture
def igor(shop: Shop) -> Caller:
    return Caller(shop.site, "orders:read", "orders:write", "returns:write", "receipts:write")


def test_a_code_is_judged_once_for_each_key_and_a_repeat_gets_the_first_answer(shop: Shop, igor: Caller) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)], paid={})
    hand, by_cash = f"/orders/{order.uid}/handover", {"code": order.pickup_code, "tender": "cash"}
    wrong = igor.call("POST", hand, {"code": "AAAAAA"}, once="first")
    assert (wrong[0], wrong[1]["type"]) == (403, "urn:edino:wrong_code")
    for _ in range(7):
        assert igor.call("POST", hand, {"code": "AAAAAA"}, once="first") == wrong
    # Another code under that key is another request: it is not even compared, so nothing is learnt and nothing counted.
    for code in ("BBBBBB", order.pickup_code):
        status, told = igor.call("POST", hand, {"code": code}, once="first")
        assert (status, told["type"]) == (422, "urn:edino:idempotency_key_reused")
    assert sql.scalar("SELECT pickup_tries FROM orders_order WHERE uid = %s", [order.uid]) == 1
    status, told = igor.call("POST", hand, {"code": order.pickup_code})
    assert (status, told["type"]) == (422, "urn:edino:idempotency_key_missing")
    # Not paid: the right code is no try, the refusal is kept, and the goods stay.
    status, told = igor.call("POST", hand, {"code": order.pickup_code}, once="unpaid")
    assert (status, told["type"]) == (409, "urn:edino:not_paid")
    done = igor.call("POST", hand, by_cash, once="hand")
    assert (done[0], done[1]["state"], done[1]["paid"]) == (200, "closed", 49_901)
    # Who guesses afterwards locks the code; the first answer of the right key stays what it was.
    for n in range(4):
        assert igor.call("POST", hand, {"code": "CCCCCC"}, once=f"guess {n}")[1]["type"] == "urn:edino:wrong_code"
    assert igor.call("POST", hand, by_cash, once="late")[1]["type"] == "urn:edino:code_locked"
    assert igor.call("POST", hand, by_cash, once="hand") == done
    assert igor.call("POST", hand, {"code": "AAAAAA"}, once="first") == wrong
    assert (of.stock("SOCK", "TVER"), api.order(uid=order.uid).paid) == ((4, 0, 0), 49_901)


@pytest.mark.django_db(transaction=True)
def test_identical_calls_for_goods_at_one_instant_are_one_hand_over_or_one_try(shop: Shop, igor: Caller) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)], paid={})
    hand = f"/orders/{order.uid}/handover"
    for key, body in (("guess", {"code": "AAAAAA"}), ("hand", {"code": order.pickup_code, "tender": "cash"})):
        answers = at_once([partial(igor.another().call, "POST", hand, body, key) for _ in range(CONNECTIONS)])
        assert all(one == answers[0] for one in answers), answers
    assert answers[0][0] == 200
    assert sql.scalar("SELECT pickup_tries FROM orders_order WHERE uid = %s", [order.uid]) == 1
    assert (of.stock("SOCK", "TVER"), api.order(uid=order.uid).paid) == ((4, 0, 0), 49_901)
    # Guesses at one instant, each with a key of its own, are not more than five.
    locked = of.ordered(shop, [of.line(shop, "SOCK", 1)])
    hand = f"/orders/{locked.uid}/handover"
    guesses: list[Any] = [
        partial(igor.another().call, "POST", hand, {"code": "AAAAAA"}, f"g{n}") for n in range(CONNECTIONS)
    ]
    told = sorted(one[1]["type"] for one in at_once(guesses))
    assert told == ["urn:edino:code_locked"] * 3 + ["urn:edino:wrong_code"] * 5


def test_a_till_reads_its_verdict_in_the_language_it_asks_in_also_the_second_time(shop: Shop, igor: Caller) -> None:
    odd = {**RECEIPT, "id": str(ids.uuid7()), "lines": [{**RECEIPT["lines"][0], "code": "NOBODY-KNOWS"}]}
    foreign = {**RECEIPT, "id": str(ids.uuid7()), "currency": "CHF"}
    unknown = {**RECEIPT, "id": str(ids.uuid7()), "currency": "ZZZ"}
    said = []
    for language in ("ru", "en", "ru"):
        igor.language = language
        status, told = igor.call("POST", "/receipts", {"receipts": [odd, foreign, unknown]})
        assert status == 200
        said.append(told["verdicts"])
    for verdicts in said:
        [warning], [first], [second] = verdicts[0]["warnings"], verdicts[1]["errors"], verdicts[2]["errors"]
        assert (warning["field"], warning["code"]) == ("lines", "unknown_goods")
        assert (first["field"], first["code"], second["field"], second["code"]) == (
            "currency",
            "foreign",
            "currency",
            "unknown",
        )
        assert verdicts[1]["state"] == verdicts[2]["state"] == "rejected"
    assert [one[0]["state"] for one in said] == ["accepted", "duplicate", "duplicate"]
    assert said[1][1]["errors"][0]["message"] == "Nothing is sold here in this currency: no price list is in it."
    assert said[0][2]["errors"][0]["message"] == "Такой валюты нет в ISO 4217."
    # The same verdict is told in either language: the warning of the first time was kept, not its sentence.
    assert said[0][0]["warnings"] == said[2][0]["warnings"] != said[1][0]["warnings"]
    assert said[0][0]["hash"] == said[1][0]["hash"]
    assert sql.scalar("SELECT count(*) FROM orders_receipt") == 1


def test_a_refusal_that_was_kept_is_told_in_the_language_of_whoever_repeats_the_call(shop: Shop, igor: Caller) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)])
    call = partial(igor.call, "POST", f"/orders/{order.uid}/handover", {"code": "AAAAAA"}, "one")
    igor.language = "ru"
    status, told = call()
    assert (status, told["type"], told["title"]) == (403, "urn:edino:wrong_code", "Код выдачи неверный.")
    igor.language = "en"
    assert call() == (403, {**told, "title": "The pickup code is not right."})
    igor.language = "ru"
    assert call() == (status, told)


def test_an_order_from_payment_to_handing_over(shop: Shop, igor: Caller) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 2, 2)], paid={})
    at = f"/orders/{order.uid}"
    status, told = igor.call("GET", at)
    assert (status, told["number"], told["outstanding"], told["contact"]) == (200, order.number, 99_800, None)
    paid = {"tender": "card", "amount": 99_800, "provider": "terminal", "reference": "t-1"}
    first = igor.call("POST", f"{at}/payments", paid, once="pay")
    assert (first[0], first[1]["paid"]) == (200, 99_800)
    assert igor.call("POST", f"{at}/payments", paid, once="pay") == first
    status, told = igor.call("POST", f"{at}/payments", {**paid, "amount": 1}, once="pay")
    assert (status, told["type"]) == (422, "urn:edino:idempotency_key_reused")
    status, told = igor.call("POST", f"{at}/payments", paid)
    assert (status, told["type"]) == (422, "urn:edino:idempotency_key_missing")
    assert igor.call("POST", f"{at}/ready", {"location": "TVER"}, once="ready")[1]["parcels"][0]["state"] == "ready"
    for _ in range(2):
        status, told = igor.call("POST", f"{at}/handover", {"code": "AAAAAA"}, once=str(ids.uuid7()))
        assert (status, told["type"]) == (403, "urn:edino:wrong_code")
    assert sql.scalar("SELECT pickup_tries FROM orders_order WHERE uid = %s", [order.uid]) == 2
    done = igor.call("POST", f"{at}/handover", {"code": order.pickup_code}, once="hand")
    assert (done[0], done[1]["state"]) == (200, "closed")
    assert igor.call("POST", f"{at}/handover", {"code": order.pickup_code}, once="hand") == done
    assert order.pickup_code not in str(done)
    assert of.stock("SOCK", "TVER") == (3, 0, 0)


def test_contacts_only_for_who_may_see_people(shop: Shop) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)])
    seeing = Caller(shop.site, "orders:read", "customers:personal")
    assert seeing.call("GET", f"/orders/{order.uid}")[1]["contact"]["phone"] == "+79161234567"
    trail = sql.tuples("SELECT operation FROM staff_audit WHERE subject_id = %s", [str(order.uid)])
    assert trail == [("customers.see_personal",)]


def test_cancel_edit_and_reject(shop: Shop, igor: Caller) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 2), of.line(shop, "DAWN-42", 1)])
    at = f"/orders/{order.uid}"
    wanted = {"quantities": {"SOCK": 1}, "add": [{"sku": "DAWN-41", "quantity": 1}], "reason": "size"}
    edited = igor.call("POST", f"{at}/lines", wanted, once="edit")
    assert (edited[0], edited[1]["due"], len(edited[1]["lines"])) == (200, 1_247_901, 3)
    rejected = igor.call(
        "POST", f"{at}/reject", {"parcel": str(order.fulfilments[0].uid), "reason": "damaged"}, once="no"
    )
    assert rejected[1]["parcels"][0]["state"] == "rejected"
    whole = igor.call("POST", f"{at}/cancel", {"reason": "customer"}, once="cancel")
    assert (whole[1]["state"], whole[1]["due"], whole[1]["paid"]) == ("cancelled", 0, 0)
    assert igor.call("POST", f"{at}/cancel", {"reason": "customer"}, once="cancel") == whole
    status, told = igor.call("POST", f"{at}/lines", wanted, once="late")
    assert (status, told["type"]) == (409, "urn:edino:wrong_state")
    assert [of.stock(sku, place)[1] for sku in of.PRICES for place in of.STOCK] == [0] * 9


def test_shipping_from_the_warehouse(shop: Shop, igor: Caller) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 2)], of.COURIER)
    told = igor.call("POST", f"/orders/{order.uid}/ship", {"carrier": "Bear", "tracking": "B1"}, once="go")[1]
    assert {(one["state"], one["carrier"], one["tracking"]) for one in told["parcels"]} == {("shipped", "Bear", "B1")}
    assert told["state"] == "fulfilled"  # until somebody says that it was delivered


def test_receipts_come_in_batches_and_are_judged_alone(shop: Shop, igor: Caller) -> None:
    one, bad, other = ({**RECEIPT, "id": str(ids.uuid7())} for _ in range(3))
    bad["location"] = "NOWHERE"
    status, told = igor.call("POST", "/receipts", {"receipts": [one, bad, other, one]})
    assert status == 200
    assert [verdict["state"] for verdict in told["verdicts"]] == ["accepted", "rejected", "accepted", "duplicate"]
    assert told["verdicts"][1]["errors"][0]["field"] == "location"
    again = igor.call("POST", "/receipts", {"receipts": [one]})[1]["verdicts"][0]
    assert (again["state"], again["hash"]) == ("duplicate", told["verdicts"][0]["hash"])
    assert of.stock("SOCK", "TVER") == (1, 0, 0)
    assert igor.call("GET", f"/orders/{one['id']}")[1]["origin"] == "till"
    wrong = {**one, "id": str(ids.uuid7()), "lines": [{**RECEIPT["lines"][0], "quantity": 0}]}
    status, told = igor.call("POST", "/receipts", {"receipts": [wrong]})
    assert (status, told["errors"][0]["field"]) == (422, "receipts[0].lines[0].quantity")


def test_a_return_over_the_wire(shop: Shop, igor: Caller) -> None:
    order = of.handed(shop, [of.line(shop, "DAWN-42", 1), of.line(shop, "SOCK", 2)])
    line = {"quantity": 1, "line": order.lines[0].id, "reason": "defect"}
    asked = {"lines": [line], "reason": "defect"}
    made = igor.call("POST", "/returns", asked, once="ask")
    assert (made[0], made[1]["worth"], made[1]["lines"][0]["order"]) == (200, 599_000, str(order.uid))
    assert igor.call("POST", "/returns", asked, once="ask") == made
    at = f"/returns/{made[1]['id']}"
    assert igor.call("POST", f"{at}/approve", once="yes")[1]["state"] == "approved"
    swap = {"lines": [{"sku": "DAWN-41"}], "method": "pickup", "location": "KLIN"}
    swapped = igor.call("POST", f"{at}/exchange", swap, once="swap")
    assert (swapped[0], of.stock("DAWN-41", "KLIN")) == (200, (3, 1, 0))
    assert igor.call("POST", f"{at}/receive", {"location": "KLIN"}, once="here")[1]["location"] == "KLIN"
    goods = {"lines": [{"line": made[1]["lines"][0]["id"], "disposition": "damaged"}]}
    assert igor.call("POST", f"{at}/inspect", goods, once="seen")[1]["state"] == "inspected"
    done = igor.call("POST", f"{at}/settle", {}, once="settle")
    assert (done[0], done[1]["settlement"]["carried"], done[1]["settlement"]["to_pay"]) == (200, 599_000, 0)
    assert igor.call("POST", f"{at}/settle", {}, once="settle") == done
    assert api.order(uid=swapped[1]["exchange"]).state == "placed"
    assert igor.call("GET", at)[1]["state"] == "settled"


def test_the_code_of_a_gift_card_is_told_again_and_stored_nowhere(shop: Shop, igor: Caller) -> None:
    order = of.handed(shop, [of.line(shop, "SOCK", 2)])
    asked = {"lines": [{"quantity": 1, "line": order.lines[0].id, "reason": "size"}], "reason": "size"}
    made = igor.call("POST", "/returns", asked, once="ask")[1]
    at = f"/returns/{made['id']}"
    igor.call("POST", f"{at}/receive", {"location": "TVER"}, once="here")
    goods = {"lines": [{"line": made["lines"][0]["id"], "disposition": "resell"}]}
    igor.call("POST", f"{at}/inspect", goods, once="seen")
    done = igor.call("POST", f"{at}/settle", {"to": "gift_card"}, once="settle")
    [code] = done[1]["settlement"]["gift_card"]
    assert (done[0], promotions.gift_card(code=code).balance) == (200, 49_901)
    assert igor.call("POST", f"{at}/settle", {"to": "gift_card"}, once="settle") == done
    assert igor.call("GET", at)[1]["settlement"]["gift_card"] == [f"…{code[-4:]}"]
    kept = sql.tuples("SELECT answer::text FROM kernel_idempotency WHERE answer IS NOT NULL")
    assert kept
    assert [one for (one,) in kept if code in one] == []


def test_a_return_without_a_receipt_names_the_customer(shop: Shop, igor: Caller) -> None:
    asked = {"lines": [{"quantity": 1, "code": "SOCK"}], "reason": "gift", "currency": "RUB"}
    status, told = igor.call("POST", "/returns", asked, once="nobody")
    assert (status, told["type"]) == (422, "urn:edino:needs_customer")
    known = {**asked, "customer": {"kind": "phone", "value": "8 916 123-45-67"}}
    assert igor.call("POST", "/returns", known, once="lena")[1]["worth"] == 49_901


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/orders/{}", "orders:write"),
        ("POST", "/orders/{}/payments", "orders:read"),
        ("POST", "/orders/{}/cancel", "orders:read"),
        ("POST", "/orders/{}/handover", "returns:write"),
        ("POST", "/receipts", "orders:write"),
        ("POST", "/returns", "orders:write"),
        ("POST", "/returns/{}/settle", "receipts:write"),
    ],
)
def test_another_scope_opens_nothing(shop: Shop, method: str, path: str, scope: str) -> None:
    order = of.ordered(shop, [of.line(shop, "SOCK", 1)])
    stranger = Caller(shop.till, scope)
    status, told = stranger.call(method, path.format(order.uid), {}, once="x")
    assert (status, told["type"]) == (403, "urn:edino:missing_scope")
    assert api.order(uid=order.uid) == order


def test_what_is_not_there_is_not_found(shop: Shop, igor: Caller) -> None:
    nothing = ids.uuid7()
    for method, path in (("GET", f"/orders/{nothing}"), ("GET", f"/returns/{nothing}")):
        assert igor.call(method, path)[0] == 404
    for path in (f"/orders/{nothing}/cancel", f"/orders/{nothing}/ready", f"/orders/{nothing}/handover"):
        assert igor.call("POST", path, {}, once=path)[0] == 404
    assert igor.call("POST", f"/returns/{nothing}/settle", {}, once="1")[0] == 404
