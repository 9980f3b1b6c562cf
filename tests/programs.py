"""Edino as programs see it: the served application in this process and in the test's transaction, and its document."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi import checks

from edino.kernel import couriers

PROBLEM = "application/problem+json"
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
    checks.missing_required_header,
]
TOLERANT = [check for check in CHECKS if check is not checks.negative_data_rejection]
IDENTIFIERS = [
    {"kind": "phone", "value": "8 (916) 123-45-67"},
    {"kind": "loyalty_card", "value": "7700 0001"},
    {"kind": "email", "value": "Masha@Почта.рф"},
    {"kind": "user_id", "value": "masha-7"},
    {"kind": "device", "value": "a1b2c3d4e5f60718"},
]
MASHA = {"identifiers": IDENTIFIERS[:3]}
KNOWN = {
    "account": "masha-7",
    "purpose": "marketing",
    "brand": "",
    "card": "7700 0001",
    "page": "https://shop.example/hello",
    "at": None,
}


@pytest.fixture
def application() -> Iterator[Callable[..., Any]]:
    """The WSGI application as it is served; the connection that holds the test's transaction stays open."""
    from edino.site.wsgi import application  # it tunes this process, so not before it is asked for

    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield application
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def key(db: None) -> str:
    """A key that may do everything, of Igor's."""
    from edino.channels import api as channels  # Django is set up only after this file is loaded
    from edino.channels.types import Scope  # as above
    from edino.staff.types import Actor  # as above

    channels.forget_keys()
    source = channels.create_source(name="1C", channel="erp", by=Actor("Igor"), rate_limit=0)
    return channels.issue_key(source=source, scopes=list(Scope), by=Actor("Igor"))


def document() -> BaseSchema:
    """The API by its own document."""
    from edino.site.api import api  # Django is set up only after this file is loaded

    return schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema(), default=str)))


def attempt(case: Case[Any], application: Callable[..., Any], key: str) -> None:
    """Send what was thought of and check the answer against the document.

    Random words reach nobody, so half of what should be accepted is about a customer who is there.
    """
    sent: dict[str, Any] = {"app": application, "headers": {"Authorization": f"Bearer {key}"}}
    dice = random.Random(repr((case.body, case.path_parameters)))
    if case.meta and case.meta.generation.mode.is_positive and dice.random() < 0.7:
        identify = case.operation.schema["/api/v1/customers/identify"]["POST"]
        told = identify.Case(body=MASHA, media_type="application/json").call(**sent)
        if "uid" in (case.path_parameters or {}):
            case.path_parameters["uid"] = json.loads(told.content)["customer"]
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = str(dice.random())
        case.body = _plausible(case.body, dice)
    answer = case.call(**sent)
    couriers.settle()  # its thread draws lots, which Hypothesis would take for its own
    case.validate_response(answer, checks=CHECKS if _asks_what_is_there(case) else TOLERANT)
    if answer.status_code >= 400:
        assert set(json.loads(answer.content)) == {"type", "title", "status", "errors"}


def _asks_what_is_there(case: Case[Any]) -> bool:
    """A parameter in the address that a call does not know is passed over, as everywhere on the web."""
    return {*(case.query or ())} <= {one.name for one in case.operation.iter_parameters() if one.location == "query"}


def _plausible(body: Any, dice: random.Random) -> Any:
    """The same body with identifiers and words that mean something, most of the time."""
    if isinstance(body, list):
        return [_plausible(part, dice) for part in body]
    if not isinstance(body, dict):
        return body
    body = {name: _plausible(part, dice) for name, part in body.items()}
    if {"kind", "value"} <= set(body):
        body |= dice.choice(IDENTIFIERS[: dice.choice((1, 3, 5))])
    if "purpose" in body:
        body |= dice.choice((IDENTIFIERS[0], IDENTIFIERS[2]))
    if "method" in body:
        body |= {"contact": dice.choice((IDENTIFIERS[0], IDENTIFIERS[2])), "card": "", "page": ""}
    return {name: KNOWN.get(name, part) if dice.random() < 0.9 else part for name, part in body.items()}
