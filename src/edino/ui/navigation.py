"""The column of navigation: each package registers its places, the page shows those the reader may use."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest
from django.urls import reverse

from edino.ui.parts import Text


@dataclass(frozen=True, slots=True)
class NavItem:
    """A place in the navigation. `operation` is what one must be allowed to do to see it; empty means everybody.

    `count` gives the number beside the word (cases that wait), asked for at every full page, so it must be cheap.
    """

    name: str
    label: Text
    url_name: str
    icon: str = "circle"
    operation: str = ""
    group: Text = ""
    order: int = 100
    count: Callable[[HttpRequest], int | None] | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """The field that finds everything: where it asks and what one may type.

    `method` "post" keeps what is typed out of addresses, which end in logs and histories.
    """

    url_name: str
    label: Text
    operation: str = ""
    parameter: str = "q"
    method: Literal["get", "post"] = "get"


@dataclass(frozen=True, slots=True)
class Place:
    """A navigation item as one page shows it."""

    item: NavItem
    url: str
    current: bool
    pinned: bool
    count: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """Places under one heading; the first has none."""

    label: Text
    places: list[Place]


def _everybody(_request: HttpRequest, _operation: str) -> bool:
    return True


def _open(_operation: str) -> Callable[[Any], Any]:
    return lambda view: view


# Whoever knows roles sets these: the guard of a view, for screens that stand below the roles (the kit's own).
guard: Callable[[str], Callable[[Any], Any]] = _open
# And this: may this reader do this operation?
may: Callable[[HttpRequest, str], bool] = _everybody
# The field at the top; None while no package offers a search.
search: Search | None = None
log_out_url_name = "account_logout"

# A phone's bar has room for four places and "more".
PINNED = 4
_items: dict[str, NavItem] = {}
_account: dict[str, NavItem] = {}


def register(item: NavItem) -> None:
    """Add a place to the column (again under the same name: replaces it)."""
    _items[item.name] = item


def register_account(item: NavItem) -> None:
    """Add a place to the menu under the reader's own name."""
    _account[item.name] = item


def allowed(request: HttpRequest, operation: str) -> bool:
    """Whether this reader is shown what needs this operation."""
    return not operation or may(request, operation)


def groups(request: HttpRequest) -> list[Group]:
    """What this reader's column holds, in order, the current place marked."""
    shown = [(item, reverse(item.url_name)) for item in _sorted(_items) if allowed(request, item.operation)]
    here = max((url for _item, url in shown if _holds(url, request.path)), key=len, default="")
    found: dict[str, Group] = {}
    for index, (item, url) in enumerate(shown):
        count = item.count(request) if item.count else None
        place = Place(item, url, current=url == here, pinned=index < PINNED, count=count)
        found.setdefault(str(item.group), Group(item.group, [])).places.append(place)
    return list(found.values())


def account(request: HttpRequest) -> list[Place]:
    """The places in the reader's own menu."""
    return [
        Place(item, reverse(item.url_name), current=False, pinned=False, count=None)
        for item in _sorted(_account)
        if allowed(request, item.operation)
    ]


def _sorted(items: dict[str, NavItem]) -> list[NavItem]:
    return sorted(items.values(), key=lambda item: (item.order, item.name))


def _holds(url: str, path: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
