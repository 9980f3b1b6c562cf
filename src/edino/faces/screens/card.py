"""The customer card: who, what is going on now, what happened, and why all of it is one person."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edino.customers import api as customers
from edino.customers.types import Person
from edino.faces.screens import belonging, panels, splitting, timeline
from edino.kernel.registry import card_panels
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.panels import shown
from edino.ui.screen import Action, Back

_TIMELINE: Final = ("timeline", "timeline-more")


@staff.requires("customers.see")
def customer(request: StaffRequest, uid: UUID) -> HttpResponse:
    asked = request.htmx.target if request.htmx else None  # type: ignore[attr-defined]  # django_htmx
    if asked in _TIMELINE:
        template = f"faces/_{asked.replace('-', '_')}.html"
        return render(request, template, timeline.context(request, customers.customer_now(uid=uid)))
    person = customers.person(uid=uid)
    if person.uid != uid:
        return redirect("customer", uid=person.uid)
    staff.audit(actor=request.staff, operation="customers.see", subject=("customer", str(uid)))
    context: dict[str, Any] = {
        "who": shown(card_panels, "who", request, person),
        "now": shown(card_panels, "now", request, person),
        "just_split": splitting.just_split(request, uid),
    }
    may_search = staff.may(request.staff, "customers.search")
    return screen.page(
        request,
        "faces/card.html",
        title=person.name or _("Customer without a name"),
        lead=_("customer since %(year)d") % {"year": person.since.year},
        back=Back(_("Customers"), reverse("customers") + "?again") if may_search else None,
        primary=_split(request, person),
        density="comfortable",
        **context,
    )


@staff.requires("customers.see_personal")
@require_POST
def show(request: StaffRequest, uid: UUID) -> HttpResponse:
    """The panel of who it is, in full; who asked stands on the trail."""
    person = customers.person(uid=uid, reveal=True)
    staff.audit(actor=request.staff, operation="customers.see_personal", subject=("customer", str(person.uid)))
    response = render(request, "faces/_who.html", panels.who(request, person))
    response["Cache-Control"] = "private, no-store"
    return response


@staff.requires("customers.why")
def why(request: StaffRequest, uid: UUID) -> HttpResponse:
    """Why each part belongs, opened in place."""
    context: dict[str, Any] = belonging.context(request, customers.why(customer=uid))
    return render(request, "faces/_why.html", context)


def _split(request: StaffRequest, person: Person) -> Action | None:
    apart = [one for one in person.identifiers if not one.lent]
    if len(apart) < 2 or not staff.may(request.staff, "customers.split"):
        return None
    return Action(_("Split…"), reverse("customer_split", args=[person.uid]), "dialog", icon="split")
