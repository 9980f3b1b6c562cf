"""A return asked for over the telephone: which pieces of an order come back, why, and which way they come."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edino.kernel import ids
from edino.kernel.errors import Refusal
from edino.orders import api
from edino.orders.api import returns
from edino.orders.errors import NoSuchOrder
from edino.orders.screens import telling
from edino.orders.types import Order, ReturnLineInput
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Back

REASONS: Final = ("size", "defect", "not_liked", "wrong_item", "late", "other")


class Ask(forms.Form):
    """Pieces of each line that may come back, why, and how they come."""

    reason = forms.ChoiceField(label=gettext_lazy("Why"))
    way = forms.ChoiceField(
        label=gettext_lazy("It comes"),
        choices=[("post", gettext_lazy("by post")), ("store", gettext_lazy("to a store"))],
        widget=forms.RadioSelect,
    )
    uid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, found: Order, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [(code, telling.REASONS[code]) for code in REASONS]  # type: ignore[attr-defined]  # a choice field
        self.sold = {f"line-{line.id}": line for line in found.lines if line.left}
        for name, line in self.sold.items():
            label = _("%(name)s: how many of %(left)d") % {"name": line.name, "left": line.left}
            self.fields[name] = forms.IntegerField(label=label, min_value=0, max_value=line.left, initial=0)
        self.order_fields([*self.sold, "reason", "way"])

    def lines(self) -> list[ReturnLineInput]:
        """What comes back."""
        given = self.cleaned_data
        return [
            ReturnLineInput(given[name], line.id, reason=given["reason"])
            for name, line in self.sold.items()
            if given[name]
        ]


@staff.requires("returns.take")
def ask(request: StaffRequest) -> HttpResponse:
    """Open a return of an order that the customer will send or bring."""
    try:
        found = api.order(uid=UUID(request.GET.get("order", "")))
    except ValueError as error:
        raise NoSuchOrder from error
    form = Ask(found, request.POST or None, initial={"uid": ids.uuid7(), "way": "post"})
    if request.method == "POST" and form.is_valid():
        lines = form.lines()
        try:
            made = returns.request_return(
                uid=form.cleaned_data["uid"],
                lines=lines,
                by=request.staff,
                way=form.cleaned_data["way"],
                profile_id=found.contact.profile_id,
                reason=form.cleaned_data["reason"],
            )
        except Refusal as refusal:
            form.add_error(
                None,
                telling.why_not(refusal),
            )
        else:
            messages.success(request, _("The return is open. The goods are expected."))
            return redirect("return", uid=made.uid)
    return screen.form_page(
        request,
        form,
        title=_("What comes back of order %(number)s") % {"number": found.number},
        submit=_("Open the return"),
        back=Back(_("Order %(number)s") % {"number": found.number}, reverse("order", args=[found.uid])),
    )
