"""Rules of sourcing: in which order places are asked, and what would be done with this order now."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from edino.catalogue import api as catalogue
from edino.inventory import api
from edino.inventory.api.places import save_sourcing_rules, sourcing_rules
from edino.inventory.screens import words
from edino.inventory.types import RULE_KINDS, Demand, Plan, SourcingRule
from edino.kernel.errors import Refusal
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Back

RULES = {
    "keep_safety": _("Leave safety stock and what is kept from the channel alone"),
    "exclude": _("Leave these locations out"),
    "one_parcel": _("Never split: one place gives, the rest is refused"),
    "own_stock": _("First the place where it is picked up"),
    "fewest_parcels": _("Fewest parcels"),
    "same_city": _("First the city of the shopper"),
    "nearest": _("The nearest place"),
    "stores_last": _("Stores send parcels only when no warehouse can"),
    "location_order": _("By the order of locations"),
}
METHODS = {
    "": _("any way of receiving"),
    "delivery": _("delivery"),
    "pickup": _("pickup"),
    "carry": _("carried out of the store"),
}
WAYS = {
    "ship": _("a parcel to the shopper"),
    "carry": _("from the shelf into the hands"),
    "transfer": _("sent to the place of pickup first"),
}


class Rule(forms.Form):
    """A rule to add."""

    kind = forms.ChoiceField(label=_("Rule"), choices=[(kind, RULES[kind]) for kind in RULE_KINDS])
    method = forms.ChoiceField(label=_("For"), choices=list(METHODS.items()), required=False)
    locations = forms.MultipleChoiceField(
        label=_("Locations"),
        choices=words.places,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only for leaving locations out."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("kind") == "exclude" and not data.get("locations"):
            self.add_error("locations", _("Say which locations are left out."))
        return data


class Basket(forms.Form):
    """An order to try the rules on."""

    lines = words.Lines(
        label=_("Goods"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=10_000,
        help_text=_("A line each: SKU or barcode, and how many (one, when it is left out). A scanner may fill it in."),
    )
    method = forms.ChoiceField(label=_("Way of receiving"), choices=list(METHODS.items())[1:])
    city = forms.CharField(label=_("City of the shopper"), max_length=200, required=False)
    place = forms.ChoiceField(label=_("Place of pickup"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        options["auto_id"] = "try_%s"  # the form of rules stands on the same page
        super().__init__(*args, **options)
        self.fields["place"].choices = [("", "–"), *words.places()]  # type: ignore[attr-defined]  # a choice field
        self.fields["channel"].choices = [("", "–"), *words.channels()]  # type: ignore[attr-defined]  # as above

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("method") in {"pickup", "carry"} and not data.get("place"):
            self.add_error("place", _("Say where it is picked up."))
        return data


@staff.requires("stock.see")
def sourcing(request: StaffRequest) -> HttpResponse:
    """The rules in their order; with an order in the address, what would be done with it now."""
    form = Basket(request.GET) if "lines" in request.GET else Basket()
    plan = _tried(form) if form.is_bound and form.is_valid() else None
    return _page(request, Rule(), form, plan)


@staff.requires("stock.edit")
@require_POST
def add(request: StaffRequest) -> HttpResponse:
    """Add a rule at the end."""
    form = Rule(request.POST)
    if not form.is_valid():
        return _page(request, form, Basket(), None)
    given = form.cleaned_data
    chosen = frozenset(given["locations"]) if given["kind"] == "exclude" else frozenset[str]()
    made = SourcingRule(given["kind"], 0, given["method"], chosen)
    return _saved(request, [*sourcing_rules(), made])


@staff.requires("stock.edit")
@require_POST
def change(request: StaffRequest, number: int) -> HttpResponse:
    """Move a rule, switch it on or off, or take it out."""
    rules, did = sourcing_rules(), request.POST.get("did", "")
    at = next((place for place, one in enumerate(rules) if one.id == number), None)
    if at is None:
        return redirect("stock_sourcing")  # somebody was faster
    if did == "up" and at:
        rules[at - 1], rules[at] = rules[at], rules[at - 1]
    elif did == "switch":
        rules[at] = replace(rules[at], active=not rules[at].active)
    elif did == "drop":
        del rules[at]
    return _saved(request, rules)


def _saved(request: StaffRequest, rules: Sequence[SourcingRule]) -> HttpResponse:
    numbered = [replace(one, position=(place + 1) * 10) for place, one in enumerate(rules)]
    save_sourcing_rules(rules=numbered, by=request.staff)
    messages.success(request, gettext("Saved"))
    return redirect("stock_sourcing")


def _tried(form: Basket) -> Plan | None:
    given = form.cleaned_data
    found = catalogue.variants_by_sku(skus=[sku for sku, _count in given["lines"]])
    wanted = [Demand(found[sku].id, count) for sku, count in given["lines"]]
    try:
        return api.plan(
            demand=wanted,
            method=given["method"],
            pickup=given["place"] if given["method"] != "delivery" else None,
            city=given["city"],
            channel=given["channel"],
        )
    except Refusal as refusal:
        words.lay_beside(form, refusal)
        return None


def _page(request: StaffRequest, form: Rule, basket: Basket, plan: Plan | None) -> HttpResponse:
    edits = staff.may(request.staff, "stock.edit")
    names = dict(words.places())
    rules = [
        {
            "rule": one,
            "word": RULES[one.kind],
            "method": METHODS[one.method],
            "where": ", ".join(sorted(names.get(code, code) for code in one.locations)),
            "url": reverse("stock_sourcing_change", args=[one.id]),
        }
        for one in sourcing_rules()
    ]
    return screen.page(
        request,
        "inventory/sourcing.html",
        status=422 if form.errors or basket.errors else 200,
        title=_("Where orders come from"),
        lead=_("The rules are asked from top to bottom; each keeps the places it likes best, until one is left."),
        back=Back(_("Locations"), reverse("stock_locations")),
        rules=rules,
        edits=edits,
        form=form if edits else None,
        basket=basket,
        add_url=reverse("stock_sourcing_add"),
        parts=_parts(plan) if plan else None,
        why=[(names.get(one.location, one.location), one.text) for one in plan.why] if plan else (),
        short=_short(plan) if plan else (),
    )


def _parts(plan: Plan) -> list[dict[str, Any]]:
    """What each place would give, in words."""
    places = {place.id: place.name for place in api.locations()}
    known = catalogue.variants_by_id(ids=[variant for one in plan.groups for variant, _count in one.lines])
    return [
        {
            "place": places[one.location_id],
            "way": WAYS[one.way],
            "lines": [(known[variant].sku, count) for variant, count in one.lines],
        }
        for one in plan.groups
    ]


def _short(plan: Plan) -> list[tuple[str, int]]:
    known = catalogue.variants_by_id(ids=[variant for variant, _count in plan.short])
    return [(known[variant].sku, count) for variant, count in plan.short]
