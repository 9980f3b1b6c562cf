"""What stands around every page of the shop: its name, the four places, the tracker, what a kiosk leaves out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from edino.faces.screens.shop import tracking
from edino.faces.screens.shop.visit import ShopRequest, shop_name
from edino.kernel.errors import FieldError, Refusal
from edino.ui.parts import Back, Text

IDLE: Final = 90
"""Seconds after which a kiosk forgets whoever walked away."""


@dataclass(frozen=True, slots=True)
class Place:
    """One of the places of the shop."""

    id: str
    label: Text
    url: str
    icon: str
    current: bool
    count: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What `ui/public.html` draws around a page."""

    name: str
    home: str
    places: Sequence[Place] = ()
    css: str = ""
    kiosk: str = ""
    idle: int = IDLE
    consent: str = "no"
    key: str = ""


def frame_of(request: ShopRequest, here: str = "") -> Frame:
    """The frame as this visitor sees it; `here` is the id of the current place."""
    visit = request.guest.visit
    home = reverse("kiosk", args=[visit.kiosk]) if visit.kiosk else reverse("shop")
    places = [
        Place("place-home", pgettext("the first page of a shop", "Home"), home, "house", here == "home", 0),
        Place("place-catalogue", _("Catalogue"), reverse("shop_catalogue"), "layout-grid", here == "catalogue", 0),
        cart_place(request, here),
    ]
    if not visit.kiosk:
        label = pgettext("a place in the shop", "Account") if request.guest.secret else _("Log in")
        places.append(Place("place-account", label, reverse("shop_account"), "circle-user-round", here == "account", 0))
    return Frame(
        name=shop_name(),
        home=home,
        places=places,
        css="kiosk" if visit.kiosk else "",
        kiosk=visit.kiosk,
        consent="no" if visit.kiosk else visit.asked,
        key="" if visit.kiosk else tracking.write_key(),
    )


def cart_place(request: ShopRequest, here: str = "") -> Place:
    """The cart among the places, with the number of things in it."""
    return Place(
        "place-cart", _("Cart"), reverse("shop_cart"), "shopping-bag", here == "cart", request.guest.visit.count
    )


def show(
    request: HttpRequest,
    template: str,
    *,
    title: Text = "",
    lead: Text = "",
    back: Back | None = None,
    here: str = "",
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A page of the shop."""
    given = {"title": title, "lead": lead, "back": back, "frame": frame_of(request, here)}  # type: ignore[arg-type]
    return render(request, f"faces/shop/{template}", given | _visitor(request) | context, status=status)


def part(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A piece of a page, for htmx."""
    return render(request, f"faces/shop/{template}", _visitor(request) | context, status=status)


def _visitor(request: HttpRequest) -> dict[str, Any]:
    guest = request.guest  # type: ignore[attr-defined]  # every page of the shop is `visited`
    return {"guest": guest, "visit": guest.visit}


def errors_of(refusal: Refusal) -> Sequence[FieldError]:
    """What is wrong, field by field; a refusal without fields is about the whole."""
    return refusal.fields or (FieldError("", refusal.code, refusal.text),)
