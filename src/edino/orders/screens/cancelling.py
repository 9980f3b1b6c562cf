"""Cancelling an order or a part of it: first the numbers, then the deed."""

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
from edino.orders.api import office
from edino.orders.screens import shown, telling, words
from edino.orders.types import Order
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Back, Fact

REASONS: Final = (
    ("customer", gettext_lazy("the customer asked")),
    ("late", gettext_lazy("late")),
    ("not_found", gettext_lazy("not found on the shelf")),
    ("other", gettext_lazy("another reason")),
)


class Cancel(forms.Form):
    """How many pieces of each line, and why."""

    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=REASONS)
    to = forms.ChoiceField(
        label=gettext_lazy("The money goes"),
        choices=[
            ("original", gettext_lazy("back the way it was paid")),
            ("gift_card", gettext_lazy("to a new gift card")),
        ],
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def __init__(self, found: Order, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {f"line-{line.id}": line for line in found.lines if line.open}
        for name, line in self.names.items():
            label = _("%(name)s: how many of %(open)d") % {"name": line.name, "open": line.open}
            self.fields[name] = forms.IntegerField(label=label, min_value=0, max_value=line.open, initial=line.open)

    @property
    def quantities(self) -> list[Any]:
        """The fields of the lines."""
        return [self[name] for name in self.names]

    @property
    def wanted(self) -> dict[str, int]:
        """Line key → pieces."""
        return {line.key: self.cleaned_data[name] for name, line in self.names.items() if self.cleaned_data[name]}


@staff.requires("orders.edit")
def cancel(request: StaffRequest, uid: UUID) -> HttpResponse:
    """What would happen, and once that was seen, the cancellation."""
    found = api.order(uid=uid)
    form = Cancel(
        found, request.POST or None, initial={"reason": "customer", "to": "original", "key": str(ids.uuid7())}
    )
    told: list[Fact] = []
    if request.method == "POST" and form.is_valid():
        if not form.wanted:
            form.add_error(None, _("Say how many pieces are cancelled."))
        else:
            answer = _try(request, found, form, told)
            if answer is not None:
                return answer
    title = _("Cancel order %(number)s") % {"number": found.number}
    return screen.page(
        request,
        "orders/cancel.html",
        title=title,
        back=Back(_("Order %(number)s") % {"number": found.number}, reverse("order", args=[uid])),
        status=422 if form.errors else 200,
        form=form,
        told=told,
        submit=_("Cancel it"),
    )


def _try(request: StaffRequest, found: Order, form: Cancel, told: list[Fact]) -> HttpResponse | None:
    given, sure = form.cleaned_data, "sure" in request.POST

    def do() -> Order:
        return api.cancel(
            uid=found.uid,
            by=request.staff,
            lines=form.wanted,
            reason=given["reason"],
            key=given["key"],
            to=given["to"],
        )

    try:
        after = do() if sure else office.rehearse(do)
    except Refusal as refusal:
        form.add_error(None, telling.why_not(refusal))
        return None
    if sure:
        messages.success(request, _("Cancelled."))
        return redirect("order", uid=found.uid)
    told += consequences(found, after)
    return None


def consequences(before: Order, after: Order) -> list[Fact]:
    """What changes, in numbers: goods, what is due, what goes back and how."""
    currency = after.currency
    gone = sum(line.cancelled for line in after.lines) - sum(line.cancelled for line in before.lines)
    known = {one.uid for one in before.refunds}
    facts = [
        Fact(_("Taken out"), shown.pieces(gone)),
        Fact(_("Due before"), shown.sum_of(before.due, currency)),
        Fact(_("Due then"), shown.sum_of(after.due, currency)),
    ]
    facts += [
        Fact(_("Goes back"), shown.sum_of(one.amount, currency), words.TENDERS.get(one.tender, one.tender))
        for one in after.refunds
        if one.uid not in known
    ]
    if after.state == "cancelled":
        facts.append(Fact(_("State"), words.STATES["cancelled"]))
    return facts
