"""What every full page needs around its content. Asked lazily: a fragment pays for none of it."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

from edino.ui import navigation

# Each language is written in itself, so that whoever needs it can read it.
_OWN_NAMES = {"ru": "Русский", "en": "English"}


class Shell:
    """Navigation, search, languages and the reader's menu of one page.

    A page with a navigation or a scan of its own gives its templates a `shell` that is a kind of this one.
    `scan_target`: the region (a CSS selector) that takes what a scanner reads in place; "" sends it to the search.
    """

    scan_target = ""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def groups(self) -> list[navigation.Group]:
        return navigation.groups(self.request)

    @cached_property
    def account(self) -> list[navigation.Place]:
        return navigation.account(self.request)

    @cached_property
    def search(self) -> navigation.Search | None:
        found = navigation.search
        return found if found and navigation.allowed(self.request, found.operation) else None

    @cached_property
    def search_url(self) -> str:
        return reverse(self.search.url_name) if self.search else ""

    @property
    def languages(self) -> list[tuple[str, str, bool]]:
        return [(code, _OWN_NAMES.get(code, str(name)), code == get_language()) for code, name in settings.LANGUAGES]

    @cached_property
    def log_out_url(self) -> str:
        return _address(navigation.log_out_url_name)

    @property
    def language_url(self) -> str:
        return _address("set_language")


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell` for `ui/base.html`."""
    return {"shell": Shell(request)}
