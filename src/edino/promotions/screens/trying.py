"""Try a basket: what it would cost now, with every reason. Nothing is held by it."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from edino.catalogue import api as catalogue
from edino.catalogue.api.reading import shop_currency
from edino.kernel import clock
from edino.kernel.money import Money
from edino.promotions import api
from edino.promotions.screens.forms import selling_channels
from edino.promotions.types import Basket, BasketLine, Quote
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Amount, Column, Fact, Listing, Status, short
from edino.ui.whole import whole


class TryForm(forms.Form):
    """A basket as it is typed: an article and a number on each line."""

    goods = forms.CharField(
        label=_("Goods"),
        max_length=20_000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("One on each line: the SKU or barcode, then how many."),
    )
    codes = forms.CharField(label=_("Codes"), required=False, max_length=500)
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3, initial=shop_currency)
    channel = forms.ChoiceField(label=_("Channel"), choices=selling_channels)
    groups = forms.CharField(label=_("Groups of customers"), required=False, max_length=500)
    delivery = forms.DecimalField(label=_("Delivery"), required=False, min_value=0, max_digits=10, decimal_places=2)
    first_order = forms.BooleanField(label=_("The customer's first order"), required=False)


@staff.requires("promotions.see")
def try_basket(request: StaffRequest) -> HttpResponse:
    """The form, and below it the quote."""
    form = TryForm(request.POST or None, initial={"channel": "site"})
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        lines, unknown = _lines(form.cleaned_data)
        for name in unknown:
            form.add_error("goods", _("Not sold or without a price: %(name)s") % {"name": name})
        if lines and not unknown:
            context |= _shown(request, _quote(form.cleaned_data, lines), {line.key: line.sku for line in lines})
    title = _("Try a basket")
    return screen.page(request, "promotions/trying.html", title=title, status=422 if form.errors else 200, **context)


def _lines(said: dict[str, Any]) -> tuple[list[BasketLine], list[str]]:
    wanted: dict[str, tuple[Any, int]] = {}
    unknown = []
    for line in said["goods"].splitlines()[:200]:
        name, _gap, count = line.strip().rpartition(" ")
        pieces = whole(count)
        if not name or pieces is None:
            name, pieces = line.strip(), 1
        if not name:
            continue
        info = catalogue.find_variant(code=name)
        if info is None or not info.active:
            unknown.append(name)
        else:
            before = wanted.get(info.sku, (info, 0))[1]
            wanted[info.sku] = (info, min(before + pieces, 100_000))
    prices = catalogue.prices(
        variant_ids=[info.id for info, _count in wanted.values()],
        currency=said["currency"].upper(),
        channel=said["channel"],
        groups=_several(said["groups"]),
    )
    unknown += [sku for sku, (info, _count) in wanted.items() if info.id not in prices]
    lines = [
        BasketLine(sku, info.id, sku, info.product_id, info.category_ids, info.brand, count, prices[info.id].unit)
        for sku, (info, count) in wanted.items()
        if info.id in prices and count
    ]
    return lines, unknown


def _quote(said: dict[str, Any], lines: list[BasketLine]) -> Quote:
    basket = Basket(
        currency=said["currency"].upper(),
        lines=tuple(lines),
        at=clock.now(),
        codes=tuple(sorted(_several(said["codes"]))),
        groups=_several(said["groups"]),
        channel=said["channel"],
        delivery=int((said["delivery"] or 0) * 100),
        first_order=said["first_order"],
    )
    return api.quote(basket=basket)


def _shown(request: StaffRequest, quote: Quote, skus: dict[str, str]) -> dict[str, Any]:
    def money(minor: int) -> Money:
        return Money(minor, quote.currency)

    lines: Listing[Any] = Listing(
        name="lines",
        title=_("Goods"),
        columns=(
            Column("key", _("SKU"), value=lambda row: skus[row.key]),
            Column("quantity", _("Pieces"), kind="number"),
            Column("gross", _("Without promotions"), value=lambda row: money(row.gross), kind="money"),
            Column("discount", _("Off"), value=lambda row: money(-row.discount), kind="money"),
            Column("net", _("To pay"), value=lambda row: money(row.net), kind="money", place="side"),
            Column("shares", _("Promotions"), value=lambda row: ", ".join(share.name for share in row.shares)),
        ),
        key="key",
        sort="key",
        export=False,
        pager=False,
    )
    facts = [Fact(_("Goods"), Amount(money(quote.subtotal))), Fact(_("Discount"), Amount(money(-quote.discount)))]
    if quote.delivery:
        facts.append(Fact(_("Delivery"), Amount(money(quote.delivery))))
    facts.append(Fact(_("To pay"), Amount(money(quote.total))))
    return {
        "quote": quote,
        "facts": facts,
        "lines": lines.read(request, short(quote.lines, key="key")),
        "why": [
            (Status(one.name, "good" if one.applied else "quiet"), one.text, money(one.amount) if one.applied else None)
            for one in quote.why
        ],
        "codes": [(Status(one.code, "good" if one.accepted else "warn"), one.text) for one in quote.codes],
    }


def _several(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(",") if word.strip())
