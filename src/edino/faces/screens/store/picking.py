"""Picking an order: each piece is confirmed by its barcode, what is not on the shelf goes another way.

What was found so far is kept with the parcel: every tablet of the store sees it, and it binds nobody.
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
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from edino.catalogue import api as catalogue
from edino.faces.screens.store import finding, frame, home, wording
from edino.faces.screens.store.frame import StoreRequest, at_store
from edino.faces.screens.store.parcels import Good, Parcel, parcel
from edino.kernel import ids
from edino.kernel.errors import Refusal
from edino.orders import api as orders
from edino.orders.api import picking
from edino.orders.types import Order
from edino.ui.parts import Text, Tone
from edino.ui.screen import Action, Column, Listing, Status, short

INSTEAD: Final = (
    ("elsewhere", gettext_lazy("another place sends it")),
    ("cancel", gettext_lazy("the customer wants the money back")),
)


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
    """What is not here, why, and what the customer would rather have."""

    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=wording.SHORT, widget=forms.RadioSelect)
    instead = forms.ChoiceField(label=gettext_lazy("What becomes of it"), choices=INSTEAD, widget=forms.RadioSelect)
    key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def __init__(self, *args: Any, found: Parcel, picked: Mapping[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goods = {f"short-{good.line.id}": good for good in found.goods}
        for name, good in self.goods.items():
            left = max(good.pieces - picked.get(good.line.key, 0), 0)
            pieces = [(str(number), str(number)) for number in range(good.pieces + 1)]
            label = f"{good.name} · {good.about}"
            self.fields[name] = forms.TypedChoiceField(label=label, choices=pieces, coerce=int, initial=str(left))

    def counts(self) -> list[forms.BoundField]:
        """How many of each line are not here."""
        return [self[name] for name in self.goods]

    def clean(self) -> dict[str, Any]:
        """At least one piece is not here, or there is nothing to say."""
        given: dict[str, Any] = super().clean() or {}
        if not any(given.get(name) for name in self.goods):
            raise forms.ValidationError(_("Say how many are not here."))
        return given


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
    picked = picking.picked(parcel=uid).pieces
    if any(picked.get(good.line.key, 0) < good.pieces for good in found.goods):
        messages.error(request, _("Not everything is picked yet."))
        return redirect("store_pick", uid=uid)
    try:
        orders.ready(uid=found.order.uid, parcel=uid, by=request.staff)
    except Refusal as refusal:
        messages.error(request, wording.why_not(refusal))
        return redirect("store_pick", uid=uid)
    messages.success(request, _("Order %(number)s is ready.") % {"number": found.order.number})
    return redirect("store")


@at_store("store.work")
def missing(request: StoreRequest, uid: UUID) -> HttpResponse:
    """Something of it is not here: what, why, and then which place takes it over; the rest is picked on."""
    found = parcel(request, uid)
    initial = {"reason": wording.SHORT[0][0], "instead": INSTEAD[0][0], "key": str(ids.uuid7())}
    picked = picking.picked(parcel=uid).pieces
    form = Short(request.POST or None, initial=initial, found=found, picked=picked)
    if request.method == "POST" and form.is_valid():
        return _reject(request, found, form)
    context = {"title": _("Something is not here"), "form": form, "url": request.path, "parcel": found}
    return render(request, "faces/store/short.html", context, status=422 if form.errors else 200)


def _reject(request: StoreRequest, found: Parcel, form: Short) -> HttpResponse:
    given, uid = form.cleaned_data, found.itself.uid
    lines = {good.line.key: given[name] for name, good in form.goods.items() if given[name]}
    try:
        after = orders.reject(
            uid=found.order.uid,
            parcel=uid,
            reason=given["reason"],
            by=request.staff,
            lines=lines,
            key=f"short:{given['key']}",
            cancel=given["instead"] == "cancel",
        )
    except Refusal as refusal:
        messages.error(request, wording.why_not(refusal))
        return redirect("store_pick", uid=uid)
    _say(request, found, after, cancelled=given["instead"] == "cancel")
    rest = next(one for one in after.fulfilments if one.uid == uid)
    return redirect("store_pick", uid=uid) if rest.state == "to_pick" else redirect("store")


def _say(request: StoreRequest, found: Parcel, after: Order, *, cancelled: bool) -> None:
    """What became of what is not here."""
    number = found.order.number
    if cancelled:
        back = sum(one.amount for one in after.refunds) - sum(one.amount for one in found.order.refunds)
        text = _("Cancelled in order %(number)s; %(sum)s goes back, and the customer is told.")
        messages.success(request, text % {"number": number, "sum": wording.plain(back, after.currency)})
        return
    before = {one.uid for one in found.order.fulfilments}
    known = {place.code: place.name for place in frame.places()}
    fresh = [one for one in after.fulfilments if one.uid not in before]
    where = ", ".join(sorted({known.get(one.location, one.location) for one in fresh}))
    if where:
        text = _("What is missing in order %(number)s comes from another place: %(places)s. The customer is told.")
        messages.success(request, text % {"number": number, "places": where})
    if after.parked:
        text = _("No other place has everything of order %(number)s. The office is told, and the customer may choose.")
        messages.warning(request, text % {"number": number})


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
    """One more piece, or one back on the shelf when it was the wrong one."""
    back = "back" in request.POST
    have = picking.pick(parcel=found.itself.uid, line=good.line.key, by=request.staff, back=back)
    if have is None:
        text = _("Nothing of %(name)s is picked.") if back else _("%(name)s is complete already.")
        return Said(text % {"name": good.name}, "warn")
    numbers = {"name": good.name, "have": have, "pieces": good.pieces}
    return Said(_("%(name)s: %(have)d of %(pieces)d") % numbers)


def _context(request: StoreRequest, found: Parcel) -> dict[str, Any]:
    kept = picking.picked(parcel=found.itself.uid)
    have = sum(min(kept.pieces.get(good.line.key, 0), good.pieces) for good in found.goods)
    rows = [_row(place, found, good, kept.pieces.get(good.line.key, 0)) for place, good in enumerate(found.goods)]
    others = [name for name in kept.people if name != request.staff.name]
    complete = have >= found.pieces > 0
    ready = Action(_("Ready"), reverse("store_picked", args=[found.itself.uid]), "post", "package-check", "primary")
    return {
        "picked": have,
        "wanted": found.pieces,
        "counted": _("%(have)d of %(pieces)d") % {"have": have, "pieces": found.pieces},
        "table": _LINES.read(request, short(rows, "place")),
        "finish": ready if complete else None,
        "others": _("Picked by %(names)s too") % {"names": ", ".join(others)} if others else "",
        "missing": Action(_("Something is not here…"), reverse("store_missing", args=[found.itself.uid]), "dialog"),
        "said": [],
    }


def _row(place: int, found: Parcel, good: Good, have: int) -> Row:
    url = reverse("store_pick", args=[found.itself.uid])
    complete = have >= good.pieces
    numbers = {"have": have, "pieces": good.pieces}
    state = Status(_("%(have)d of %(pieces)d") % numbers, "good" if complete else "info" if have else "quiet")
    line = ("line", str(good.line.id))
    more = Action(_("Found one"), url, "swap", "plus", target="#work", values=[line])
    back = Action(_("Put one back"), url, "swap", "minus", target="#work", values=[line, ("back", "1")])
    actions = [one for one, shown in ((more, not complete), (back, bool(have))) if shown]
    return Row(place, good.shown(), state, format_html_join(" ", "{}", ((one,) for one in actions)))


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
