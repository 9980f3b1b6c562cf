"""Parcels that left for the customer's door: they are there and the courier brings the money, or they come back.

Delivered and paid is one press. What comes back is in stock again when somebody here has it in the hand; what that
makes of the money is shown before.
"""

from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from edino.faces.screens.store import wording
from edino.faces.screens.store.frame import StoreRequest, at_store
from edino.faces.screens.store.parcels import Parcel, parcel
from edino.inventory.types import Disposition
from edino.kernel.errors import Refusal
from edino.orders import api as orders
from edino.orders.api import delivering, office
from edino.ui.screen import Fact, Figure

SENT: Final = frozenset({"shipped", "coming_back"})


class Unable(forms.Form):
    """Why a courier could not deliver."""

    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=wording.UNDELIVERED)


class Again(forms.Form):
    """What becomes of goods that came back."""

    disposition = forms.ChoiceField(label=gettext_lazy("The goods are"), choices=wording.DISPOSITIONS)


def context(request: StoreRequest, found: Parcel) -> dict[str, Any]:
    """What can be said of a parcel that left from here for the customer; nothing if it did not."""
    itself, order = found.itself, found.order
    mine = itself.location_id == request.store.id and itself.kind in delivering.KINDS
    rest = delivering.at_the_door(order, itself)
    if not mine or not (itself.state in SENT or (itself.state == "delivered" and rest)):
        return {"sent": None}
    names = ("delivered", "undelivered", "again")
    return {
        "sent": {
            "urls": {name: reverse(f"store_{name}", args=[itself.uid]) for name in names},
            "away": itself.state in SENT,
            "unable": Unable() if itself.state == "shipped" else None,
            "again": Again() if itself.state in SENT else None,
            "back": _goes_back(request, found) if itself.state in SENT else [],
            "rest": rest,
            "pay": [Figure(_("To pay"), wording.sum_of(rest, order.currency))] if rest else [],
        }
    }


def _goes_back(request: StoreRequest, found: Parcel) -> list[Fact]:
    """The money that goes back when the parcel is here again: tried out and taken back."""
    order = found.order
    try:
        after = office.rehearse(lambda: delivering.came_back(parcel=found.itself.uid, by=request.staff))
    except Refusal:
        return []
    known = {one.uid for one in order.refunds}
    return [
        Fact(wording.TENDERS.get(one.tender, one.tender), wording.sum_of(one.amount, order.currency))
        for one in after.refunds
        if one.uid not in known
    ]


@at_store("store.work")
@require_POST
def delivered(request: StoreRequest, uid: UUID) -> HttpResponse:
    """The customer has it; what the courier brought is taken."""
    found = parcel(request, uid)
    tender = request.POST.get("tender", "")
    tender = tender if tender in {"cash", "card"} else ""
    try:
        done = delivering.delivered(parcel=uid, by=request.staff, tender=tender)
    except Refusal as refusal:
        messages.error(request, wording.why_not(refusal))
        return redirect("store_hand", uid=uid)
    messages.success(request, _("Order %(number)s is delivered.") % {"number": found.order.number})
    if done.outstanding > 0:
        rest = wording.plain(done.outstanding, done.currency)
        messages.info(request, _("Still to be paid: %(sum)s") % {"sum": rest})
    return redirect("store")


@at_store("store.work")
@require_POST
def undelivered(request: StoreRequest, uid: UUID) -> HttpResponse:
    """The courier could not deliver it and brings it back."""
    found, form = parcel(request, uid), Unable(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why."))
        return redirect("store_hand", uid=uid)
    try:
        delivering.coming_back(parcel=uid, reason=form.cleaned_data["reason"], by=request.staff)
    except Refusal as refusal:
        messages.error(request, wording.why_not(refusal))
    else:
        text = _("Order %(number)s is coming back. The customer is told.") % {"number": found.order.number}
        messages.success(request, text)
    return redirect("store_hand", uid=uid)


@at_store("store.work")
@require_POST
def again(request: StoreRequest, uid: UUID) -> HttpResponse:
    """The parcel is in the hands of the store again."""
    found, form = parcel(request, uid), Again(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say what becomes of the goods."))
        return redirect("store_hand", uid=uid)
    what = cast("Disposition", form.cleaned_data["disposition"])
    known = {one.uid for one in orders.order(uid=found.order.uid).refunds}
    try:
        done = delivering.came_back(parcel=uid, by=request.staff, disposition=what)
    except Refusal as refusal:
        messages.error(request, wording.why_not(refusal))
        return redirect("store_hand", uid=uid)
    messages.success(request, _("Order %(number)s is here again.") % {"number": found.order.number})
    back = sum(one.amount for one in done.refunds if one.uid not in known)
    if back:
        messages.info(request, _("Goes back to the customer: %(sum)s") % {"sum": wording.plain(back, done.currency)})
    return redirect("store")
