"""Picking an order: each piece is confirmed by its barcode, what is not on the shelf goes another way.

What was found so far is kept in the session of the tablet until the parcel is ready: it binds nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from edino.catalogue import api as catalogue
from edino.faces.screens.store import finding, frame, home, wording
from edino.faces.screens.store.frame import StoreRequest, at_store
from edino.faces.screens.store.parcels import Good, Parcel, parcel
from edino.kernel.errors import Refusal
from edino.orders import api as orders
from edino.ui.parts import Text, Tone
from edino.ui.screen import Action, Column, Listing, Status, short

_KEPT: Final = "store_picked"
_MOST_KEPT: Final = 40


@dataclass(frozen=True, slots=True)
class Said:
    """What the page answers to a scan."""

    text: Text
    tone: Tone = "good"
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line to pick."""

    place: int
    goods: object
    found: object
    more: object


class Short(forms.Form):
    """Why goods are not here."""

    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=wording.SHORT, widget=forms.RadioSelect)


@at_store("store.work")
def pick(request: StoreRequest, uid: UUID) -> HttpResponse:
    """The lines of a parcel; a scan confirms one piece of what it reads."""
    found = parcel(request, uid)
    if request.method == "POST":
        return _scanned(request, found)
    if found.itself.state != "to_pick":
        return redirect("store_hand", uid=uid)
    starts, ends = found.itself.slot_starts_at, found.itself.slot_ends_at
    lead = [home.said(starts, ends) if starts and ends else "", wording.who(found.order.contact.name)]
    return frame.page(
        request,
        "pick",
        title=_("Pick order %(number)s") % {"number": found.order.number},
        lead=" · ".join(filter(None, lead)),
        back=frame.back(),
        scan_url=reverse("store_pick", args=[uid]),
        scan_label=_("Scan what you have picked"),
        scan_target="#work",
        **_context(request, found),
    )


@at_store("store.work")
@require_POST
def done(request: StoreRequest, uid: UUID) -> HttpResponse:
    """All is found: the parcel is ready and the customer is told."""
    found = parcel(request, uid)
    picked = _picked(request, uid)
    if any(picked.get(good.line.key, 0) < good.pieces for good in found.goods):
        messages.error(request, _("Not everything is picked yet."))
        return redirect("store_pick", uid=uid)
    try:
        orders.ready(uid=found.order.uid, parcel=uid, by=request.staff)
    except Refusal as refusal:
        messages.error(request, wording.why_not(refusal))
        return redirect("store_pick", uid=uid)
    _forget(request, uid)
    messages.success(request, _("Order %(number)s is ready.") % {"number": found.order.number})
    return redirect("store")


@at_store("store.work")
def missing(request: StoreRequest, uid: UUID) -> HttpResponse:
    """Something of it is not here: why, and then which place takes the parcel over."""
    found = parcel(request, uid)
    form = Short(request.POST or None, initial={"reason": wording.SHORT[0][0]})
    if request.method == "POST" and form.is_valid():
        return _reject(request, found, str(form.cleaned_data["reason"]))
    context = {"title": _("Something is not here"), "form": form, "url": request.path, "parcel": found}
    return render(request, "faces/store/short.html", context, status=422 if form.errors else 200)


def _reject(request: StoreRequest, found: Parcel, reason: str) -> HttpResponse:
    try:
        after = orders.reject(uid=found.order.uid, parcel=found.itself.uid, reason=reason, by=request.staff)
    except Refusal as refusal:
        messages.error(request, wording.why_not(refusal))
        return redirect("store_pick", uid=found.itself.uid)
    _forget(request, found.itself.uid)
    known = {place.code: place.name for place in frame.places()}
    fresh = [one for one in after.fulfilments if one.attempt > found.itself.attempt and one.state == "to_pick"]
    where = ", ".join(sorted({known.get(one.location, one.location) for one in fresh}))
    values = {"number": found.order.number, "places": where}
    if where:
        text = _("Order %(number)s goes another way: %(places)s has it. The customer is told.")
        messages.success(request, text % values)
    if after.parked:
        text = _("No other place has everything of order %(number)s. The office is told, and the customer may choose.")
        messages.warning(request, text % values)
    return redirect("store")


