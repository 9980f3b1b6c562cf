"""Gift cards: what is on them, their ledger, and making one."""

from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from edino.catalogue.api.reading import shop_currency
from edino.kernel import clock
from edino.kernel.errors import Refusal
from edino.kernel.money import Money, exponent
from edino.promotions import api
from edino.promotions.api.naming import orders_by_number
from edino.promotions.screens.forms import MOMENT, lay_beside
from edino.promotions.screens.words import ENTRIES
from edino.promotions.types import GiftCard
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Action, Amount, Back, Column, Fact, Listing, Moment, Status, When, short, words


class GiftCardForm(forms.Form):
    """A card that was paid for."""

    amount = forms.DecimalField(label=_("Amount"), min_value=0, max_digits=12, decimal_places=2)
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3, initial=shop_currency)
    expires_at = forms.DateTimeField(
        label=_("Valid until"),
        required=False,
        input_formats=[MOMENT],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format=MOMENT),
    )


@staff.requires("giftcards.manage")
def gift_cards(request: StaffRequest) -> HttpResponseBase:
    """Gift cards, newest first. A card is found by the last four signs of its code."""
    return _LIST.respond(request, short(api.gift_cards(ending=request.GET.get("masked", "")), key="id"))


@staff.requires("giftcards.manage")
def gift_card(request: StaffRequest, number: int) -> HttpResponse:
    """One card with its ledger."""
    card = api.gift_card_by_id(card_id=number)
    entries = api.gift_entries(card_id=number)
    orders = orders_by_number({entry.order_uid for entry in entries if entry.order_uid})
    moments = [
        Moment(
            at=entry.at,
            what=ENTRIES[entry.kind],
            more=Amount(Money(entry.amount, card.currency), signed=True),
            icon="plus" if entry.amount > 0 else "minus",
            source=orders.get(entry.order_uid, "") if entry.order_uid else "",
        )
        for entry in entries
    ]
    facts = [
        Fact(_("State"), _state(card)),
        Fact(_("Can be spent"), Amount(Money(card.balance, card.currency))),
        Fact(_("Issued for"), Amount(Money(card.issued, card.currency))),
        Fact(_("Valid until"), When(card.expires_at, "date")),
    ]
    back = Back(_("Gift cards"), reverse("gift_cards"))
    return screen.page(request, "promotions/gift_card.html", title=card.masked, back=back, facts=facts, moments=moments)


@staff.requires("giftcards.manage")
def new(request: StaffRequest) -> HttpResponse:
    """Make a card; its code is shown this once."""
    form = GiftCardForm(request.POST or None)
    back = Back(_("Gift cards"), reverse("gift_cards"))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        currency = said["currency"].upper()
        try:
            made = api.issue_gift_card(
                amount=int(said["amount"].scaleb(exponent(currency))),
                currency=currency,
                expires_at=said["expires_at"],
                by=request.staff,
            )
        except Refusal as refusal:
            lay_beside(form, refusal)
        else:
            title = _("The gift card is made")
            response = screen.page(
                request, "promotions/gift_card_made.html", title=title, back=back, code=made.code, card=made.card
            )
            response["Cache-Control"] = "private, no-store"
            return response
    return screen.form_page(request, form, title=_("New gift card"), submit=_("Make"), back=back)


def _state(card: GiftCard) -> Status:
    if card.void or (card.expires_at is not None and card.expires_at <= clock.now()):
        return Status(pgettext_lazy("gift card", "expired"), "quiet")
    if not card.balance:
        return Status(pgettext_lazy("gift card", "spent"), "info")
    return Status(pgettext_lazy("gift card", "valid"), "good")


_LIST: Listing[GiftCard] = Listing(
    name="gift_cards",
    title=_("Gift cards"),
    columns=(
        Column("masked", _("Card")),
        Column("state", _("State"), value=_state, place="side"),
        Column("balance", _("Can be spent"), value=lambda row: Money(row.balance, row.currency), kind="money"),
        Column("issued", _("Issued for"), value=lambda row: Money(row.issued, row.currency), kind="money"),
        Column("expires_at", _("Valid until"), kind="date"),
        Column("created_at", _("Made"), kind="full"),
    ),
    key="id",
    url=lambda row: reverse("gift_card", args=[row.id]),
    filters=(words("masked", _("Last four signs")),),
    sort="-created_at",
    nothing=_("No gift card yet"),
    primary=Action(_("New gift card"), "/promotions/gift-cards/new/", icon="plus", tone="primary"),
)
