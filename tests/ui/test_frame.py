"""The frame of a page: navigation by role, headers that keep it to itself, the kit's page within its weight."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.test import Client, RequestFactory
from django.utils.translation import override

from edino import ui
from edino.kernel import messages
from edino.staff import api as staff
from edino.staff.types import Actor
from edino.ui import navigation
from edino.ui.middleware import SecurityHeaders, SentFromPage
from edino.ui.navigation import NavItem

PAGES = ["/ui/", "/ui/list/", "/ui/detail/", "/ui/form/", "/ui/plain/"]
PAGE_LIMIT = 60 * 1024


def asked(path: str) -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    return request


@pytest.fixture
def oleg(client: Client, db: None) -> Client:
    person, _password = staff.create_user(email="oleg@example.com", name="Oleg", role="operator", by=Actor("test"))
    client.force_login(get_user_model().objects.get(pk=person.id))
    return client


def test_the_column_shows_what_one_may_use(empty_navigation: None, monkeypatch: pytest.MonkeyPatch) -> None:
    navigation.register(NavItem("kit", "Kit", "ui_kit", order=1))
    navigation.register(NavItem("list", "List", "ui_list", operation="list.see", group="Setup", order=2))
    navigation.register(NavItem("form", "Form", "ui_form", operation="form.see", group="Setup", order=3))
    monkeypatch.setattr(navigation, "may", lambda _request, operation: operation == "list.see")
    groups = navigation.groups(asked("/ui/list/"))
    assert [(group.label, [place.item.name for place in group.places]) for group in groups] == [
        ("", ["kit"]),
        ("Setup", ["list"]),
    ]


def test_the_nearest_place_is_the_current_one(empty_navigation: None) -> None:
    navigation.register(NavItem("kit", "Kit", "ui_kit"))
    navigation.register(NavItem("list", "List", "ui_list"))
    places = navigation.groups(asked("/ui/list/7/"))[0].places
    assert [place.item.name for place in places if place.current] == ["list"]


def test_a_phones_bar_holds_four_places(empty_navigation: None) -> None:
    for index in range(6):
        navigation.register(NavItem(f"n{index}", f"N{index}", "ui_kit", order=index, count=lambda _request: 3))
    places = navigation.groups(asked("/"))[0].places
    assert [place.pinned for place in places] == [True] * 4 + [False] * 2
    assert places[0].count == 3


def test_a_page_runs_nothing_we_did_not_send() -> None:
    def page(_request: HttpRequest) -> HttpResponse:
        return HttpResponse("<p>", headers={"Vary": "Cookie"})

    headers = SecurityHeaders(page)(asked("/")).headers
    assert "script-src 'self';" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in headers


def test_what_a_view_set_itself_stays_and_data_may_load_nothing() -> None:
    def data(_request: HttpRequest) -> HttpResponse:
        return JsonResponse({}, headers={"X-Frame-Options": "SAMEORIGIN"})

    headers = SecurityHeaders(data)(asked("/")).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "Cache-Control" not in headers


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_page_of_the_kit_has_no_inline_script_or_style_and_is_light(
    oleg: Client, path: str, language: str
) -> None:
    with override(language):
        response = oleg.get(path, headers={"Accept-Language": language})
    body = response.content.decode()
    assert response.status_code == 200
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]+src=)|https?://", body)
    assert body.count("<h1") == 1
    linked = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', body)
    weight = len(gzip.compress(response.content)) + sum(len(gzip.compress(static(name))) for name in linked)
    assert len(linked) >= 7
    assert weight <= PAGE_LIMIT


def static(name: str) -> bytes:
    found = finders.find(name)
    assert found, name
    return Path(found).read_bytes()


def test_a_stranger_does_not_see_the_kit(client: Client, db: None) -> None:
    assert client.get("/ui/").status_code == 302


def test_a_wrong_form_answers_422_and_keeps_what_was_typed(oleg: Client) -> None:
    response = oleg.post("/ui/form/", {"name": "Till 3", "phone": "8-916"})
    assert response.status_code == 422
    assert 'value="8-916"' in response.content.decode()


def test_a_toast_travels_in_a_header(oleg: Client) -> None:
    response = oleg.post("/ui/answer/toast/")
    assert response.status_code == 204
    assert '"undo": "/ui/answer/toast/"' in response.headers["HX-Trigger"]


def test_every_text_of_the_kit_has_its_russian() -> None:
    assert messages.untranslated(Path(ui.__file__).parent) == []


def test_a_form_sent_from_within_its_page_is_told_where_to_go() -> None:
    request = RequestFactory().post("/ui/form/", headers={"X-Sent-From": "page"})
    answer = SentFromPage(lambda _request: HttpResponseRedirect("/ui/"))(request)
    assert (answer.status_code, answer.headers["Location"]) == (204, "/ui/")
    plain = SentFromPage(lambda _request: HttpResponseRedirect("/ui/"))(RequestFactory().post("/ui/form/"))
    assert plain.status_code == 302
