"""Who stands before the shop's page: a browser, perhaps a known shopper, perhaps a kiosk in a store.

Two cookies, both out of reach of scripts. `edino_visit` is signed and holds what this browser chose and began: its
secret name, its cart, its orders, the city. `edino_shopper` is the secret of a log-in; only its hash is kept here. What
identifies a browser in the log is derived from its secret name, so that who reads the one cannot forge the other.
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cached_property, wraps
from hashlib import blake2b
from typing import Any, Concatenate, Final, ParamSpec
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from edino.channels import api as channels
from edino.channels.errors import NoSuchSource, SourceTaken
from edino.channels.types import Source
from edino.customers.api import shoppers
from edino.customers.types.shoppers import LoggedIn, Own, Shopper
from edino.kernel.errors import Refusal
from edino.staff import api as staff
from edino.ui import naming

P = ParamSpec("P")
VISIT: Final = "edino_visit"
SHOPPER: Final = "edino_shopper"
_KEPT: Final = 180 * 24 * 3600
_SALT: Final = "edino.faces.shop"
_MOST_ORDERS: Final = 20
SOURCES: Final = {
    "site": naming.call("Shop", gettext_lazy("Shop")),
    "kiosk": naming.call("Shop kiosk", gettext_lazy("Shop kiosk")),
}
PAGES: Final = naming.call("Shop pages", gettext_lazy("Shop pages"))
"""The source of what browsers tell about themselves: anybody may send as it, so it confirms nothing."""


@dataclass(slots=True)
class Visit:
    """What a browser chose and began. Its fields are the cookie, so their names are short and their values plain."""

    token: str = ""
    cart: str = ""
    city: str = ""
    place: str = ""
    kiosk: str = ""
    asked: str = ""
    count: int = 0
    orders: list[str] = field(default_factory=list)


class Guest:
    """The visit of one request with what hangs on it: shopper, source, profile. Looked up when first asked for."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.visit, self._before = _read(request.COOKIES.get(VISIT, ""))
        self.secret = request.COOKIES.get(SHOPPER, "")
        self._secret_before = self.secret

    @cached_property
    def shopper(self) -> Shopper | None:
        """Who is logged in."""
        return shoppers.shopper(token=self.secret)

    @cached_property
    def own(self) -> Own | None:
        """What the shopper may see of what is known."""
        return shoppers.own(shopper=self.shopper) if self.shopper else None

    @cached_property
    def source(self) -> Source:
        """The system that this page counts as."""
        return source_of(self.source_channel)

    @property
    def source_channel(self) -> str:
        """The channel that this page is of."""
        return "kiosk" if self.visit.kiosk else "site"

    @property
    def device(self) -> str:
        """The name under which the log knows this browser; from now on it has one."""
        if not self.visit.token:
            self.visit.token = secrets.token_urlsafe(24)
        key = settings.SECRET_KEY.encode()[:64]
        return str(UUID(bytes=blake2b(self.visit.token.encode(), key=key, digest_size=16, person=b"visit").digest()))

    @property
    def address(self) -> str:
        """The network address, for counting tries only. As many proxies are believed as are ours."""
        hops = [hop.strip() for hop in self.request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
        trusted = settings.ALLAUTH_TRUSTED_PROXY_COUNT
        return hops[-trusted] if 0 < trusted <= len(hops) else str(self.request.META.get("REMOTE_ADDR", ""))

    def owns_order(self, uid: UUID) -> bool:
        """Whether this browser placed the order."""
        return str(uid) in self.visit.orders

    def keep_order(self, uid: UUID) -> None:
        """Remember that this browser placed an order."""
        known = [one for one in self.visit.orders if one != str(uid)]
        self.visit.orders = [*known, str(uid)][-_MOST_ORDERS:]

    def enter(self, entered: LoggedIn) -> None:
        """Keep a log-in."""
        self.secret, self.shopper = entered.token, entered.shopper
        self.__dict__.pop("own", None)

    def leave(self) -> None:
        """Log out, and forget all that this browser began: whoever comes next is somebody else."""
        if self.secret:
            shoppers.log_out(token=self.secret)
        kept = self.visit
        self.visit = Visit(city=kept.city, place=kept.place, kiosk=kept.kiosk, asked=kept.asked)
        self.secret, self.shopper = "", None
        self.__dict__.pop("own", None)

    def write(self, response: HttpResponseBase) -> None:
        """Put into the answer's cookies what has changed."""
        now = asdict(self.visit)
        if now != self._before:
            _set(response, VISIT, signing.dumps(now, salt=_SALT, compress=True))
        if self.secret != self._secret_before:
            if self.secret:
                _set(response, SHOPPER, self.secret)
            else:
                response.delete_cookie(SHOPPER, path="/", samesite="Lax")


class ShopRequest(HttpRequest):
    """A request that passed `visited`: `guest` is who makes it."""

    guest: Guest


View = Callable[Concatenate[ShopRequest, P], HttpResponseBase]


def visited(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A page of the shop, open to everybody; the view finds the visitor at `request.guest`."""

    @wraps(view)
    def opened(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        guest = Guest(request)
        request.guest = guest  # type: ignore[attr-defined]  # ShopRequest says so to the views
        try:
            response = view(request, *args, **kwargs)  # type: ignore[arg-type]
        except Refusal as refused:
            if "text/html" not in request.headers.get("Accept", ""):
                raise
            response = refusal(request, refused)
        guest.write(response)
        # The page depends on cookies that Django's sessions know nothing of.
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return staff.public(opened)


def refusal(request: HttpRequest, refused: Refusal) -> HttpResponse:
    """What cannot be shown, said within the shop."""
    context = {"refusal": refused, "frame": {"name": shop_name(), "home": reverse("shop")}}
    return render(request, "faces/shop/refusal.html", context, status=refused.status)


def shop_name() -> str:
    """What the shop is called (EDINO_SHOP_NAME), as in its feeds."""
    return os.environ.get("EDINO_SHOP_NAME", "").strip() or "Edino"


def source_of(channel: str, name: str = "") -> Source:
    """A source of our own screens in a channel, made at its first use. What somebody types is not confirmed by it."""
    name = name or SOURCES[channel]
    try:
        return channels.get_source(name=name)
    except NoSuchSource:
        confirms = ("device",) if name in SOURCES.values() else ()
        try:
            return channels.create_source(name=name, channel=channel, confirms=confirms, by=staff.COMMAND_LINE)
        except SourceTaken:  # two first visitors at once
            return channels.get_source(name=name)


def _read(cookie: str) -> tuple[Visit, dict[str, Any]]:
    try:
        visit = Visit(**signing.loads(cookie, salt=_SALT, max_age=_KEPT)) if cookie else Visit()
    except (signing.BadSignature, TypeError):
        visit = Visit()
    return visit, asdict(visit)


def _set(response: HttpResponseBase, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=_KEPT, path="/", secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
