"""Ways of delivery: what brings goods where, for how much, in how many days."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from edino.catalogue.api.reading import shop_currency
from edino.checkout.api import delivering
from edino.checkout.types import DeliveryMethod, Zone
from edino.kernel.errors import Refusal
from edino.kernel.money import Money, exponent
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Action, Amount, Back, Column, Listing, Status, short

ZONES = 3
"""Empty places for zones that a form offers beside those that are there."""
MOST = 40


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    code: str
    name: str
    state: Status
    position: int
    zones: int
    cheapest: Amount


def _amount(currency: str, **said: Any) -> forms.DecimalField:
    """A field for an amount of money."""
    return forms.DecimalField(min_value=0, max_digits=14, decimal_places=exponent(currency), required=False, **said)


class Method(forms.Form):
    """A way of delivery with its zones, one after the other."""

    code = forms.RegexField(
        r"^[a-z0-9][a-z0-9_-]*$",
        label=_("Code"),
        max_length=40,
        help_text=_("As other systems call it: courier, post."),
    )
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    name_ru = forms.CharField(label=_("Name in Russian"), max_length=200, required=False)
    active = forms.BooleanField(label=_("It is offered now"), required=False, initial=True)
    position = forms.IntegerField(label=_("Order"), min_value=0, max_value=1_000_000, initial=100)

    def __init__(self, *args: Any, currency: str, zones: int = ZONES, **options: Any) -> None:
        super().__init__(*args, **options)
        self.currency = currency
        self.zones = zones
        for number in range(zones):
            made: dict[str, forms.Field] = {
                "price": _amount(currency, label=_("Price")),
                "cities": forms.CharField(
                    label=_("Cities"),
                    required=False,
                    max_length=20_000,
                    help_text=_("With commas. Without cities and postcodes: anywhere."),
                ),
                "postcodes": forms.CharField(
                    label=_("Postcodes begin with"),
                    required=False,
                    max_length=20_000,
                    help_text=_("As 101, 19. They count before cities."),
                ),
                "free_from": _amount(
                    currency, label=_("Free from"), help_text=_("Goods of so much, before discounts.")
                ),
                "days_from": forms.IntegerField(label=_("Days, at least"), min_value=0, max_value=365, required=False),
                "days_to": forms.IntegerField(label=_("Days, at most"), min_value=0, max_value=365, required=False),
            }
            self.fields.update({f"zone{number}_{word}": field for word, field in made.items()})

    def groups(self) -> list[list[forms.BoundField]]:
        """The fields of each zone."""
        words = ("price", "cities", "postcodes", "free_from", "days_from", "days_to")
        return [[self[f"zone{number}_{word}"] for word in words] for number in range(self.zones)]

    def head(self) -> list[forms.BoundField]:
        """The fields before the zones."""
        return [self[name] for name in ("code", "name_en", "name_ru", "active", "position")]

    def given(self) -> DeliveryMethod:
        """What was typed, as the door takes it. A zone without a price is none."""
        data = self.cleaned_data
        names = {language: data[f"name_{language}"].strip() for language in ("en", "ru")}
        zones = []
        for number in range(self.zones):
            told = {word: data.get(f"zone{number}_{word}") for word in ("price", "free_from", "days_from", "days_to")}
            if told["price"] is None:
                continue
            free = None if told["free_from"] is None else self._minor(told["free_from"])
            first = told["days_from"] or 0
            days = (first, max(first, told["days_to"] or 0))
            cities, postcodes = (_split(data[f"zone{number}_{word}"]) for word in ("cities", "postcodes"))
            starts = tuple(start.replace(" ", "").upper() for start in postcodes)
            zones.append(Zone(self._minor(told["price"]), cities, starts, free, days))
        return DeliveryMethod(
            data["code"],
            {language: name for language, name in names.items() if name},
            self.currency,
            tuple(zones),
            data["position"],
            data["active"],
        )

    def _minor(self, amount: Any) -> int:
        return int(amount.scaleb(exponent(self.currency)))


@staff.requires("delivery.edit")
def methods(request: StaffRequest) -> HttpResponseBase:
    """Every way of delivery."""
    table: Listing[Row] = Listing(
        name="deliveries",
        title=_("Ways of delivery"),
        lead=_(
            "What shoppers choose from when they want it brought. Without any, the one price of the settings counts."
        ),
        columns=(
            Column("name", _("Name"), sort=True),
            Column("state", _("State"), place="side"),
            Column("cheapest", _("Price from"), kind="money"),
            Column("zones", _("Zones"), kind="number"),
            Column("code", _("Code"), quiet=True),
            Column("position", _("Order"), kind="number", sort=True, quiet=True),
        ),
        key="code",
        url=lambda row: reverse("delivery", args=[row.code]),
        sort="position",
        nothing=_("No way of delivery yet"),
        primary=Action(gettext("Add a way of delivery"), reverse("delivery_add"), icon="plus", tone="primary"),
    )
    return table.respond(request, short([_row(one) for one in delivering.delivery_methods()], key="code"))


@staff.requires("delivery.edit")
def add(request: StaffRequest) -> HttpResponse:
    """A new way of delivery."""
    form = Method(request.POST or None, currency=shop_currency())
    if request.method == "POST" and form.is_valid():
        known = {one.code for one in delivering.delivery_methods()}
        if form.cleaned_data["code"] in known:
            form.add_error("code", _("There is a way of delivery of this code already."))
        elif _saved(request, form):
            return redirect("deliveries")
    return _page(request, form, _("New way of delivery"))


@staff.requires("delivery.edit")
def method(request: StaffRequest, code: str) -> HttpResponse:
    """Change a way of delivery."""
    known = delivering.delivery_method(code=code)
    initial: dict[str, Any] = {"code": code, "active": known.active, "position": known.position}
    initial |= {f"name_{language}": name for language, name in known.names.items()}
    for number, zone in enumerate(known.zones):
        initial[f"zone{number}_price"] = Money(zone.price, known.currency).amount
        initial[f"zone{number}_free_from"] = (
            None if zone.free_from is None else Money(zone.free_from, known.currency).amount
        )
        initial[f"zone{number}_cities"], initial[f"zone{number}_postcodes"] = (
            ", ".join(zone.cities),
            ", ".join(zone.postcodes),
        )
        initial[f"zone{number}_days_from"], initial[f"zone{number}_days_to"] = zone.days
    form = Method(
        request.POST or None, initial=initial, currency=known.currency, zones=max(ZONES, len(known.zones) + 1)
    )
    form.fields["code"].disabled = True
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        return redirect("deliveries")
    return _page(request, form, known.name((get_language() or "en")[:2]))


def _saved(request: StaffRequest, form: Method) -> bool:
    try:
        delivering.save_delivery_method(method=form.given(), by=request.staff)
    except Refusal as refusal:
        for error in refusal.fields:
            name = {"names": "name_en", "zones": "zone0_price"}.get(error.field, error.field)
            name = name.replace("zones[", "zone").replace("].", "_").replace("_days", "_days_to")
            form.add_error(name if name in form.fields else None, _(error.message))
        return False
    messages.success(request, gettext("Saved"))
    return True


def _page(request: StaffRequest, form: Method, title: Any) -> HttpResponse:
    back = Back(_("Ways of delivery"), reverse("deliveries"))
    return screen.form_page(
        request,
        form,
        title=title,
        submit=_("Save"),
        back=back,
        template="checkout/delivery.html",
        currency=form.currency,
    )


def _row(one: DeliveryMethod) -> Row:
    state = Status(_("is offered"), "good") if one.active else Status(_("switched off"), "quiet")
    name = one.name((get_language() or "en")[:2])
    cheapest = Amount(Money(min(zone.price for zone in one.zones), one.currency))
    return Row(one.code, name, state, one.position, len(one.zones), cheapest)


def _split(typed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in typed.split(",") if part.strip()))
