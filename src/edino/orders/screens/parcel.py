"""What became of a parcel that was sent, as a courier says it over the telephone: three small pages, one for each."""

from collections.abc import Callable
from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edino.inventory.types import Disposition
from edino.kernel.errors import Refusal
from edino.orders import api
from edino.orders.api import delivering, office
from edino.orders.errors import NoSuchFulfilment
from edino.orders.screens import shown, telling, words
from edino.orders.screens.cancelling import consequences
from edino.orders.types import Fulfilment, Order
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Action, Back, Fact

_PAID: Final = (
    ("", gettext_lazy("the money comes later")),
    ("cash", gettext_lazy("cash")),
    ("card", gettext_lazy("bank card")),
)


class Delivered(forms.Form):
    """How the rest was paid at the door."""

    tender = forms.ChoiceField(label=gettext_lazy("Paid at the door"), choices=_PAID, required=False)


class Unable(forms.Form):
    """Why it could not be delivered."""

    reason = forms.ChoiceField(label=gettext_lazy("Why"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [(code, telling.reason(code)) for code in delivering.REASONS]  # type: ignore[attr-defined]  # a choice field


class Again(forms.Form):
    """What becomes of the goods."""

    disposition = forms.ChoiceField(label=gettext_lazy("The goods are"), choices=list(words.DISPOSITIONS.items()))


def actions(found: Order, one: Fulfilment) -> list[Action]:
    """What may be said of a parcel now."""
    if one.kind not in delivering.KINDS:
        return []
    may = {"shipped": ("delivered", "undelivered", "back"), "coming_back": ("delivered", "back")}.get(one.state, ())
    if one.state == "delivered" and found.outstanding > 0:
        may = ("delivered",)
    labels = {
        "delivered": (_("Delivered…"), "house"),
        "undelivered": (_("Could not be delivered…"), "undo-2"),
        "back": (_("It is back…"), "package-check"),
    }
    return [
        Action(labels[name][0], reverse(f"order_{name}", args=[found.uid, one.uid]), icon=labels[name][1])
        for name in may
    ]


@staff.requires("orders.edit")
def delivered(request: StaffRequest, uid: UUID, parcel: UUID) -> HttpResponse:
    """The customer has it; what he paid at the door is taken."""
    found = _order(uid, parcel)
    form = Delivered(request.POST if request.method == "POST" else None)
    one = next(one for one in found.fulfilments if one.uid == parcel)
    rest = delivering.at_the_door(found, one)
    told = [Fact(_("To pay"), shown.sum_of(rest, found.currency))] if rest else []
    if not told:
        form.fields.pop("tender")

    def do() -> Order:
        return delivering.delivered(parcel=parcel, by=request.staff, tender=form.cleaned_data.get("tender", ""))

    look = {"submit": _("The customer has it"), "icon": "house", "told": told, "heading": _("Delivered")}
    return _page(request, found, form, do, look)


@staff.requires("orders.edit")
def undelivered(request: StaffRequest, uid: UUID, parcel: UUID) -> HttpResponse:
    """It could not be delivered and comes back."""
    found, form = _order(uid, parcel), Unable(request.POST if request.method == "POST" else None)

    def do() -> Order:
        return delivering.coming_back(parcel=parcel, by=request.staff, reason=form.cleaned_data["reason"])

    note = _("The customer is told that it is coming back. Goods and money go back when it is there.")
    look = {"submit": _("It is coming back"), "icon": "undo-2", "note": note, "heading": _("Could not be delivered")}
    return _page(request, found, form, do, look)


@staff.requires("orders.edit")
def back(request: StaffRequest, uid: UUID, parcel: UUID) -> HttpResponse:
    """It is where it came from: what that makes of goods and money is shown before."""
    found, form = _order(uid, parcel), Again(request.POST if request.method == "POST" else None)

    def do() -> Order:
        what = cast("Disposition", form.cleaned_data["disposition"])
        return delivering.came_back(parcel=parcel, by=request.staff, disposition=what)

    try:
        after = office.rehearse(lambda: delivering.came_back(parcel=parcel, by=request.staff))
        told = consequences(found, after)
    except Refusal:
        told = []
    look = {"submit": _("It is back"), "icon": "package-check", "told": told, "heading": _("It is back")}
    return _page(request, found, form, do, look)


def _order(uid: UUID, parcel: UUID) -> Order:
    found = api.order(uid=uid)
    if all(one.uid != parcel for one in found.fulfilments):
        raise NoSuchFulfilment
    return found


def _page(
    request: StaffRequest, found: Order, form: forms.Form, do: Callable[[], Order], look: dict[str, Any]
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            do()
        except Refusal as refusal:
            form.add_error(None, telling.why_not(refusal))
        else:
            messages.success(request, _("Noted."))
            return redirect("order", uid=found.uid)
    title = _("Order %(number)s: %(what)s") % {"number": found.number, "what": look.pop("heading")}
    back_to = Back(_("Order %(number)s") % {"number": found.number}, reverse("order", args=[found.uid]))
    return screen.form_page(request, form, title=title, template="orders/parcel.html", back=back_to, **look)
