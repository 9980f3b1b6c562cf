"""Igor's systems ask who is who over the API; a stranger's key sees nothing of theirs."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client

from edino.channels import api as channels
from edino.channels.types import Source
from edino.customers.api import reference
from edino.kernel import ids, sql
from edino.staff.types import Actor

pytestmark = pytest.mark.django_db
IGOR = Actor("Igor")
MAY = datetime(2026, 5, 1, 12, tzinfo=UTC)
CARD = {"kind": "loyalty_card", "value": "7700 0001"}
PHONE = {"kind": "phone", "value": "8 916 123-45-67"}


class Caller:
    """A system with a key."""

    def __init__(self, source: Source, *scopes: str) -> None:
        self.key = channels.issue_key(source=source, scopes=scopes, by=IGOR)
        self.client = Client()

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        return self.client.generic(  # type: ignore[return-value]
            method,
            f"/api/v1{path}",
            data,
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.key}", **headers},
        )


@pytest.fixture(autouse=True)
def _fresh() -> None:
    channels.forget_keys()
    reference.forget()


@pytest.fixture
def till() -> Source:
    return channels.create_source(name="Till", channel="store", by=IGOR)


@pytest.fixture
def writer(till: Source) -> Caller:
    return Caller(till, "customers:write", "customers:read")


@pytest.fixture
def full(till: Source) -> Caller:
    return Caller(till, "customers:write", "customers:read", "customers:personal", "exports:read")


@pytest.fixture
def masha(writer: Caller) -> UUID:
    form = {"first_name": "Мария", "last_name": "Щукина"}
    told = writer.call("POST", "/customers/identify", {"identifiers": [CARD, PHONE], "traits": form})
    assert told.status_code == 200
    return UUID(body(told)["customer"])


def body(answer: HttpResponse) -> Any:
    return json.loads(answer.content)


def trail() -> list[tuple[str, str]]:
    return sql.tuples("SELECT operation, actor FROM staff_audit WHERE subject_kind = 'customer' ORDER BY id")


def test_identifiers_of_one_person_get_one_customer(writer: Caller) -> None:
    first = body(writer.call("POST", "/customers/identify", {"identifiers": [CARD]}))
    second = body(writer.call("POST", "/customers/identify", {"identifiers": [PHONE]}))
    assert (first["created"], second["created"], first["customer"] != second["customer"]) == (True, True, True)
    both = body(writer.call("POST", "/customers/identify", {"identifiers": [CARD, PHONE]}))
    assert (both["created"], {both["customer"], *both["joined"]}) == (False, {first["customer"], second["customer"]})
    assert both["joined"] != []
    again = body(writer.call("POST", "/customers/identify", {"identifiers": [PHONE, CARD]}))
    assert again == {"customer": both["customer"], "created": False, "joined": []}


def test_a_card_is_looked_up_masked(writer: Caller, masha: UUID) -> None:
    found = body(writer.call("POST", "/customers/lookup", PHONE))
    assert found == {
        "customer": str(masha),
        "name": "Мария Щ.",
        "contacts": ["+7 ••• 67", "••• 0001"],
        "seen_at": None,
        "masked": True,
    }
    assert trail() == []


def test_who_may_see_personal_data_leaves_a_trace(full: Caller, masha: UUID) -> None:
    found = body(full.call("POST", "/customers/lookup", PHONE))
    assert (found["name"], found["contacts"], found["masked"]) == ("Мария Щукина", ["+79161234567", "77000001"], False)
    assert trail() == [("customers.see_personal", "Till")]


def test_nobody_is_nobody(writer: Caller) -> None:
    missing = writer.call("POST", "/customers/lookup", PHONE)
    assert (missing.status_code, body(missing)["type"]) == (404, "urn:edino:no_such_customer")
    stranger = writer.call("PUT", f"/customers/{ids.uuid7()}/consents", {"consents": [consent()]})
    assert stranger.status_code == 404


def consent(**changes: Any) -> dict[str, Any]:
    return {**PHONE, "purpose": "marketing", "state": "granted", "proof": {"form": "7"}, **changes}


def test_a_consent_is_recorded_once(writer: Caller, masha: UUID) -> None:
    said = {"consents": [consent(at=MAY.isoformat())]}
    first = body(writer.call("PUT", f"/customers/{masha}/consents", said))
    assert first["recorded"] == 1
    marketing = next(one for one in first["permissions"] if one["purpose"] == "marketing")
    assert (marketing["contact"], marketing["allowed"], marketing["why"]) == ("+7 ••• 67", True, "own")
    assert body(writer.call("PUT", f"/customers/{masha}/consents", said))["recorded"] == 0


def test_no_more_telephone_calls_needs_no_number_but_a_grant_does(writer: Caller, masha: UUID) -> None:
    refusal = {"kind": "phone", "purpose": "marketing", "state": "refused"}
    assert body(writer.call("PUT", f"/customers/{masha}/consents", {"consents": [refusal]}))["recorded"] == 1
    grant = writer.call("PUT", f"/customers/{masha}/consents", {"consents": [{**refusal, "state": "granted"}]})
    assert (grant.status_code, body(grant)["errors"][0]["field"]) == (422, "consents[0].value")


def test_nobody_consents_for_somebody_elses_contact(writer: Caller, masha: UUID) -> None:
    theirs = {"kind": "email", "value": "lena@mail.ru"}
    writer.call("POST", "/customers/identify", {"identifiers": [theirs]})
    refused = writer.call("PUT", f"/customers/{masha}/consents", {"consents": [consent(), consent(**theirs)]})
    assert (refused.status_code, body(refused)["errors"][0]["field"]) == (422, "consents[1].value")
    assert sql.scalar("SELECT count(*) FROM customers_consent") == 0


def test_an_export_is_whole_and_leaves_a_trace(full: Caller, masha: UUID) -> None:
    document = body(full.call("GET", f"/customers/{masha}/export"))
    assert {one["value"] for one in document["identifiers"]} == {"77000001", "+79161234567"}
    assert trail() == [("customers.export", "Till")]


def test_an_erasure_is_done_once_per_key(full: Caller, masha: UUID) -> None:
    assert full.call("POST", f"/customers/{masha}/erase", {}).status_code == 422
    assert sql.scalar("SELECT count(*) FROM customers_erasure") == 0
    key = {"Idempotency-Key": "erase-1"}
    first = full.call("POST", f"/customers/{masha}/erase", {}, **key)
    again = full.call("POST", f"/customers/{masha}/erase", {}, **key)
    assert first.status_code == again.status_code == 200
    assert body(first) == body(again)
    assert body(first)["erased"] == 2
    assert sql.scalar("SELECT count(*) FROM customers_erasure") == 1
    other = full.call("POST", f"/customers/{masha}/erase", {"anonymise": True}, **key)
    assert (other.status_code, body(other)["type"]) == (422, "urn:edino:idempotency_key_reused")
    missing = full.call("POST", f"/customers/{ids.uuid7()}/erase", {}, **{"Idempotency-Key": "erase-2"})
    assert missing.status_code == 404
    assert trail() == [("customers.erase", "Till")]


@pytest.mark.parametrize(
    ("method", "path", "scopes"),
    [
        ("POST", "/customers/identify", ["customers:read", "customers:personal", "exports:read", "events:write"]),
        ("POST", "/customers/lookup", ["customers:write", "events:write"]),
        ("PUT", "/customers/{uid}/consents", ["customers:read", "customers:personal"]),
        ("GET", "/customers/{uid}/export", ["customers:read", "customers:write", "customers:personal"]),
        ("GET", "/customers/{uid}/export", ["exports:read"]),
        ("POST", "/customers/{uid}/erase", ["customers:write"]),
        ("POST", "/customers/{uid}/erase", ["customers:read", "customers:personal", "exports:read"]),
    ],
)
def test_a_key_without_the_scope_is_refused_and_noted(
    till: Source, masha: UUID, method: str, path: str, scopes: list[str]
) -> None:
    before = sql.scalar("SELECT count(*) FROM staff_audit WHERE refused")
    payloads = {"identify": {"identifiers": [PHONE]}, "lookup": PHONE, "consents": {"consents": [consent()]}}
    payload = payloads.get(path.rpartition("/")[2], {})
    answer = Caller(till, *scopes).call(method, path.format(uid=masha), payload, **{"Idempotency-Key": "x"})
    assert (answer.status_code, body(answer)["type"]) == (403, "urn:edino:missing_scope")
    assert sql.scalar("SELECT count(*) FROM staff_audit WHERE refused") == before + 1
    assert sql.scalar("SELECT count(*) FROM customers_erasure") == 0


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"identifiers": []}',
        b'{"identifiers": [{"kind": "phone", "value": "\\u0000"}]}',
        b'{"identifiers": [{"kind": "\\u0000", "value": "1"}]}',
        b'{"identifiers": [{"kind": "phone", "value": 1e400}]}',
        b'{"identifiers": [{"kind": "phone", "value": "+79161234567"}], "at": "0001-01-01T00:00:00Z"}',
        b'{"identifiers": [{"kind": "phone", "value": "+79161234567"}], "at": "9999-12-31T23:59:59-14:00"}',
        b'{"identifiers": [{"kind": "phone", "value": "+79161234567"}], "at": "2026-05-01T00:00:00"}',
        b'{"identifiers": [{"kind": "email", "value": "\\ud800@mail.ru"}]}',
        b'{"identifiers": [{"kind": "phone", "value": "+79161234567"}], "unknown": 1}',
        b"[" * 100_000,
    ],
)
def test_what_makes_no_sense_gets_a_precise_refusal(writer: Caller, sent: bytes) -> None:
    answer = writer.call("POST", "/customers/identify", sent)
    assert 400 <= answer.status_code < 500
    assert answer["Content-Type"].startswith("application/problem+json")
    assert sql.scalar("SELECT count(*) FROM customers_identifier") == 0


def test_odd_traits_spoil_nothing(writer: Caller) -> None:
    sent = {"identifiers": [PHONE], "traits": {"x" * 300: 1, "": 1, "b": 2, "c": "y" * 5000}}
    assert writer.call("POST", "/customers/identify", sent).status_code == 200
    assert sql.tuples("SELECT field, value FROM customers_trait") == [("b", 2)]
