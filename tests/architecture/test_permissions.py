"""Who may go where: every address and every call against every role, as committed text, and tried for real.

An address that declares nothing fails. After a change that was meant: `EDINO_UPDATE_MATRIX=1 make test`, and the
difference of permission_matrix.txt is what the reviewer reads.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from edino.channels import api as channels
from edino.channels.types import Scope
from edino.kernel import clock
from edino.site.api import api as json_api
from edino.staff import api as staff
from edino.staff import rules
from edino.staff.models import User
from edino.staff.types import Actor, Role

pytestmark = pytest.mark.django_db
MATRIX = Path(__file__).parent / "permission_matrix.txt"
HOUSE = Actor("architecture test")

PUBLIC = {
    "healthz": "watchers of the process; one word",
    "readyz": "watchers of the process; one word to strangers",
    "metrics": "guards itself: this machine or EDINO_METRICS_TOKEN",
    "i18n/setlang/": "the language of a page, before log-in too",
    "api/v1/openapi.json": "the contract of the API holds no data",
    "api/v1/": "the name by which the API finds itself; answers 404",
    "edino.js": "the tracker is loaded by shoppers' browsers",
}
COLLECTOR = {
    f"v1/{call}": Scope.EVENTS_WRITE
    for call in ("batch", "import", "track", "identify", "page", "screen", "alias", "group")
}


@dataclass(frozen=True, slots=True)
class Screen:
    """An address of the site and the operation it declares."""

    route: str
    operation: str

    @property
    def address(self) -> str:
        """The address with something in the place of each parameter."""
        values = {"int": "1", "uuid": "01890000-0000-7000-8000-000000000000", "str": "x", "slug": "x", "path": "x"}
        return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda found: values.get(found[1] or "str", "x"), self.route)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the JSON API and the scope it declares."""

    method: str
    path: str
    scope: str

    @property
    def address(self) -> str:
        """The address with something in the place of each parameter."""
        return "/api/v1" + re.sub(r"\{[^}]+\}", "01890000-0000-7000-8000-000000000000", self.path)


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the site, with its whole route."""
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        else:
            yield route, entry


def screens() -> list[Screen]:
    """The addresses of people, with what they declare; "" for one that declares nothing."""
    calls = {"api/v1" + re.sub(r"{(?:\w+:)?(\w+)}", r"<\1>", call.path) for call in calls_of_the_api()}
    found = []
    for route, entry in patterns(get_resolver()):
        if re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", route) in calls or route in COLLECTOR:
            continue
        operation = "public" if route in PUBLIC else getattr(entry.callback, "edino_operation", "")
        found.append(Screen(route, operation))
    return sorted(set(found), key=lambda screen: screen.route)


def calls_of_the_api() -> list[Call]:
    """The calls of programs, with the scope of their key; "" for one that asks for none."""
    found = []
    for router in json_api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                guards = [guard.scope for guard in operation.auth_callbacks if isinstance(guard, channels.ScopedKey)]
                scope = guards[0] if len(guards) == len(operation.auth_callbacks) == 1 else ""
                whole = "/" + f"{router.prefix}{path}".lstrip("/")
                found += [Call(method, whole, scope) for method in operation.methods]
    return sorted(found, key=lambda call: (call.path, call.method))


def text() -> str:
    """The matrix as it is committed."""
    letters = "  ".join(role.value for role in Role)
    lines = ["# Made by tests/architecture/test_permissions.py; x: may.", "", f"{'OPERATIONS':<28}{letters}"]

    def marks(operation: str) -> str:
        return "  ".join(
            ("x" if rules.allows(role, operation) else ".").ljust(len(role.value)) for role in Role
        ).rstrip()

    lines += [f"{operation:<28}{marks(operation)}" for operation in rules.OPERATIONS]
    lines += ["", "ADDRESSES OF PEOPLE"]
    lines += [f"/{screen.route:<64}{screen.operation}" for screen in screens()]
    lines += ["", "CALLS OF PROGRAMS (scope of the key)"]
    lines += [f"{call.method:<7}/api/v1{call.path:<58}{call.scope}" for call in calls_of_the_api()]
    lines += [f"{'POST':<7}/{route:<64}{scope}" for route, scope in COLLECTOR.items()]
    return "\n".join(lines) + "\n"


def test_every_address_declares_who_may_go_there() -> None:
    assert [screen.route for screen in screens() if not screen.operation] == []
    assert [f"{call.method} {call.path}" for call in calls_of_the_api() if not call.scope] == []


def test_the_matrix_is_the_committed_one() -> None:
    now = text()
    if os.environ.get("EDINO_UPDATE_MATRIX"):
        MATRIX.write_text(now, encoding="utf-8")
    assert MATRIX.read_text(encoding="utf-8") == now, "if this change was meant: EDINO_UPDATE_MATRIX=1 make test"


@pytest.fixture
def clients(settings: Any) -> dict[Role, Client]:
    # The real hashes take half a second on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    made = {}
    for role in Role:
        person, _ = staff.create_user(email=f"{role}@shop.example", name=role.value, role=role, by=HOUSE)
        made[role] = Client(raise_request_exception=False, headers={"accept": "text/html"})
        made[role].force_login(User.objects.get(pk=person.id))
    return made


def refusals() -> int:
    return sum(count for _, count, _ in staff._refusals._spent.values()) + sum(
        dropped for _, _, dropped in staff._refusals._spent.values()
    )


def test_a_role_that_may_not_is_refused_and_noted(clients: dict[Role, Client]) -> None:
    wrong = []
    staff._refusals._spent.clear()
    tried = 0
    with clock.frozen(clock.now()):  # the quota of what is noted is counted by the minute
        for screen in screens():
            if screen.operation == staff.PUBLIC:
                continue
            for role, client in clients.items():
                if rules.allows(role, screen.operation):
                    continue
                for method in ("get", "post"):
                    answer = getattr(client, method)(screen.address)
                    tried += 1
                    if answer.status_code != 403:
                        wrong.append((method, screen.address, role, answer.status_code))
    assert wrong == []
    assert tried > 50
    assert refusals() == tried


def test_a_role_that_may_is_let_in(clients: dict[Role, Client]) -> None:
    wrong = []
    for screen in screens():
        for role in (Role.ADMINISTRATOR, *rules.OPERATIONS.get(screen.operation, ())):
            answer = clients[role].get(screen.address)
            if answer.status_code in {401, 403} or answer.get("Location", "").startswith("/login/?"):
                wrong.append((screen.address, role, answer.status_code))
    assert [one for one in wrong if one[0] != "/metrics"] == []


def test_a_stranger_is_sent_to_log_in() -> None:
    stranger = Client(headers={"accept": "text/html"})
    wrong = []
    for screen in screens():
        if screen.operation == staff.PUBLIC:
            continue
        for method in ("get", "post"):
            answer = getattr(stranger, method)(screen.address)
            if answer.status_code != 302 or not answer["Location"].startswith("/login/?next="):
                wrong.append((method, screen.address, answer.status_code))
    assert wrong == []


def test_a_session_of_people_opens_no_call_of_programs(clients: dict[Role, Client]) -> None:
    for call in calls_of_the_api():
        answer = clients[Role.ADMINISTRATOR].generic(call.method, call.address)
        assert (call.path, answer.status_code) == (call.path, 401)


def test_a_call_needs_a_key_in_force_with_its_scope() -> None:
    cache.clear()
    source = channels.create_source(name="Stranger's system", channel="site", by=HOUSE)
    keys = {
        scope: channels.issue_key(source=source, scopes=[s for s in Scope if s not in {scope, "admin"}], by=HOUSE)
        for scope in Scope
    }
    revoked = channels.issue_key(source=source, scopes=["admin"], by=HOUSE)
    number = channels.authenticate(key=revoked).key_id
    assert number is not None
    channels.revoke_key(id=number, by=HOUSE)
    calls = [(call.method, call.address, call.scope) for call in calls_of_the_api()]
    calls += [("POST", f"/{route}", scope) for route, scope in COLLECTOR.items()]
    client = Client(raise_request_exception=False)
    wrong = []
    for method, address, scope in calls:
        shown = [("", 401), ("edino_aaaaaaaa_" + "A" * 43, 401), (revoked, 401), (keys[Scope(scope)], 403)]
        for key, expected in shown:
            headers = {"authorization": f"Bearer {key}"} if key else {}
            body = b'{"batch": []}' if address.startswith("/v1/") else b"{}"
            answer = client.generic(method, address, body, content_type="application/json", headers=headers)
            if answer.status_code != expected:
                wrong.append((method, address, key[:12], answer.status_code, expected))
    assert wrong == []
