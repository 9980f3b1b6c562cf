"""What a visitor may choose for himself: the city, and whether the shop may count what he looks at."""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from edino.customers import api as customers
from edino.faces.screens.shop.entering import safe_next
from edino.faces.screens.shop.frame import show
from edino.faces.screens.shop.visit import Guest, ShopRequest, visited
from edino.inventory import api as inventory
from edino.kernel.errors import Invalid
from edino.kernel.transactions import retried


def cities() -> list[str]:
    """The cities with a place that sells or hands over, in order."""
    return sorted({place.city for place in inventory.locations() if place.city and (place.sells or place.pickup)})


@visited
def city(request: ShopRequest) -> HttpResponse:
    """Choose a city, from which distances are reckoned."""
    known = cities()
    if request.method == "POST":
        chosen = request.POST.get("city", "")
        request.guest.visit.city = chosen if chosen in known else ""
        return HttpResponseRedirect(safe_next(request, request.POST.get("next") or reverse("shop")))
    next_ = safe_next(request, request.GET.get("next") or reverse("shop"))
    return show(request, "city.html", title=_("Your city"), cities=known, next=next_)


@visited
def consent(request: ShopRequest) -> HttpResponse:
    """Say whether the shop may count; the tracker's own id and this browser's name then mean the same visitor."""
    guest = request.guest
    if request.method == "POST":
        guest.visit.asked = "yes" if request.POST.get("given") == "yes" else "no"
        if guest.visit.asked == "yes":
            _link(guest, request.POST.get("tracker", ""))
        return HttpResponseRedirect(safe_next(request, request.POST.get("next") or reverse("shop")))
    return show(request, "consent.html", title=_("What we count"))


def _link(guest: Guest, tracker: str) -> None:
    if not 8 <= len(tracker) <= 60:
        return
    identifiers = [("device", guest.device), ("device", tracker)]
    try:
        retried(lambda: customers.identify(source=guest.source, identifiers=identifiers))
    except Invalid:
        return  # a browser may write what it likes into its own storage