def _scanned(request: StoreRequest, found: Parcel) -> HttpResponse:
    """A piece confirmed by its code or by a press; what is no part of this order is said so, or goes to the finder."""
    text = request.POST.get("q", "").strip()[:200]
    line = request.POST.get("line", "")
    variant = catalogue.find_variant(code=finding.code_in(text)) if text and not line else None
    good = next(
        (
            one
            for one in found.goods
            if str(one.line.id) == line or (variant is not None and one.line.variant_id == variant.id)
        ),
        None,
    )
    if good is None and variant is None and not line:
        return finding.elsewhere(request, text)
    if good is None:
        name = variant.name if variant else ""
        said = Said(_("Not in this order: %(name)s") % {"name": name}, "bad")
    else:
        said = _confirm(request, found, good)
    return render(request, "faces/store/_pick.html", _context(request, found) | {"said": [said]})


def _confirm(request: StoreRequest, found: Parcel, good: Good) -> Said:
    picked = _picked(request, found.itself.uid)
    have = picked.get(good.line.key, 0)
    if have >= good.pieces:
        return Said(_("%(name)s is complete already.") % {"name": good.name}, "warn")
    picked[good.line.key] = have + 1
    _keep(request, found.itself.uid, picked)
    numbers = {"name": good.name, "have": have + 1, "pieces": good.pieces}
    return Said(_("%(name)s: %(have)d of %(pieces)d") % numbers)


def _context(request: StoreRequest, found: Parcel) -> dict[str, Any]:
    picked = _picked(request, found.itself.uid)
    have = sum(min(picked.get(good.line.key, 0), good.pieces) for good in found.goods)
    rows = [_row(place, found, good, picked.get(good.line.key, 0)) for place, good in enumerate(found.goods)]
    complete = have >= found.pieces > 0
    ready = Action(_("Ready"), reverse("store_picked", args=[found.itself.uid]), "post", "package-check", "primary")
    return {
        "picked": have,
        "wanted": found.pieces,
        "counted": _("%(have)d of %(pieces)d") % {"have": have, "pieces": found.pieces},
        "table": _LINES.read(request, short(rows, "place")),
        "finish": ready if complete else None,
        "missing": Action(_("Something is not here…"), reverse("store_missing", args=[found.itself.uid]), "dialog"),
        "said": [],
    }


def _row(place: int, found: Parcel, good: Good, have: int) -> Row:
    url = reverse("store_pick", args=[found.itself.uid])
    complete = have >= good.pieces
    numbers = {"have": have, "pieces": good.pieces}
    state = Status(_("%(have)d of %(pieces)d") % numbers, "good" if complete else "info" if have else "quiet")
    more = Action(_("Found one"), url, "swap", "plus", target="#work", values=[("line", str(good.line.id))])
    return Row(place, good.shown(), state, "" if complete else more)


_LINES: Final[Listing[Row]] = Listing(
    name="pick",
    title=gettext_lazy("Goods"),
    columns=(
        Column("goods", gettext_lazy("Goods")),
        Column("found", gettext_lazy("Picked"), place="side"),
        Column("more", gettext_lazy("By hand")),
    ),
    key="place",
    sort="place",
    page_size=500,
    export=False,
    pager=False,
)


def _picked(request: StoreRequest, uid: UUID) -> dict[str, int]:
    kept = request.session.get(_KEPT) or {}
    return dict(kept.get(str(uid)) or {})


def _keep(request: StoreRequest, uid: UUID, picked: Mapping[str, int]) -> None:
    kept = {name: value for name, value in (request.session.get(_KEPT) or {}).items() if name != str(uid)}
    newest = list(kept.items())[-_MOST_KEPT:]
    request.session[_KEPT] = {**dict(newest), str(uid): dict(picked)}


def _forget(request: StoreRequest, uid: UUID) -> None:
    kept = request.session.get(_KEPT) or {}
    request.session[_KEPT] = {name: value for name, value in kept.items() if name != str(uid)}
