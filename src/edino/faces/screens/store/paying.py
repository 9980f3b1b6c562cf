"""Taking the payment: several means at once, what is left is counted, and nothing is charged that was not shown."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edino.checkout import api as checkout
from edino.checkout.errors import CartChanged, NotThatMany
from edino.checkout.types import TERMINAL, CartView, Contact, Tender
from edino.faces.screens.store import basket, frame, home, sales, wording
from edino.faces.screens.store.frame import StoreRequest, at_store
from edino.inventory import api as inventory
from edino.kernel import clock, ids
from edino.kernel.errors import Refusal
from edino.kernel.money import exponent
from edino.ui.screen import Back, Fact, Figure

_CHANGE: Final = "store_change_given"
_DAYS: Final = 3


class Pay(forms.Form):
    """How much by which means. Cash may be more than is left: the rest is change."""

    card = forms.DecimalField(label=gettext_lazy("Bank card"), required=False, min_value=0, max_digits=12)
    cash = forms.DecimalField(label=gettext_lazy("Cash given"), required=False, min_value=0, max_digits=12)
    gift_card = forms.DecimalField(label=gettext_lazy("Gift card, amount"), required=False, min_value=0, max_digits=12)
    code = forms.CharField(label=gettext_lazy("Gift card, code"), required=False, max_length=100)
    later = forms.BooleanField(label=gettext_lazy("The rest is paid when it is handed over"), required=False)
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=200)
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=40)
    email = forms.CharField(label=gettext_lazy("E-mail"), required=False, max_length=200)
    slot = forms.ChoiceField(label=gettext_lazy("When"), required=False)
    all = forms.ChoiceField(choices=[(one, one) for one in ("card", "cash", "later")], required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=60)
    total = forms.IntegerField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, carried: bool, slots: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.carried = carried
        for name in ("card", "cash", "gift_card"):
            self.fields[name].widget.attrs |= {"inputmode": "decimal", "step": "any"}
        if carried:
            for name in ("later", "name", "phone", "email"):
                del self.fields[name]
        if slots:
            self.fields["slot"].choices = [("", _("any time")), *slots]  # type: ignore[attr-defined]  # a choice field
        else:
            del self.fields["slot"]

    def clean(self) -> dict[str, Any]:
        """An order that leaves later needs somebody to be told."""
        given: dict[str, Any] = super().clean() or {}
        if not self.carried and not given.get("phone") and not given.get("email"):
            self.add_error("phone", _("Say a phone or an e-mail: the customer is told when it is ready."))
        if given.get("gift_card") and not given.get("code") and not given.get("all"):
            self.add_error("code", _("Scan or type the code of the gift card."))
        return given


@at_store("carts.serve")
def pay(request: StoreRequest, uid: UUID) -> HttpResponse:
    """The sum, the means, one button."""
    shown = sales.view(request, uid)
    if shown.order is not None:
        return redirect("store_order", uid=shown.order)
    if shown.uid != uid or not shown.lines:
        return redirect("store_cart", uid=shown.uid)
    bring = basket.home(request, shown)
    if bring is not None and bring.missing():
        return redirect(reverse("store_cart", args=[uid]) + "?asked=1")
    form = _form(request, shown)
    if request.method == "POST" and form.is_valid():
        answer = _bought(request, shown, form)
        if answer is not None:
            return answer
        shown = sales.view(request, uid)
        _renew(form, shown)
    return frame.page(
        request,
        "pay",
        title=_("Take the payment"),
        back=Back(_("Sale"), reverse("store_cart", args=[uid])),
        status=422 if form.errors else 200,
        form=form,
        cart=shown,
        figures=[Figure(_("To pay"), wording.sum_of(shown.total, shown.currency))],
        total=list(basket.total(shown)),
        later=not form.carried,
        money=[form[name] for name in ("card", "cash", "gift_card", "code", "later") if name in form.fields],
        whom=[form[name] for name in ("name", "phone", "email", "slot") if name in form.fields],
        hidden=[form[name] for name in ("key", "total", "version")],
    )


def _renew(form: Pay, shown: CartView) -> None:
    """What the page shows now is what the next press agrees to."""
    for name, value in (("total", shown.total), ("version", shown.version), ("key", ids.uuid7())):
        form.data[name] = str(value)  # type: ignore[index]  # a copy of what was posted


def _form(request: StoreRequest, shown: CartView) -> Pay:
    carried = shown.delivery is None or shown.delivery.method == "carry"
    pickup = shown.delivery is not None and shown.delivery.method == "pickup"
    initial = {
        "key": str(ids.uuid7()),
        "total": shown.total,
        "version": shown.version,
        "name": shown.contact.name,
        "phone": shown.contact.phone,
        "email": shown.contact.email,
    }
    data = request.POST.copy() if request.method == "POST" else None
    return Pay(data, initial=initial, carried=carried, slots=list(_slots(request)) if pickup else ())


def _slots(request: StoreRequest) -> Iterator[tuple[str, str]]:
    now = clock.now()
    for later in range(_DAYS):
        for one in inventory.slots(location=request.store.code, day=timezone.localdate() + timedelta(days=later)):
            if one.free > 0 and one.ends_at > now:
                yield str(one.uid), home.said(one.starts_at, one.ends_at)


def _bought(request: StoreRequest, shown: CartView, form: Pay) -> HttpResponse | None:
    """Buy it; None when something is in the way, which the form then says."""
    given = form.cleaned_data
    tenders, change = _tenders(given, given["total"], shown.currency)
    delivery = shown.delivery
    try:
        slot = UUID(given["slot"]) if given.get("slot") else None
        placed = checkout.checkout(
            uid=shown.uid,
            expected_total=given["total"],
            expected_version=given["version"],
            tenders=tenders,
            contact=None if form.carried else Contact(given["name"], given["phone"], given["email"]),
            delivery=sales.with_slot(delivery, slot) if delivery else None,
            key=given["key"],
            by=sales.hand(request),
            source=sales.source(request),
        )
    except (CartChanged, NotThatMany) as refusal:
        for one in refusal.differences:
            form.add_error(None, basket.drift(one, shown.currency))
        form.add_error(None, wording.why_not(refusal))
        return None
    except Refusal as refusal:
        form.add_error(None, wording.why_not(refusal))
        return None
    request.session.pop(sales.KEPT, None)
    request.session[_CHANGE] = {"order": str(placed.order), "minor": change}
    if placed.next == "wait":
        messages.warning(request, _("The sale waits for a person: tell the office the number of the order."))
    return redirect("store_order", uid=placed.order)


def _tenders(given: Mapping[str, Any], total: int, currency: str) -> tuple[list[Tender], int]:
    """The means in the order they count, and the change: cash that is more than what is left."""
    amounts = {name: minor(given.get(name), currency) for name in ("gift_card", "card", "cash")}
    if given["all"]:
        amounts = {"gift_card": 0, "card": 0, "cash": 0} | ({given["all"]: total} if given["all"] != "later" else {})
    rest = total - amounts["gift_card"] - amounts["card"]
    change = max(amounts["cash"] - max(rest, 0), 0) if amounts["cash"] else 0
    found = []
    if amounts["gift_card"]:
        found.append(Tender("gift_card", amounts["gift_card"], code=given["code"]))
    if amounts["card"]:
        found.append(Tender("card", amounts["card"], provider=TERMINAL))
    if amounts["cash"] - change:
        found.append(Tender("cash", amounts["cash"] - change))
    paid = sum(tender.amount or 0 for tender in found)
    if (given.get("later") or given["all"] == "later") and paid < total:
        found.append(Tender("cod", total - paid))
    return found, change


def minor(amount: Decimal | None, currency: str) -> int:
    """Minor units of an amount; more decimals than the currency has are cut to what can be paid."""
    return int(Decimal(amount or 0).scaleb(exponent(currency)))


def change_given(request: StoreRequest, order: UUID, currency: str) -> list[Fact]:
    """The change of the sale just made at this tablet."""
    kept = request.session.get(_CHANGE) or {}
    if kept.get("order") != str(order) or not kept.get("minor"):
        return []
    return [Fact(_("Change"), wording.sum_of(int(kept["minor"]), currency))]


def just_sold(request: StoreRequest, order: UUID) -> bool:
    """Whether this is the sale that was just made at this tablet."""
    return bool((request.session.get(_CHANGE) or {}).get("order") == str(order))
