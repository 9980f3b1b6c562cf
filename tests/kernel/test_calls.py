"""Calls of the API are found by their first word as Django finds them one by one, and pass by what only pages need."""

import re
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import Resolver404, URLResolver, path
from django.urls.resolvers import RoutePattern

from edino.kernel import pages
from edino.kernel.calls import Calls
from edino.site.api import api

SAMPLES = {"uuid": "0190f3a2-0000-7000-8000-000000000001", "int": "7", "str": "kolya", "path": "a/b", "slug": "a-b"}


def sample(route: str) -> str:
    """An address of a pattern."""
    return re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES[found[1] or "str"], route)


def test_every_call_is_found_as_django_finds_it() -> None:
    patterns, app_name, namespace = api.urls
    slow = URLResolver(RoutePattern("api/v1/", is_endpoint=False), patterns, {}, app_name, namespace)
    quick = Calls("api/v1/", patterns, app_name, namespace)
    addresses = [f"api/v1/{sample(str(one.pattern))}" for one in patterns]
    assert len(addresses) > 70
    for address in addresses:
        expected, found = slow.resolve(address), quick.resolve(address)
        assert (found.view_name, found.route, found.kwargs) == (expected.view_name, expected.route, expected.kwargs)
        assert found.func is expected.func


@pytest.mark.parametrize(
    "address", ["api/v1/nothing", "api/v1/customers/x/y/z", "api/v1", "v1/batch", "api/v2/customers"]
)
def test_what_is_no_call_is_not_found(address: str) -> None:
    patterns, app_name, namespace = api.urls
    with pytest.raises(Resolver404):
        Calls("api/v1/", patterns, app_name, namespace).resolve(address)


def test_where_any_word_may_begin_an_address_all_are_tried() -> None:
    def view(request: HttpRequest, **given: Any) -> HttpResponse:
        return HttpResponse(str(given))

    calls = Calls(
        "shop/", [path("<str:name>/carts", view, name="of"), path("masha/cards", view, name="hers")], "a", "a"
    )
    assert calls.resolve("shop/masha/carts").url_name == "of"
    assert calls.resolve("shop/masha/cards").url_name == "hers"


def test_a_call_has_no_session_and_nobodys_rights_and_a_page_has_both() -> None:
    seen: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    chain = pages.Sessions(pages.People(answer))
    chain(RequestFactory().get("/api/v1/customers", headers={"Cookie": "sessionid=anya"}))
    chain(RequestFactory().get("/customers/"))
    call, page = seen
    assert not hasattr(call, "session")
    assert not hasattr(call, "user")
    assert hasattr(page, "session")
    assert hasattr(page, "user")


def test_a_view_under_the_api_that_is_not_exempt_from_the_check_of_forms_is_refused() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    forms = pages.Forms(view)
    refused = forms.process_view(RequestFactory(enforce_csrf_checks=True).post("/api/v1/strange"), view, (), {})
    assert refused is not None
    assert refused.status_code == 403
