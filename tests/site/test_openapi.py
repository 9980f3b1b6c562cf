"""What programs are promised: one document for every call, and every refusal in one form."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import werkzeug.test
from django.http import HttpResponse
from django.test import Client

from edino.channels.types import Scope

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"
MEGABYTE = 1024 * 1024


@pytest.fixture
def document() -> dict[str, Any]:
    answer = Client().get("/api/v1/openapi.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    found: dict[str, Any] = json.loads(answer.content)
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, told) for path, methods in document["paths"].items() for method, told in methods.items()
    ]


def problem(answer: HttpResponse) -> dict[str, Any]:
    """What a refusal says, which has always the same form."""
    assert answer["Content-Type"] == PROBLEM, answer.content
    told: dict[str, Any] = json.loads(answer.content)
    assert set(told) == {"type", "title", "status", "errors"}
    assert told["status"] == answer.status_code
    assert told["type"].startswith("urn:edino:")
    assert told["title"].endswith(".")
    assert all(set(error) == {"field", "code", "message"} for error in told["errors"])
    return told


def send(key: str, method: str, path: str, body: bytes = b"", **headers: str) -> HttpResponse:
    content_type = headers.pop("content_type", "application/json")
    return Client(raise_request_exception=False).generic(  # type: ignore[return-value]
        method, path, body, content_type=content_type, headers={"Authorization": f"Bearer {key}", **headers}
    )


def test_every_call_says_what_it_is_who_may_and_how_it_refuses(document: dict[str, Any]) -> None:
    found = operations(document)
    assert len(found) > 5
    ids = [told["operationId"] for _, _, told in found]
    assert len(ids) == len(set(ids))
    wrong = []
    for method, path, told in found:
        [security] = told.get("security", [{}])
        told_statuses = set(told["responses"])
        needed = {"400", "401", "403", "429", "503"} | ({"404"} if "{" in path else set())
        if "requestBody" in told:
            needed |= {"413", "422"}
        for what, good in {
            "summary": bool(told.get("summary")),
            "description": bool(told.get("description")),
            "tags": len(told.get("tags", [])) == 1,
            "security": [*security.get("key", [])] != [] and set(security["key"]) <= set(Scope),
            "success": any(status.startswith("2") for status in told_statuses),
            "refusals": needed <= told_statuses,
        }.items():
            if not good:
                wrong.append((method, path, what))
    assert wrong == []


def test_every_refusal_in_the_document_has_one_form(document: dict[str, Any]) -> None:
    refusals = document["components"]["responses"]
    for method, path, told in operations(document):
        for status, answer in told["responses"].items():
            if int(status) >= 400:
                name = answer["$ref"].removeprefix("#/components/responses/")
                assert name in refusals, (method, path, status)
    assert {tuple(told["content"]) for told in refusals.values()} == {(PROBLEM,)}


def test_every_reference_in_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return own + [one for value in part.values() for one in references(value)]
        return [one for value in part for one in references(value)] if isinstance(part, list) else []

    for reference in references(document):
        place: Any = document
        for name in reference.removeprefix("#/").split("/"):
            assert name in place, reference
            place = place[name]


def test_an_address_that_is_not_there_is_a_problem_too(key: str) -> None:
    for address in ("/api/v1/", "/api/v1/nothing", "/api/", "/api/v2/customers", "/v1/nothing"):
        answer = send(key, "GET", address)
        assert (address, answer.status_code, problem(answer)["type"]) == (address, 404, "urn:edino:not_found")


def test_a_method_that_is_not_taken_says_which_are(key: str, document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for other in {"GET", "POST", "PUT", "PATCH", "DELETE"} - {method.upper() for method in methods}:
            answer = send(key, other, path.replace("{uid}", "01890000-0000-7000-8000-000000000000"))
            assert (path, other, answer.status_code) == (path, other, 405)
            assert {name.strip() for name in answer["Allow"].split(",")} == {method.upper() for method in methods}
            assert problem(answer)["type"] == "urn:edino:not_allowed"
    assert problem(send(key, "GET", "/v1/batch"))["status"] == 405


def test_a_caller_reads_refusals_in_their_language(key: str) -> None:
    answer = send(key, "GET", "/api/v1/nothing", b"", **{"Accept-Language": "ru"})
    assert any("а" <= letter <= "я" for letter in problem(answer)["title"])


BODIES: dict[str, tuple[bytes, int, str, str]] = {
    "nothing": (b"", 422, "invalid", ""),
    "no JSON": (b"{'kind': 1}", 400, "malformed", "json"),
    "half of it": (b'{"identifiers": [', 400, "malformed", "json"),
    "NaN": (b'{"identifiers": NaN}', 400, "malformed", "json"),
    "a number without end": (b'{"identifiers": 1e999}', 400, "malformed", "json"),
    "UTF-16": ('{"kind": "телефон"}'.encode("utf-16"), 400, "malformed", "json"),
    "Windows-1251": ('{"kind": "телефон"}'.encode("cp1251"), 400, "malformed", "json"),
    "half a surrogate pair": (b'{"kind": "\\ud800"}', 400, "malformed", "json"),
    "a raw NUL": (b'{"kind": "\x00"}', 400, "malformed", "json"),
    "an escaped NUL": (b'{"kind": "\\u0000"}', 422, "invalid", "nul"),
    "a NUL in a name": (b'{"\\u0000": 1}', 422, "invalid", "nul"),
    "a deep hole": (b'{"a":' + b"[" * 900 + b"]" * 900 + b"}", 422, "invalid", "too_deep"),
    "a bottomless hole": (b"[" * 100_000, 400, "malformed", "json"),
    "gzip without saying so": (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff", 400, "malformed", "json"),
    "ten megabytes": (b'{"kind": "' + b"a" * 10 * MEGABYTE + b'"}', 413, "too_large", "too_large"),
    "another thing": (b"[]", 422, "invalid", ""),
    "a stranger's field": (b'{"stranger": 1}', 422, "invalid", ""),
    "emoji": ('{"\N{SLICE OF PIZZA}": "\N{SLICE OF PIZZA}"}'.encode(), 422, "invalid", ""),
}


@pytest.mark.parametrize("what", BODIES)
def test_whatever_comes_is_refused_precisely(key: str, document: dict[str, Any], what: str) -> None:
    body, status, code, field_code = BODIES[what]
    tried = 0
    for method, path, told in operations(document):
        if "requestBody" not in told:
            continue
        address = path.replace("{uid}", "01890000-0000-7000-8000-000000000000")
        answer = send(key, method, address, body, **{"Idempotency-Key": "1"})
        assert (path, answer.status_code) == (path, status), answer.content
        said = problem(answer)
        assert said["type"] == f"urn:edino:{code}"
        assert said["errors"]
        assert field_code in {"", *(error["code"] for error in said["errors"])}
        tried += 1
    assert tried > 5


@pytest.mark.parametrize("what", BODIES)
def test_whatever_comes_to_the_collector_is_refused_precisely(key: str, what: str) -> None:
    body = BODIES[what][0]
    for call in ("batch", "import", "track", "identify", "page", "screen", "alias", "group"):
        answer = send(key, "POST", f"/v1/{call}", body)
        if answer.status_code == 200:
            # What can be read as events is judged event by event, and the client does not send it again.
            assert json.loads(answer.content)["accepted"] == 0, (call, what)
            assert json.loads(answer.content)["rejected"], (call, what)
        else:
            assert answer.status_code in {400, 413, 422}, (call, what)
            assert problem(answer)["errors"]


def test_a_wrong_field_is_named_as_callers_write_it(key: str) -> None:
    body = {"identifiers": [{"kind": "phone", "value": "1"}, {"kind": 7, "value": None}], "colour": "red"}
    answer = send(key, "POST", "/api/v1/customers/identify", json.dumps(body).encode())
    assert [(error["field"], error["code"]) for error in problem(answer)["errors"]] == [
        ("identifiers[1].kind", "string_type"),
        ("identifiers[1].value", "string_type"),
        ("colour", "extra_forbidden"),
    ]


@pytest.mark.parametrize("address", ["/api/v1/channels?a=%00", "/api/v1/customers/%00/why", "/v1/batch?%00", "/%00"])
def test_no_address_holds_a_nul(key: str, address: str) -> None:
    answer = send(key, "GET", address)
    assert (answer.status_code, problem(answer)["title"]) == (400, "The address holds the character NUL.")


@pytest.mark.parametrize("uid", ["1", "x", "%20", "%FF", "01890000-0000-7000-8000-00000000000z", "a" * 4000, "..;"])
def test_what_is_no_id_is_nobodys(key: str, document: dict[str, Any], uid: str) -> None:
    for method, path, _ in operations(document):
        if "{" in path:
            answer = send(key, method, path.replace("{uid}", uid), b"{}")
            assert (path, answer.status_code) in {(path, 404), (path, 422)}
            problem(answer)


@pytest.mark.parametrize("charset", ["rot13", "nonsense", "utf-16", "base64"])
def test_a_charset_changes_nothing(key: str, application: Callable[..., Any], charset: str) -> None:
    body = json.dumps({"kind": "phone", "value": "+79160000000"}).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": f"application/json; charset={charset}"}
    answer = werkzeug.test.Client(application).post("/api/v1/customers/lookup?a=%D0%90", data=body, headers=headers)
    assert (answer.status_code, answer.get_json(force=True)["type"]) == (404, "urn:edino:no_such_customer")
