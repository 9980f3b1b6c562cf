"""A promotion tried on what people bought: what it would have cost, who would have won, who lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from edino.catalogue.api.reading import shop_currency
from edino.kernel import clock
from edino.kernel.money import Money
from edino.promotions import api
from edino.promotions.api.meetings import beside
from edino.promotions.api.wording import REASONS
from edino.promotions.types import Moved, PromotionInput, PromotionView, Rehearsal, Seller
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Amount, Back, Column, Fact, Figure, Listing, Number, Status, Why, short

SPANS: Final = ((7, _("7 days")), (30, _("30 days")), (90, _("90 days")))


class SpanForm(forms.Form):
    """How far back."""

    days = forms.TypedChoiceField(
        label=_("Baskets of the last"), coerce=int, choices=SPANS, initial=30, widget=forms.RadioSelect
    )


@dataclass(frozen=True, slots=True)
class Refused:
    """Why it was not applied where it was tried, and how often."""

    code: str
    reason: object
    count: int


@staff.requires("promotions.see")
def rehearsal(request: StaffRequest, uid: UUID) -> HttpResponse:
    """Try a promotion, as it stands, on the baskets of the last days. Nothing is changed by it."""
    found = api.promotion(uid=uid)
    form = SpanForm({"days": request.GET.get("days", "30")})
    days = form.cleaned_data["days"] if form.is_valid() else 30
    now = clock.now()
    told = api.rehearse(
        promotion=PromotionInput(found.definition, found.code),
        baskets=api.baskets_between(since=now - timedelta(days=days), until=now),
        currency=found.definition.currency,
    )
    context: dict[str, Any] = {"form": form, "told": told, "figures": _figures(told), "more": _more(told)}
    context["beside"] = list(_beside(found))
    if told.baskets:
        context |= {
            "sellers": _sellers(told).read(request, short(told.sellers, key="sku")),
            "winners": _moved("winners", told).read(request, short(told.biggest_winners, key="order_uid")),
            "losers": _moved("losers", told).read(request, short(told.biggest_losers, key="order_uid")),
            "refused": _REFUSED.read(
                request, short([Refused(code, REASONS_SHOWN[code], count) for code, count in told.refused], key="code")
            ),
        }
    return screen.page(
        request,
        "promotions/rehearsal.html",
        title=_("Rehearsal"),
        lead=found.definition.name,
        back=Back(found.definition.name, reverse("promotion", args=[uid])),
        **context,
    )


def _beside(found: PromotionView) -> Iterator[tuple[PromotionView, Status, object]]:
    """The promotions that run now, and how this one gets along with each: (which, in a word, why)."""
    for ours, other, met in beside(found):
        names = {ours.id: ours.definition.name, other.id: other.definition.name}
        if met.kind == "group":
            group = ours.definition.group
            why: object = format_html(gettext("Both are of the group “{}”: the one that takes more off."), group)
            yield other, Status(_("one of them"), "warn"), why
        elif met.refuses is None:
            yield other, Status(_("both count"), "good"), _("One does not share lines, but excepts the other.")
        else:
            told = format_html(gettext("“{}” does not share lines."), names[met.refuses])
            if met.first is not None:
                told = format_html(
                    "{} {}", told, format_html(gettext("“{}” goes first, by its priority."), names[met.first])
                )
            yield other, Status(_("never on one line"), "warn"), told


REASONS_SHOWN: Final = {
    **{code: _(text) for code, text in REASONS.items() if code not in {"quantity", "subtotal"}},
    "quantity": _("Too few such items."),
    "subtotal": _("Too little of such goods."),
}


def _figures(told: Rehearsal) -> list[Figure]:
    currency = told.currency or shop_currency()

    def money(minor: int) -> Amount:
        return Amount(Money(minor, currency))

    figures = [
        Figure(
            _("Baskets it would have touched"),
            Number(told.touched),
            than=format_html(gettext("of {}"), Number(told.baskets)),
        ),
        Figure(
            _("Revenue"),
            money(told.revenue_after),
            than=format_html(gettext("without it {}"), money(told.revenue_before)),
        ),
        Figure(_("Taken off"), money(told.discount)),
    ]
    if told.margin_before is not None and told.margin_after is not None:
        figures.append(
            Figure(
                _("Margin"),
                money(told.margin_after),
                than=format_html(gettext("without it {}"), money(told.margin_before)),
            )
        )
    return figures


def _more(told: Rehearsal) -> list[Fact]:
    facts = [
        Fact(_("Baskets that pay less"), Number(told.winners)),
        Fact(_("Baskets that pay more"), Number(told.losers), why=Why(_("It pushes out a promotion that is better."))),
    ]
    if told.break_even is not None:
        growth = Number(max(0.0, told.break_even * 100), 1, "%", signed=True)
        why = Why(_("So many more of the baskets that it touches bring the same margin as there was without it."))
        facts.append(Fact(_("Baskets needed to pay for it"), growth, why=why))
    known = Number(100 * told.costed / told.gross if told.gross else 0, 0, "%")
    facts.append(Fact(_("Goods whose cost is known"), known))
    if told.skipped:
        facts.append(Fact(_("Left out, in another currency"), Number(told.skipped)))
    return facts


def _sellers(told: Rehearsal) -> Listing[Seller]:
    currency = told.currency
    return Listing(
        name="sellers",
        title=_("Goods"),
        columns=(
            Column("sku", _("SKU")),
            Column("quantity", _("Pieces"), kind="number"),
            Column("before", _("Without it"), value=lambda row: Money(row.before, currency), kind="money"),
            Column("after", _("With it"), value=lambda row: Money(row.after, currency), kind="money"),
        ),
        key="sku",
        sort="-before",
        export=False,
        pager=False,
    )


def _moved(name: str, told: Rehearsal) -> Listing[Moved]:
    currency = told.currency
    return Listing(
        name=name,
        title=_("Baskets"),
        columns=(
            Column("number", pgettext_lazy("purchase", "Order")),
            Column("before", _("Without it"), value=lambda row: Money(row.before, currency), kind="money"),
            Column("after", _("With it"), value=lambda row: Money(row.after, currency), kind="money"),
        ),
        key="order_uid",
        url=lambda row: reverse("order", args=[row.order_uid]),
        sort="-before",
        export=False,
        pager=False,
    )


_REFUSED: Final[Listing[Refused]] = Listing(
    name="refused",
    title=_("Why not"),
    columns=(Column("reason", _("Why not")), Column("count", _("Baskets"), kind="number")),
    key="code",
    sort="-count",
    export=False,
    pager=False,
)
