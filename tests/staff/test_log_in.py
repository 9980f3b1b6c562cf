"""Logging in: the door most strangers try. Fixation, forgery, guessing and stale sessions are refused and noted."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, TestCase

from edino.kernel import sql
from edino.staff import api, queries
from edino.staff.types import Actor, AuditEntry, AuditFilter, Person

pytestmark = pytest.mark.django_db
HOUSE = Actor("command line")
PASSWORD = "a sentence only Oleg knows"
EMAIL = "oleg@shop.example"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()
    api._refusals._spent.clear()


@pytest.fixture
def oleg() -> Person:
    return api.create_user(email=EMAIL, name="Oleg", role="operator", password=PASSWORD, by=HOUSE)[0]


def log_in(client: Client, password: str = PASSWORD, email: str = EMAIL, **extra: Any) -> HttpResponse:
    return client.post("/login/", {"login": email, "password": password, **extra}, headers={"accept": "text/html"})  # type: ignore[return-value]


def trail(operation: str = "account.log_in") -> list[AuditEntry]:
    return queries.trail(AuditFilter(operation=operation), below=None, size=100)


def test_oleg_logs_in_and_the_trail_knows(oleg: Person, client: Client) -> None:
    answer = log_in(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/account/").status_code == 200
    lines = trail()
    assert [(line.refused, line.user_id, line.subject_id) for line in lines] == [(False, oleg.id, str(oleg.id))]
    assert re.fullmatch(r"[0-9a-f]{12}", lines[0].place)
    assert "127.0.0.1" not in repr(lines)


def test_the_address_may_be_written_in_any_case(oleg: Person, client: Client) -> None:
    assert log_in(client, email="Oleg@SHOP.example").status_code == 302


def test_a_wrong_password_says_nothing_of_the_account(oleg: Person, client: Client) -> None:
    known = log_in(client, "wrong")
    unknown = log_in(client, "wrong", email="nobody@shop.example")
    assert known.status_code == unknown.status_code == 200
    errors = [
        re.findall(r'class="summary".*?</div>', answer.content.decode(), re.DOTALL) for answer in (known, unknown)
    ]
    assert errors[0] == errors[1] != []
    assert "_auth_user_id" not in client.session
    assert [(line.refused, line.subject_id, line.detail) for line in trail()] == [
        (True, "", {"why": "wrong password"}),
        (True, str(oleg.id), {"why": "wrong password"}),
    ]
    assert "wrong" not in {line.actor for line in trail()}
    assert "nobody@" not in repr(trail())


def test_guessing_is_stopped_even_for_the_right_password(oleg: Person, client: Client) -> None:
    for attempt in range(5):
        log_in(client, f"guess {attempt}")
    answer = log_in(client)
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session
    assert [line.detail["why"] for line in trail()] == ["too many attempts"] + ["wrong password"] * 5


def test_one_address_guessing_many_accounts_is_stopped(oleg: Person, client: Client) -> None:
    for attempt in range(10):
        log_in(client, "guess", email=f"person{attempt}@shop.example")
    log_in(client, "guess", email="one.more@shop.example")
    assert trail()[0].detail == {"why": "too many attempts"}


def test_an_address_that_asks_too_often_is_turned_away(client: Client) -> None:
    answers = [log_in(client, "guess", email="nobody@shop.example") for _ in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert b"try again a little later" in answers[-1].content
    assert trail()[0].detail == {"why": "too many requests"}


def test_a_session_given_before_log_in_is_not_the_one_after(oleg: Person, client: Client) -> None:
    client.get("/login/")
    session = client.session
    session["planted"] = "by the stranger"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before or ""
    log_in(client)
    assert client.cookies["sessionid"].value != before
    stranger = Client()
    stranger.cookies["sessionid"] = before or ""
    assert stranger.get("/account/").status_code == 302


def test_a_form_from_elsewhere_is_refused(oleg: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert log_in(strict).status_code == 403
    strict.get("/login/")
    token = strict.cookies["csrftoken"].value
    assert log_in(strict, csrfmiddlewaretoken=token).status_code == 302
    assert strict.post("/account/", {"name": "Stolen"}).status_code == 403
    assert api.get_person(id=oleg.id).name == "Oleg"


def test_the_way_back_leads_only_into_edino(oleg: Person, client: Client) -> None:
    assert log_in(client, next="/audit/")["Location"] == "/audit/"
    client.logout()
    assert log_in(client, next="https://evil.example/")["Location"] == "/"


def test_a_closed_account_ends_its_open_sessions(oleg: Person, client: Client) -> None:
    log_in(client)
    assert client.get("/account/").status_code == 200
    api.deactivate(id=oleg.id, by=HOUSE)
    answer = client.get("/account/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/account/")
    assert log_in(Client())["Location"] == "/account/inactive/"


def test_a_new_password_ends_the_old_sessions(oleg: Person, client: Client) -> None:
    log_in(client)
    secret = api.reset_password(id=oleg.id, by=HOUSE)
    assert client.get("/account/").status_code == 302
    assert log_in(Client(), secret).status_code == 302


def test_nobody_signs_up_by_himself(client: Client) -> None:
    assert client.get("/signup/").status_code == 404
    assert client.get("/account/signup/").status_code == 404


def test_logging_out_needs_a_post(oleg: Person, client: Client) -> None:
    log_in(client)
    assert client.get("/logout/").status_code == 200
    assert client.get("/account/").status_code == 200
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/account/").status_code == 302
    assert [line.user_id for line in trail("account.log_out")] == [oleg.id]


def test_htmx_is_sent_to_log_in_and_not_given_the_page(client: Client) -> None:
    answer = client.get("/people/", headers={"hx-request": "true"})
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer["HX-Redirect"] == "/login/?next=/people/"


def _confirm(client: Client) -> None:
    answer = client.post("/account/confirm/", {"password": PASSWORD, "next": "/account/"})
    assert (answer.status_code, answer["Location"]) == (302, "/account/")


def _set_up_the_app(client: Client) -> str:
    asked = client.get("/account/security/app/add/")
    assert asked["Location"].startswith("/account/confirm/")
    _confirm(client)
    page = client.get("/account/security/app/add/")
    secret = str(page.context["form"].secret)
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = client.post("/account/security/app/add/", {"code": _code(secret)})
    assert answer.status_code == 302
    return secret


def _code(secret: str, ahead: int = 0) -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time())) + ahead
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


@pytest.fixture
def protected(oleg: Person) -> Callable[[], str]:
    def protect() -> str:
        client = Client()
        log_in(client)
        return _set_up_the_app(client)

    return protect


def test_a_second_factor_is_asked_for(oleg: Person, client: Client, protected: Callable[[], str]) -> None:
    secret = protected()
    assert log_in(client)["Location"].startswith("/login/second/")
    assert client.get("/account/").status_code == 302
    assert client.post("/login/second/", {"code": "000000"}).status_code == 200
    assert client.get("/account/").status_code == 302
    assert client.post("/login/second/", {"code": _code(secret, 1)}).status_code == 302
    assert client.get("/account/").status_code == 200
    assert api.get_person(id=oleg.id).two_factor
    assert {line.detail["did"] for line in trail("account.own")} == {"totp added", "recovery_codes added"}


def test_a_code_works_once(client: Client, protected: Callable[[], str]) -> None:
    code = _code(protected(), 1)
    log_in(client)
    assert client.post("/login/second/", {"code": code}).status_code == 302
    again = Client()
    log_in(again)
    assert again.post("/login/second/", {"code": code}).status_code == 200
    assert again.get("/account/").status_code == 302


def test_guessing_the_second_factor_is_stopped(client: Client, protected: Callable[[], str]) -> None:
    secret = protected()
    log_in(client)
    for attempt in range(6):
        client.post("/login/second/", {"code": f"{attempt:06}"})
    assert client.post("/login/second/", {"code": _code(secret, 1)}).status_code == 200
    assert client.get("/account/").status_code == 302


def test_the_secret_of_the_app_is_not_readable_in_the_database(protected: Callable[[], str]) -> None:
    secret = protected()
    kept = str(sql.tuples("SELECT type, data FROM mfa_authenticator"))
    assert "totp" in kept
    assert secret not in kept


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(
    "address",
    [
        "/account/",
        "/account/password/",
        "/account/security/",
        "/account/security/app/add/",
        "/account/security/app/remove/",
        "/account/security/codes/",
        "/account/security/codes/new/",
        "/account/security/codes/file/",
        "/account/security/passkeys/",
        "/account/security/passkeys/add/",
        "/account/confirm/",
        "/account/security/confirm/",
    ],
)
def test_every_page_of_ones_own_account_opens(
    client: Client, protected: Callable[[], str], address: str, language: str
) -> None:
    secret = protected()
    client.cookies["django_language"] = language
    log_in(client)
    client.post("/login/second/", {"code": _code(secret, 1)})
    if "confirm" not in address:
        _confirm(client)
    answer = client.get(address, follow=True, headers={"accept": "text/html"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/login/",
        "/account/inactive/",
        "/account/password/reset/",
        "/account/password/reset/sent/",
        "/account/password/reset/done/",
        "/account/password/reset/key/1-set-password/",
    ],
)
def test_every_page_before_log_in_opens(client: Client, address: str) -> None:
    answer = client.get(address, headers={"accept": "text/html"})
    assert answer.status_code == 200
    assert b"<h1>" in answer.content


def test_a_forgotten_password_is_replaced_through_a_link_that_works_once(
    oleg: Person, client: Client, mailoutbox: list[Any]
) -> None:
    client.post("/account/password/reset/", {"email": EMAIL})
    client.post("/account/password/reset/", {"email": "nobody@shop.example"})
    assert [mail.to for mail in mailoutbox] == [[EMAIL]]
    link = re.search(r"http://testserver(/account/password/reset/key/\S+)", mailoutbox[0].body)
    assert link is not None
    form = client.get(link[1])["Location"]
    new = "another sentence of Oleg"
    assert client.post(form, {"password1": new, "password2": new}).status_code == 302
    assert log_in(Client(), new).status_code == 302
    assert log_in(Client()).status_code == 200
    assert b"password1" not in Client().get(link[1], follow=True).content
