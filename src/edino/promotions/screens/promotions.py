"""Promotions: the list, one with what it does in words, its form, and letting it run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from edino.catalogue.api.reading import shop_currency
from edino.kernel.errors import Invalid, NotFound
from edino.kernel.money import Money
from edino.promotions import api
from edino.promotions.api import limits
from edino.promotions.api.describing import describe
from edino.promotions.api.naming import category_names, orders_by_number
from edino.promotions.screens.forms import SECTIONS, PromotionForm, lay_beside, said_of
from edino.promotions.screens.words import KINDS, STATES, currency_of
from edino.promotions.types import PromotionInput, PromotionView, Redemption
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Action, Amount, Back, Column, Fact, Listing, Number, Status, When, choice, short, words

BACK = Back(_("Promotions"), reverse_lazy("promotions"))  # type: ignore[arg-type]  # resolved when printed


@dataclass(frozen=True, slots=True)
class Row:
    """A promotion in the list."""

    uid: str
    name: str
    code: str
    kind: object
    state: str
    status: Status
    priority: int
    changed_at: datetime
    redemptions: int
    discount: Money


def _listing(*, edits: bool) -> Listing[Row]:
    return Listing(
        name="promotions",
        title=_("Promotions"),
        lead=_("What takes something off a basket, and when."),
        columns=(
            Column("name", _("Name"), sort=True),
            Column("status", _("State"), place="side"),
            Column("kind", _("What it does"), quiet=True),
            Column("priority", _("Priority"), kind="number", sort=True),
            Column("redemptions", _("Orders"), kind="number", sort=True),
            Column("discount", _("Taken off"), kind="money"),
            Column("changed_at", _("Changed"), kind="ago", sort=True),
        ),
        key="uid",
        url=lambda row: reverse("promotion", args=[row.uid]),
        filters=(words("q", _("Name or code")), choice("state", _("State"), [(k, s.word) for k, s in STATES.items()])),
        sort="-changed_at",
        nothing=_("No promotion yet"),
        primary=Action(_("New promotion"), reverse("promotion_new"), icon="plus", tone="primary") if edits else None,
    )


class LimitForm(forms.Form):
    """How many codes count."""

    max_codes = forms.IntegerField(
        label=_("Codes in one order"),
        min_value=1,
        max_value=limits.MOST,
        help_text=_("The first so many count, the others are told that there are too many."),
    )


@staff.requires("promotions.edit")
def limit(request: StaffRequest) -> HttpResponse:
    """How many codes count in one order."""
    form = LimitForm(request.POST or None, initial={"max_codes": limits.code_limit()})
    if request.method == "POST" and form.is_valid():
        limits.save_code_limit(most=form.cleaned_data["max_codes"], by=request.staff)
        messages.success(request, gettext("Saved. It holds for the next basket that is priced."))
        return redirect("promotions")
    return screen.form_page(request, form, title=_("Codes in one order"), submit=_("Save"), back=BACK)


@staff.requires("promotions.see")
def promotions(request: StaffRequest) -> HttpResponseBase:
    """Every promotion with what it took off."""
    shop = shop_currency()
    rows = [_row(one, shop) for one in api.promotions()]
    edits = staff.may(request.staff, "promotions.edit")
    codes = gettext("Codes in one order: %(most)s") % {"most": limits.code_limit()}
    ways = [Action(codes, reverse("promotions_limit"), icon="ticket")] if edits else []
    return _listing(edits=edits).respond(request, short(rows), template="promotions/promotions.html", ways=ways)


@staff.requires("promotions.see")
def promotion(request: StaffRequest, uid: UUID) -> HttpResponse:
    """One promotion: in words, in figures, its versions, and the orders it was redeemed in."""
    found = _found(uid)
    currency = currency_of(found, shop_currency())
    edits = staff.may(request.staff, "promotions.edit")
    batches = api.batches(promotion_id=found.id, limit=20) if found.definition.needs_code else []
    redeemed = api.redemptions(uid=uid, limit=50)
    orders = orders_by_number([one.order_uid for one in redeemed])
    return screen.page(
        request,
        "promotions/promotion.html",
        title=found.definition.name,
        back=BACK,
        primary=Action(_("Change"), reverse("promotion_change", args=[uid]), icon="pencil") if edits else None,
        state=STATES[found.state],
        sentences=describe(found.definition, category_names(get_language() or "en")),
        facts=[
            Fact(_("Code"), found.code),
            Fact(_("Version"), Number(found.version), found.author),
            Fact(_("Changed"), When(found.changed_at)),
            Fact(_("Orders"), Number(found.redemptions)),
            Fact(_("Taken off"), Amount(Money(found.discount, currency))),
        ],
        actions=list(_actions(request, found)),
        batches=batches,
        needs_code=found.definition.needs_code,
        versions=api.versions(uid=uid),
        redemptions=_redemptions(currency, orders).read(request, short(redeemed, key="order_uid")),
    )


@staff.requires("promotions.edit")
def new(request: StaffRequest) -> HttpResponse:
    """A promotion that is not there yet; it begins as a draft."""
    form = PromotionForm(request.POST or None)
    return _edited(request, form, None)


@staff.requires("promotions.edit")
def change(request: StaffRequest, uid: UUID) -> HttpResponse:
    """Another version of a promotion."""
    found = _found(uid)
    return _edited(request, PromotionForm(request.POST or None, initial=said_of(found), own=found.id), found)


@staff.requires("promotions.edit")
@require_POST
def turn(request: StaffRequest, uid: UUID, state: str) -> HttpResponse:
    """Let it run, pause it, end it."""
    if state not in STATES:
        raise NotFound
    api.set_promotion_state(uid=uid, state=state, by=request.staff)  # type: ignore[arg-type]  # one of the states
    messages.success(request, gettext("Saved. It holds for the next basket that is priced."))
    return redirect("promotion", uid=uid)


def _edited(request: StaffRequest, form: PromotionForm, found: PromotionView | None) -> HttpResponse:
    form.zone = request.staff.time_zone
    if request.method == "POST" and form.is_valid():
        try:
            told = form.told(found.definition if found else None)
            made = PromotionInput(told, found.code if found else "", found.state if found else "draft")
            view = api.save_promotion(promotion=made, by=request.staff)
        except Invalid as refusal:
            lay_beside(form, refusal)
        else:
            messages.success(request, gettext("Saved"))
            return redirect("promotion", uid=view.uid)
    sections = [(title, [form[name] for name in names.split()]) for title, names in SECTIONS]
    back = Back(found.definition.name, reverse("promotion", args=[found.uid])) if found else BACK
    title = _("Change the promotion") if found else _("New promotion")
    context: dict[str, Any] = {"sections": sections, "back": back, "template": "promotions/form.html"}
    return screen.form_page(request, form, title=title, submit=_("Save"), **context)


def _actions(request: StaffRequest, found: PromotionView) -> list[Action]:
    made: list[Action] = [Action(_("Rehearse"), reverse("promotion_rehearsal", args=[found.uid]), icon="history")]
    if found.definition.needs_code and staff.may(request.staff, "coupons.issue"):
        made.append(Action(_("Make coupons"), reverse("coupons_new", args=[found.uid]), icon="ticket"))
    if not staff.may(request.staff, "promotions.edit"):
        return made

    def to(state: str) -> str:
        return reverse("promotion_state", args=[found.uid, state])

    if found.state != "active":
        made.append(Action(pgettext_lazy("promotion", "Let it run"), to("active"), "post", "play"))
    else:
        made.append(Action(pgettext_lazy("promotion", "Pause"), to("paused"), "post", "pause"))
    if found.state != "ended":
        made.append(Action(pgettext_lazy("promotion", "End"), to("ended"), "post", "square", "bad"))
    return made


def _redemptions(currency: str, orders: Mapping[UUID, str]) -> Listing[Redemption]:
    return Listing(
        name="redemptions",
        title=_("Orders"),
        columns=(
            Column("order", pgettext_lazy("purchase", "Order"), value=lambda row: orders.get(row.order_uid, "")),
            Column("amount", _("Taken off"), value=lambda row: Money(row.amount, currency), kind="money"),
            Column("given_back", _("Given back"), value=lambda row: Money(row.given_back, currency), kind="money"),
            Column("code", _("Code"), quiet=True),
            Column("version", _("Version"), kind="number"),
            Column("at", _("When"), kind="full"),
        ),
        key="order_uid",
        url=lambda row: reverse("order", args=[row.order_uid]),
        sort="-at",
        export=False,
        pager=False,
    )


def _found(uid: UUID) -> PromotionView:
    return api.promotion(uid=uid)


def _row(one: PromotionView, shop: str) -> Row:
    return Row(
        uid=str(one.uid),
        name=one.definition.name,
        code=one.code,
        kind=KINDS[one.definition.action.kind],
        state=one.state,
        status=STATES[one.state],
        priority=one.definition.priority,
        changed_at=one.changed_at,
        redemptions=one.redemptions,
        discount=Money(one.discount, currency_of(one, shop)),
    )
