"""A screen in a store: large, without a log-in, and without memory once somebody walks away."""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from edino.faces.screens.shop.browse import home_page
from edino.faces.screens.shop.frame import show
from edino.faces.screens.shop.visit import ShopRequest, Visit, visited
from edino.inventory import api as inventory
from edino.kernel.errors import NotFound


@visited
def kiosk(request: ShopRequest, location: str) -> HttpResponse:
    """The first page of a kiosk. A fresh browser that opens it is one from then on; one in use is asked first."""
    place = inventory.location(code=location)
    if place.kind != "store" or not place.active:
        raise NotFound
    guest = request.guest
    if guest.visit.kiosk != place.code:
        in_use = guest.secret or guest.visit.cart or guest.visit.orders
        if in_use and request.method != "POST":
            return show(request, "kiosk.html", title=place.name)
        guest.leave()
        guest.visit = Visit(kiosk=place.code, city=place.city)
    return home_page(request)


@require_POST
@visited
def leave(request: ShopRequest, location: str) -> HttpResponse:
    """Forget whoever stood here: the cart stays with the phone that took it, nothing stays here."""
    guest = request.guest
    guest.leave()
    guest.visit = Visit(kiosk=guest.visit.kiosk, city=guest.visit.city)
    return HttpResponseRedirect(reverse("kiosk", args=[location]))


@require_POST
@visited
def end(request: ShopRequest) -> HttpResponse:
    """This browser is no kiosk any more."""
    request.guest.leave()
    request.guest.visit = Visit()
    return HttpResponseRedirect(reverse("shop"))
