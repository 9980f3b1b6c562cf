"""Changing an order: fewer pieces of a line, or other goods added; first the numbers, then the deed."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edino.catalogue import api as catalogue
from edino.kernel import ids
from edino.kernel.errors import Refusal
from edino.orders import api
from edino.orders.api import office
from edino.orders.screens import cancelling, shown, telling
from edino.orders.types import Order
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Back, Fact


class Edit(forms.Form):
    """How many pieces of each line are left, and what is added."""

    add = forms.CharField(
        label=gettext_lazy("Add"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("A SKU or a barcode; it is priced today."),
    )
    pieces = forms.IntegerField(label=gettext_lazy("How many of it"), min_value=1, max_value=9999, initial=1)
    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=cancelling.REASONS)
    key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def __init__(self, found: Order, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {f"line-{line.id}": line for line in found.lines if line.open}
        for name, line in self.names.items():
            has = line.quantity - line.cancelled
            label = _("%(name)s: how many stay of %(has)d") % {"name": line.name, "has": has}
            self.fields[name] = forms.IntegerField(label=label, min_value=has - line.open, max_value=has, initial=has)

    def clean_add(self) -> str:
        """The SKU that was meant."""
        text = str(self.cleaned_data["add"]).strip()
        variant = catalogue.find_variant(code=text) if text else None
        if text and variant is None:
            raise forms.ValidationError(_("This is not sold."))
        return variant.sku if variant else ""

    @property
    def quantities(self) -> list[Any]:
        """The fields of the lines, then those of what is added."""
        return [*(self[name] for name in self.names), self["add"], self["pieces"]]

    @property
    def changed(self) -> dict[str, int]:
        """Line key → pieces, of lines that change."""
        return {
            line.key: self.cleaned_data[name]
            for name, line in self.names.items()
            if self.cleaned_data[name] != line.quantity - line.cancelled
        }


@staff.requires("orders.edit")
def edit(request: StaffRequest, uid: UUID) -> HttpResponse:
    """What would change, and once that was seen, the change."""
    found = api.order(uid=uid)
    initial = {"reason": "customer", "key": str(ids.uuid7())}
    form = Edit(found, request.POST or None, initial=initial)
    told: list[Fact] = []
    if request.method == "POST" and form.is_valid():
        answer = _try(request, found, form, told)
        if answer is not None:
            return answer
    return screen.page(
        request,
        "orders/cancel.html",
        title=_("Change order %(number)s") % {"number": found.number},
        back=Back(_("Order %(number)s") % {"number": found.number}, reverse("order", args=[uid])),
        status=422 if form.errors else 200,
        form=form,
        told=told,
        heading=_("What is ordered"),
        submit=_("Change it"),
    )


def _try(request: StaffRequest, found: Order, form: Edit, told: list[Fact]) -> HttpResponse | None:
    given, sure = form.cleaned_data, "sure" in request.POST

    def do() -> Order:
        add = [(given["add"], given["pieces"])] if given["add"] else []
        return api.edit(
            uid=found.uid,
            by=request.staff,
            quantities=form.changed,
            add=add,
            reason=given["reason"],
            key=given["key"],
        )

    try:
        after = do() if sure else office.rehearse(do)
    except Refusal as refusal:
        form.add_error(None, telling.why_not(refusal))
        return None
    if sure:
        messages.success(request, _("Changed."))
        return redirect("order", uid=found.uid)
    told += cancelling.consequences(found, after)
    if after.outstanding > 0:
        told.append(Fact(_("To pay then"), shown.sum_of(after.outstanding, after.currency)))
    return None
