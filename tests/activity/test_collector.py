"""The collector: what Igor's systems send is taken once, and what is wrong is said precisely."""

import base64
import gzip
import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edino.channels import api as channels
from edino.kernel import sql
from edino.staff.types import Actor

pytestmark = pytest.mark.django_db

IGOR = Actor("Igor")


class Shop:
    """Igor's site as a client of the collector."""

    def __init__(self, channel: str = "site", name: str = "the site") -> None:
        self.source = channels.create_source(name=name, channel=channel, by=IGOR, rate_limit=0)
        self.key = channels.issue_key(source=self.source, scopes=["events:write"], by=IGOR)
        self.client = Client(raise_request_exception=True)

    def post(self, body: Any, path: str = "/v1/batch", **headers: str) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        token = base64.b64encode(f"{self.key}:".encode()).decode()
        headers.setdefault("Authorization", f"Basic {token}")
        return self.client.post(path, raw, content_type="application/json", headers=headers)

    def send(self, *events: dict[str, Any]) -> dict[str, Any]:
        answer = self.post({"batch": events})
        assert answer.status_code == 200, answer.content
        return dict(answer.json())


@pytest.fixture
def site() -> Shop:
    return Shop()


def viewed(**more: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Product Viewed", "anonymousId": "d-kolya", **more}


def logged() -> list[tuple[Any, ...]]:
    return sql.tuples("SELECT type, class, body FROM kernel_log ORDER BY id")


def test_an_event_is_taken_once_however_often_it_is_sent(site: Shop) -> None:
    event = viewed(messageId="m-1", properties={"sku": "PIZZA-4"})
    assert site.send(event)["accepted"] == 1
    again = site.send(event, event)
    assert (again["accepted"], again["duplicates"], again["conflicts"], again["rejected"]) == (0, 2, 0, [])
    assert logged() == [("Product Viewed", 1, {"call": "track", "properties": {"sku": "PIZZA-4"}})]


def test_the_same_id_with_another_body_is_kept_and_reported(site: Shop) -> None:
    site.send(viewed(messageId="m-1", properties={"sku": "A"}))
    other = viewed(messageId="m-1", properties={"sku": "B"})
    answer = site.send(other)
    assert (answer["accepted"], answer["duplicates"], answer["conflicts"]) == (1, 0, 1)
    assert answer["warnings"][0]["field"] == "messageId"
    answer = site.send(other)
    assert (answer["accepted"], answer["duplicates"], answer["conflicts"]) == (0, 1, 0)
    assert [body["properties"]["sku"] for _, _, body in logged()] == ["A", "B"]


def test_an_order_is_known_by_its_number_not_by_its_message(site: Shop) -> None:
    order = viewed(event="Order Completed", properties={"order_id": "1042", "total": 7480})
    assert site.send({**order, "messageId": "a"})["accepted"] == 1
    assert site.send({**order, "messageId": "b"})["duplicates"] == 1
    assert [(type_, class_) for type_, class_, _ in logged()] == [("Order Completed", 0)]


def test_two_sources_may_use_the_same_ids(site: Shop) -> None:
    till = Shop("store", "till 1")
    assert site.send(viewed(messageId="1"))["accepted"] == 1
    assert till.send(viewed(messageId="1"))["accepted"] == 1


@pytest.mark.parametrize(
    ("event", "field", "code"),
    [
        ({"type": "track", "event": "X"}, "userId", "required"),
        ({"type": "track", "anonymousId": "d1"}, "event", "required"),
        ({"event": "X", "anonymousId": "d1"}, "type", "required"),
        ({"type": "dance", "anonymousId": "d1"}, "type", "unknown"),
        (viewed(timestamp="yesterday"), "timestamp", "time"),
        (viewed(timestamp="0001-01-01T00:00:00Z"), "timestamp", "out_of_range"),
        (viewed(timestamp="9999-12-31T23:59:59Z"), "timestamp", "out_of_range"),
        (viewed(timestamp=5), "timestamp", "type"),
        (viewed(properties="none"), "properties", "type"),
        (viewed(properties={"a": "\x00"}), "", "nul"),
        (viewed(context={"externalIds": {"type": "phone"}}), "context.externalIds", "type"),
        (viewed(context={"externalIds": [{"type": "shoe", "id": "42"}]}), "context.externalIds[0].type", "unknown"),
        (viewed(event="Order Completed"), "properties.order_id", "required"),
        (viewed(messageId="m" * 300), "messageId", "too_long"),
        (viewed(properties={"long": "x" * 40_000}), "", "too_large"),
        (viewed(event="x" * 300), "event", "invalid"),
        ("text", "", "type"),
        (None, "", "type"),
    ],
)
def test_a_bad_event_is_named_and_spoils_nothing(site: Shop, event: Any, field: str, code: str) -> None:
    good = viewed(messageId="good")
    answer = site.send(event, good)
    assert [(bad["index"], bad["field"], bad["code"]) for bad in answer["rejected"]] == [(0, field, code)]
    assert answer["rejected"][0]["reason"]
    assert answer["accepted"] == 1
    assert len(logged()) == 1


def test_emoji_old_hebrew_and_numbers_of_every_size_survive(site: Shop) -> None:
    properties = {"text": "🍕 пицца שלום \u2028", "big": 10**30, "small": 1e-300, "list": [None, True, {}]}
    site.send(viewed(properties=properties))
    ((_, _, body),) = logged()
    assert body["properties"]["text"] == properties["text"]
    assert body["properties"]["list"] == [None, True, {}]


def test_what_names_a_person_does_not_reach_the_log(site: Shop) -> None:
    site.send(
        {
            "type": "identify",
            "userId": "kolya-77",
            "traits": {"email": "Kolya@Mail.ru", "phone": "8 (916) 123-45-67", "first_name": "Коля"},
            "context": {"ip": "10.1.2.3", "page": {"url": "https://shop/?mail=kolya@mail.ru"}},
        },
        viewed(properties={"email": "kolya@mail.ru", "note": "call +79161234567 of kolya-77"}, userId="kolya-77"),
    )
    text = json.dumps([body for _, _, body in logged()]).lower()
    for secret in ("kolya@mail", "9161234567", "kolya-77", "10.1.2.3", "коля"):
        assert secret not in text
    known = sql.tuples("SELECT kind, value FROM customers_identifier ORDER BY kind")
    assert known == [
        ("device", "d-kolya"),
        ("email", "kolya@mail.ru"),
        ("phone", "+79161234567"),
        ("user_id", "kolya-77"),
    ]


def test_placeholders_are_passed_over_and_said(site: Shop) -> None:
    answer = site.send({"type": "identify", "userId": "null", "anonymousId": "d-1", "traits": {"phone": "0000000"}})
    assert answer["accepted"] == 1
    assert [(w["field"], w["code"]) for w in answer["warnings"]] == [
        ("userId", "blocked"),
        ("traits.phone", "blocked"),
    ]
    assert sql.tuples("SELECT kind FROM customers_identifier") == [("device",)]


def test_a_body_that_is_no_batch_is_refused_with_the_reason(site: Shop) -> None:
    for body, status in (
        (b"{", 400),
        (b"\xff\xfe{\x00}", 400),
        (b"[]", 422),
        (b'{"batch": 5}', 422),
        (b'{"batch": [{"type"]}', 400),
        ('{"batch": []}'.encode("utf-16"), 400),
        (b"", 400),
        (b"[" * 100_000, 400),
    ):
        answer = site.post(body)
        assert answer.status_code in {status, 400, 422}, body[:20]
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["errors"]
    assert site.post(b'{"batch": ["' + b"x" * 10_000_000 + b'"]}').status_code == 413
    assert site.post({"batch": [viewed()] * 5001}).status_code == 413
    assert logged() == []


def test_zipped_bodies_are_read_and_bombs_are_not(site: Shop) -> None:
    assert (
        site.post(gzip.compress(json.dumps({"batch": [viewed()]}).encode()), **{"Content-Encoding": "gzip"}).json()[
            "accepted"
        ]
        == 1
    )
    bomb = gzip.compress(b" " * 50_000_000)
    assert site.post(bomb, **{"Content-Encoding": "gzip"}).status_code == 413
    assert site.post(b"not gzip", **{"Content-Encoding": "gzip"}).status_code == 400


def test_single_calls_and_the_key_in_the_body(site: Shop) -> None:
    assert site.post({"event": "Signed In", "userId": "kolya"}, "/v1/track").json()["accepted"] == 1
    body = {"userId": "kolya", "traits": {"city": "Тверь"}, "writeKey": site.key}
    answer = Client().post("/v1/identify", json.dumps(body), content_type="text/plain")
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert [type_ for type_, _, _ in logged()] == ["Signed In", "identify"]


def test_strangers_are_refused(site: Shop) -> None:
    for token in ("", "Basic !!", "Basic " + base64.b64encode(b"guess:").decode(), "Bearer guess"):
        answer = site.post({"batch": [viewed()]}, Authorization=token)
        assert answer.status_code == 401, token
    reader = channels.issue_key(source=site.source, scopes=["customers:read"], by=IGOR)
    assert site.post({"batch": [viewed()]}, Authorization=f"Bearer {reader}").status_code == 403
    assert Client().get("/v1/batch").status_code == 405
    assert logged() == []


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
messages = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["track", "identify", "page", "alias", "group", "screen"]) | anything,
        "event": st.sampled_from(["Product Viewed", "Order Completed", "Order Refunded"]) | anything,
        "userId": anything,
        "anonymousId": st.sampled_from(["d1", "d2"]) | anything,
        "messageId": st.sampled_from(["m1", "m2"]) | anything,
        "previousId": anything,
        "groupId": anything,
        "name": anything,
        "timestamp": st.datetimes().map(str) | anything,
        "sentAt": st.datetimes().map(str) | anything,
        "originalTimestamp": st.datetimes().map(str) | anything,
        "properties": anything | st.dictionaries(st.sampled_from(["order_id", "email"]), anything),
        "traits": anything | st.dictionaries(st.sampled_from(["phone", "email", "first_name", "name"]), anything),
        "context": anything | st.fixed_dictionaries({}, optional={"externalIds": anything, "traits": anything}),
    },
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(messages | anything, max_size=6))
def test_whatever_comes_is_answered_and_counted(site: Shop, told: list[Any]) -> None:
    answer = site.post({"batch": told})
    if answer.status_code == 200:
        counts = answer.json()
        assert counts["accepted"] + counts["duplicates"] + len(counts["rejected"]) == len(told)
    else:
        assert answer.status_code == 400
