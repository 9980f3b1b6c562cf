"""A variant at one location: why so many, its safety stock, and correcting what lies there, with a way back."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from edino.catalogue import api as catalogue
from edino.inventory import api
from edino.inventory.api import correcting
from edino.inventory.api import places as door
from edino.inventory.errors import NoSuchLocation, NoSuchVariant
from edino.inventory.queries import places as queries
from edino.inventory.screens import words
from edino.inventory.types import Correction, Location
from edino.kernel.errors import Refusal
from edino.kernel.ids import uuid7
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Back, Fact, Number, When


class Correct(forms.Form):
    """What differs from the book, and why."""

    reason = forms.ChoiceField(label=_("Reason"), choices=list(words.REASONS.items()))
    direction = forms.ChoiceField(
        label=_("There are"),
        choices=[("fewer", _("fewer")), ("more", _("more"))],
        widget=forms.RadioSelect,
        initial="fewer",
    )
    pieces = forms.IntegerField(label=_("By how many"), min_value=1, max_value=1_000_000)
    note = forms.CharField(label=_("Note"), max_length=500, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    uid = forms.UUIDField(widget=forms.HiddenInput)


class Safety(forms.Form):
    """Its own safety stock here."""

    safety = forms.IntegerField(
        label=_("Safety stock of this SKU here"),
        min_value=0,
        max_value=1_000_000,
        required=False,
        help_text=_("Empty: as many as the location keeps back of everything."),
    )


@staff.requires("stock.see")
def here(request: StaffRequest, variant: int, location: int) -> HttpResponse:
    """A variant at one location."""
    return _page(request, variant, _place(location))


@staff.requires("stock.edit")
@require_POST
def correct(request: StaffRequest, variant: int, location: int) -> HttpResponse:
    """Something else lies there."""
    place, form = _place(location), Correct(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        sign = 1 if given["direction"] == "more" else -1
        try:
            done = correcting.correct(
                uid=given["uid"],
                variant_id=variant,
                location=place.code,
                quantity=sign * given["pieces"],
                reason=given["reason"],
                note=given["note"],
                seen=given["seen"],
                by=request.staff,
            )
        except Refusal as refusal:
            for error in refusal.fields:
                if error.field == "quantity":
                    form.add_error("direction", _(error.message))
            words.lay_beside(form, refusal) if not form.errors else None
        else:
            messages.success(request, gettext("Corrected by %(quantity)s.") % {"quantity": _signed(done.quantity)})
            return redirect("stock_here", variant=variant, location=location)
    return _page(request, variant, place, correction=form)


@staff.requires("stock.edit")
@require_POST
def undo(request: StaffRequest, uid: UUID) -> HttpResponse:
    """The opposite movement."""
    try:
        one = correcting.undo_correction(uid=uid, by=request.staff)
    except Refusal as refusal:
        messages.error(request, words.told(refusal))
        return redirect("stock_corrections")
    messages.success(request, gettext("Taken back: the opposite movement is written."))
    return redirect("stock_here", variant=one.variant_id, location=api.location(code=one.location).id)


@staff.requires("stock.edit")
@require_POST
def safety(request: StaffRequest, variant: int, location: int) -> HttpResponse:
    """So many of it are kept back here."""
    place, form = _place(location), Safety(request.POST)
    if form.is_valid():
        try:
            given = form.cleaned_data["safety"]
            door.save_safety(variant_id=variant, location=place.code, safety=given, by=request.staff)
        except Refusal as refusal:
            words.lay_beside(form, refusal)
        else:
            messages.success(request, gettext("Saved"))
            return redirect("stock_here", variant=variant, location=location)
    return _page(request, variant, place, keeping=form)


@staff.requires("stock.see")
def corrections(request: StaffRequest) -> HttpResponse:
    """What people corrected, the newest first."""
    names = dict(words.places())
    return screen.page(
        request,
        "inventory/corrections.html",
        title=_("Corrections by hand"),
        lead=_("What people found to be otherwise than in the book, and why."),
        back=Back(_("Stock"), reverse("stock")),
        corrections=_told(correcting.corrections(), names),
        edits=staff.may(request.staff, "stock.edit"),
    )


def _page(
    request: StaffRequest,
    variant: int,
    place: Location,
    correction: Correct | None = None,
    keeping: Safety | None = None,
) -> HttpResponse:
    known = [variant] if variant < 1 << 63 else []
    info = catalogue.variants_by_id(ids=known, language=(get_language() or "en")[:2]).get(variant)
    if info is None:
        raise NoSuchVariant
    trace = api.trace(sku=info.sku, location=place.code, channel="")
    found = [one for one in api.availability(variant_ids=[variant])[variant] if one.location_id == place.id]
    lies = found[0].on_hand if found else 0
    own = queries.safeties(variant).get(place.id)
    context: dict[str, Any] = {}
    if staff.may(request.staff, "stock.edit"):
        context = {
            "correction": correction or Correct(initial={"seen": lies, "uid": uuid7()}),
            "correct_url": reverse("stock_correct", args=[variant, place.id]),
            "keeping": keeping or Safety(initial={"safety": own}),
            "safety_url": reverse("stock_safety", args=[variant, place.id]),
        }
    wrong = any(form is not None and form.errors for form in (correction, keeping))
    return screen.page(
        request,
        "inventory/here.html",
        status=422 if wrong else 200,
        title=words.name({"": info.name}, info.options) or info.sku,
        lead=place.name,
        back=Back(info.sku, reverse("stock_variant", args=[variant])),
        facts=[
            Fact(_("SKU"), info.sku),
            Fact(_("Lie there"), Number(lies)),
            Fact(_("Promised"), Number(found[0].promised if found else 0)),
            Fact(_("Can be had"), Number(trace.free)),
        ],
        trace=trace,
        corrections=_told(correcting.corrections(variant_id=variant, location_id=place.id), {}),
        edits=bool(context),
        **context,
    )


def _told(found: list[Correction], names: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "what": f"{_signed(one.quantity)} · {words.REASONS[one.reason]}",
            "sku": one.sku,
            "place": names.get(one.location, ""),
            "note": one.note,
            "by": one.created_by,
            "at": When(one.created_at, "full"),
            "undone": one.undone_by if one.undone_at else "",
            "url": reverse("stock_correction_undo", args=[one.uid]),
        }
        for one in found
    ]


def _signed(quantity: int) -> str:
    return f"+{quantity}" if quantity > 0 else f"\u2212{-quantity}"


def _place(number: int) -> Location:
    for place in api.locations():
        if place.id == number:
            return place
    raise NoSuchLocation
