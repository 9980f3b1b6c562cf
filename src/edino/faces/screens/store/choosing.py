"""Choosing the store this tablet stands in."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from edino.faces.screens.store import frame
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen


@staff.requires("store.work")
def choose(request: StaffRequest) -> HttpResponse:
    """The stores; a press on one makes it mine."""
    every = frame.stores()
    if request.method == "POST":
        wanted = [store for store in every if store.code == request.POST.get("code")]
        if wanted:
            answer = redirect("store")
            frame.remember(request, answer, wanted[0])
            return answer
    words = request.GET.get("q", "").strip().casefold()[:100]
    shown = [store for store in every if words in f"{store.name} {store.city} {store.address} {store.code}".casefold()]
    now = frame.chosen(request)
    return screen.page(
        request,
        "faces/store/choose.html",
        title=_("Which store is this?"),
        lead=_("This tablet remembers it until somebody chooses another."),
        density="comfortable",
        stores=shown,
        many=len(every) > 8,
        words=words,
        now=now.code if now else "",
    )
