"""Whatever is typed into an address or a form of the screens, by anybody who is logged in: never a 500."""

import re
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import transaction
from django.test import Client
from tests.architecture.test_permissions import screens

from edino.staff import api as staff
from edino.staff.models import User
from edino.staff.types import Actor, Role

pytestmark = pytest.mark.django_db
NAMES = (
    *("q", "query", "search", "cursor", "page", "after", "before", "since", "until", "from", "to", "day", "date"),
    *("kind", "state", "status", "id", "ids", "source", "channel", "group", "type", "role", "name", "email", "value"),
    *("sort", "order", "size", "limit", "profile", "identifier", "identifiers", "customer", "case", "next", "language"),
    *("trust", "rate_limit", "time_zone", "scopes", "field", "version", "decision", "reason", "number", "code", "path"),
)
VALUES = (
    *("", "-1", "0", "1e9", "NaN", "9" * 30, "2026-13-45", "0001-01-01", "9999-12-31T23:59:59+14:00", "١٢"),
    *(
        "'; --",
        "%",
        "_",
        "\\",
        "x" * 5000,
        "\N{SLICE OF PIZZA}",
        "\ufeff",
        "[]",
        "../../etc/passwd",
        "<script>",
        "null",
    ),
)
BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "application/x-www-form-urlencoded"),
    "JSON": (b'{"q": "\\u0000"}', "application/json"),
    "no UTF-8": (b"q=\xff\xfe&id=\xc0\xaf", "application/x-www-form-urlencoded"),
    "half a form": (b"--x\r\nContent-Disposition: form-data; name", "multipart/form-data; boundary=x"),
    "a form without a boundary": (b"--x", "multipart/form-data"),
    "ten thousand fields": (b"&".join(b"a=1" for _ in range(10_000)), "application/x-www-form-urlencoded"),
    "ten megabytes": (b"q=" + b"a" * 10 * 1024 * 1024, "application/x-www-form-urlencoded"),
}


@pytest.fixture
def vera(settings: Any) -> Client:
    """Somebody who may do everything, so that nothing is refused before it is read."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    person, _ = staff.create_user(
        email="vera@shop.example", name="Vera", role=Role.ADMINISTRATOR, by=Actor("rough forms")
    )
    client = Client(raise_request_exception=False, headers={"accept": "text/html"})
    client.force_login(User.objects.get(pk=person.id))
    return client


def addresses() -> list[str]:
    """The screens, but for leaving, after which nothing more would be seen."""
    return [screen.address for screen in screens() if not screen.address.startswith("/logout")]


def rounds() -> list[dict[str, str]]:
    """Every name with other values each time, so that nothing hides behind the first that is refused."""
    return [{name: VALUES[(3 * time + place) % len(VALUES)] for place, name in enumerate(NAMES)} for time in range(7)]


def shared_out() -> list[tuple[str, dict[str, str]]]:
    """Each screen with three of the rounds: the next screens get the others, and all screens read values alike."""
    told = rounds()
    return [(address, told[(n + step) % len(told)]) for n, address in enumerate(addresses()) for step in (0, 2, 4)]


def test_nothing_in_an_address_breaks_a_screen(vera: Client) -> None:
    broken = "&".join(f"{name}=%FF" for name in NAMES)
    tried = [(address, urlencode(values)) for address, values in shared_out()]
    tried += [(address, broken) for address in addresses()]
    assert [one for one in tried if vera.get("?".join(one)).status_code >= 500] == []


UID = "01890000-0000-7000-8000-000000000000"
PLACES = {
    "int": ("0", str(2**31), str(2**63), "9" * 30),
    "str": ("%20", "x" * 1000, quote("\N{SLICE OF PIZZA}"), "..;"),
    "uuid": (UID,) * 4,
    "slug": ("0", "x" * 1000, "-", "_"),
    "path": ("0", "x" * 1000, "..", "a/b"),
}


@pytest.mark.parametrize("place", range(4))
def test_no_number_or_word_in_the_path_breaks_a_screen(vera: Client, place: int) -> None:
    wrong = []
    for screen in screens():
        route = re.sub(r"<(?:(\w+):)?\w+>", lambda found: PLACES[found[1] or "str"][place], screen.route)
        for method in ("get", "post") if "<" in screen.route else ():
            with transaction.atomic():  # what the database refuses ends the request's transaction, not the test's
                answer = getattr(vera, method)(f"/{route}")
                transaction.set_rollback(True)
            if answer.status_code >= 500:
                wrong.append((method, route))
    assert wrong == []


@pytest.mark.parametrize("what", BODIES)
def test_no_body_breaks_a_screen(vera: Client, what: str) -> None:
    body, content_type = BODIES[what]
    places = addresses()[:: 10 if len(body) > 1024 * 1024 else 1]  # what is too large is refused before any screen
    found = [(address, vera.generic("POST", address, body, content_type=content_type)) for address in places]
    assert [(address, answer.status_code) for address, answer in found if answer.status_code >= 500] == []


def test_no_value_in_a_form_breaks_a_screen(vera: Client) -> None:
    tried = [*shared_out(), *((address, dict.fromkeys(NAMES, "\0")) for address in addresses())]
    assert [one for one in tried if vera.post(*one).status_code >= 500] == []
