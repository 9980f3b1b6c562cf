"""The frame of the workplace: which store this is, its few places, and the field that takes whatever is scanned."""

from collections.abc import Callable, Mapping
from functools import cached_property, wraps
from typing import Any, Concatenate, Final, ParamSpec
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from edino.inventory import api as inventory
from edino.inventory.types import Location
from edino.kernel.errors import NotFound, Refusal
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import navigation, screen
from edino.ui.context import Shell
from edino.ui.navigation import Group, NavItem, Place, Search
from edino.ui.parts import EMPTY, Action, Back, Part, Text

P = ParamSpec("P")
KEPT: Final = "store"
ANYTHING: Final = _("Scan or type: code, order, goods, card, phone")
_TABLET: Final = "edino_store"
_YEAR: Final = 365 * 24 * 3600
_PLACES: Final = (
    NavItem("work", _("Work"), "store", "list-checks", "store.work"),
    NavItem("sell", _("Sell"), "store_sell", "shopping-basket", "carts.serve"),
    NavItem("back", _("Take back"), "store_back", "undo-2", "returns.take"),
    NavItem("count", _("Count"), "store_count", "clipboard-list", "stock.count"),
)


class StoreRequest(StaffRequest):
    """A request from a tablet that knows its store."""

    store: Location


View = Callable[Concatenate[StoreRequest, P], HttpResponseBase]
Guarded = Callable[Concatenate[StaffRequest, P], HttpResponseBase]


class StoreShell(Shell):
    """The frame of a page in the store: its own few places, and a field that finds whatever is scanned.

    A page that works by scanning gives its own address as `scan_url`; what it does not know it hands on.
    """

    def __init__(self, request: StoreRequest, *, scan_url: str = "", label: Text = "", scan_target: str = "") -> None:
        super().__init__(request)
        self.store = request.store
        self._scan_url = scan_url
        self._label = label
        self.scan_target = scan_target

    @cached_property
    def groups(self) -> list[Group]:
        items = [item for item in _PLACES if navigation.allowed(self.request, item.operation)]
        here = max((url for url in map(_url, items) if self.request.path.startswith(url)), key=len, default="")
        places = [Place(item, _url(item), current=_url(item) == here, pinned=True, count=None) for item in items]
        choose = NavItem("choose", self.store.name, "store_choose", "store", "store.work")
        office = NavItem("office", _("Office"), "overview", "layout-dashboard", "overview.see")
        others = [Place(item, _url(item), current=False, pinned=False, count=None) for item in (choose, office)]
        return [Group("", places), Group(_("Elsewhere"), others)]

    @cached_property
    def search(self) -> Search | None:
        return Search("store_find", self._label or ANYTHING, method="post")

    @cached_property
    def search_url(self) -> str:
        return self._scan_url or reverse("store_find")


def at_store(operation: str) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """Like `requires`, and `request.store` is the store chosen on this tablet; without one, it is asked for first."""

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def placed(request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if any("\x00" in value for value in request.POST.values()):
                raise Refusal("The form holds the character NUL.")
            store = chosen(request)
            if store is None:
                return _ask(request)
            request.store = store  # type: ignore[attr-defined]  # StoreRequest says so to the views
            # Slots and openings are hours of the store, wherever the server stands.
            with timezone.override(ZoneInfo(store.time_zone)):
                return view(request, *args, **kwargs)  # type: ignore[arg-type]

        return staff.requires(operation)(placed)

    return decorate


def page(
    request: StoreRequest,
    template: str,
    *,
    title: Text,
    scan_url: str = "",
    scan_label: Text = "",
    scan_target: str = "",
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A page of the workplace."""
    shell = StoreShell(request, scan_url=scan_url, label=scan_label, scan_target=scan_target)
    context |= {"shell": shell, "store": request.store, "density": "comfortable"}
    return screen.page(request, f"faces/store/{template}.html", title=title, status=status, **context)


def stores() -> list[Location]:
    """The stores that are open for work."""
    return [place for place in inventory.locations(kind="store") if place.active]


def chosen(request: StaffRequest) -> Location | None:
    """The store of this session, else of this tablet, else the only one there is."""
    code = request.session.get(KEPT) or request.get_signed_cookie(_TABLET, default="", salt=KEPT)
    if code:
        try:
            found = inventory.location(code=str(code))
        except NotFound:
            found = None
        if found is not None and found.active and found.kind == "store":
            return found
    every = stores()
    return every[0] if len(every) == 1 else None


def remember(request: StaffRequest, response: HttpResponse, store: Location) -> None:
    """From now on this session and this tablet stand in that store."""
    request.session[KEPT] = store.code
    response.set_signed_cookie(
        _TABLET, store.code, salt=KEPT, max_age=_YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
    )


def places() -> list[Location]:
    """Every place that holds goods."""
    return inventory.locations()


def back() -> Back:
    """The way up to what waits."""
    return Back(_("What waits"), reverse("store"))


def _url(item: NavItem) -> str:
    return reverse(item.url_name)


def _ask(request: StaffRequest) -> HttpResponse:
    url = reverse("store_choose")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def stepper(url: str, values: Mapping[str, str], have: int, *, most: int, least: int = 0) -> SafeString:
    """How many, with one less and one more; each press swaps the region that works."""

    def to(label: str, quantity: int) -> Part | SafeString:
        if not least <= quantity <= most:
            return EMPTY
        given = [*values.items(), ("quantity", str(quantity))]
        return Action(label, url, "swap", target="#work", values=given)

    more = to("+1", have + 1)
    return format_html('<span class="actions over">{}<b class="number">{}</b>{}</span>', to("−1", have - 1), have, more)
