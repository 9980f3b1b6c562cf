"""The shopper's own page: orders of every channel, the card, what is known, what we may write to which contact."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST

from edino.channels import api as channels
from edino.customers import api as customers
from edino.customers.api import reference, selfid, shoppers
from edino.customers.errors import ProofRefused, TooManyProofs
from edino.customers.types import Consent, Holding, Identifier, IdentifierView, Permission
from edino.customers.types.shoppers import Own
from edino.faces.screens.shop import entering, order, wording
from edino.faces.screens.shop.browse import language
from edino.faces.screens.shop.entering import Code
from edino.faces.screens.shop.frame import show
from edino.faces.screens.shop.own_coupons import own_coupons
from edino.faces.screens.shop.visit import Guest, ShopRequest, visited
from edino.inventory import api as inventory
from edino.kernel import clock, ids
from edino.kernel.errors import Invalid, NotFound
from edino.kernel.money import Money
from edino.kernel.transactions import retried
from edino.orders import api as orders
from edino.orders.api import returning
from edino.orders.types import OrderListing, Return
from edino.ui.parts import Back, Status, Text

MOST: Final = 30
_OPEN: Final = frozenset({"requested", "approved", "received", "inspected"})
_SHOWN: Final = ("name", "first_name", "last_name", "city", "birthday")


@dataclass(frozen=True, slots=True)
class Row:
    """An order in the list."""

    title: str
    url: str
    at: Any
    where: str
    pieces: int
    total: Money
    status: Status
    note: str = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """Whether we may write to a contact for a purpose."""

    point: int
    purpose: str
    label: str
    contact: str
    allowed: bool
    why: str


class Details(forms.Form):
    """What a shopper tells of himself."""

    first_name = forms.CharField(
        label=gettext_lazy("First name"), max_length=100, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )  # fmt: skip
    last_name = forms.CharField(
        label=gettext_lazy("Last name"), max_length=100, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )  # fmt: skip
    city = forms.CharField(
        label=gettext_lazy("City"), max_length=100, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )  # fmt: skip


class CardNumber(forms.Form):
    """The number of a discount card."""

    card = forms.CharField(
        label=gettext_lazy("Number of the card"),
        max_length=60,
        help_text=gettext_lazy("It stands on the card, under the bars."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


class SecondContact(forms.Form):
    """Another phone or e-mail of the same shopper."""

    contact = forms.CharField(
        label=gettext_lazy("Phone or e-mail"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


@visited
def page(request: ShopRequest) -> HttpResponse:
    """The account; strangers log in first."""
    guest = request.guest
    if guest.visit.kiosk:
        return HttpResponseRedirect(reverse("kiosk", args=[guest.visit.kiosk]))
    own = guest.own
    if own is None:
        return HttpResponseRedirect(reverse("shop_log_in"))
    fields = {field.name: field.value for field in own.fields}
    first, _rest, last = own.name.partition(" ")
    cards = own.values("loyalty_card")
    return show(
        request,
        "account.html",
        title=_("Hello, %(name)s") % {"name": fields.get("first_name") or first} if own.name else _("Your account"),
        here="account",
        orders=_orders(guest, own),
        contacts=[(one, one.id in own.proved) for one in own.identifiers if one.kind in selfid.CHANNELS],
        cards=[(number, card_picture(number)) for number in cards],
        details=Details(initial={"first_name": first, "last_name": last, **fields}),
        coupons=own_coupons(guest),
        returns=_returns(own),
        switches=_switches(own),
        saved="saved" in request.GET,
    )


def card_picture(number: str) -> SafeString:
    """The card as a QR code that any till reads."""
    return wording.qr(number)


def _orders(guest: Guest, own: Own) -> list[Row]:
    found = orders.orders_of(profiles=[one.profile_id for one in own.holdings], limit=MOST)
    names = channels.channels_by_code()
    return [
        Row(
            title=_title(one),
            url=reverse("shop_order", args=[one.uid]),
            at=one.placed_at,
            where=names[one.channel].name(language()) if one.channel in names else one.channel,
            pieces=one.pieces,
            total=Money(one.due, one.currency),
            status=order.status_of(one.state, one.method),
        )
        for one in found
        if order.theirs(guest, one.profile_id, one)
    ]


def _returns(own: Own) -> list[Row]:
    found = returning.returns_of(profiles=[one.profile_id for one in own.holdings], limit=MOST)
    return [
        Row(
            title=_("Return %(number)s") % {"number": one.number},
            url="",
            at=one.created_at,
            where=", ".join(line.name for line in one.lines),
            pieces=sum(line.quantity for line in one.lines),
            total=Money(one.worth, one.currency),
            status=_return_status(one.state),
            note=_kept(one),
        )
        for one in found
        if any(own_.profile_id == one.profile_id and _within(own_, one.created_at) for own_ in own.holdings)
    ]


def _kept(one: Return) -> str:
    """What is kept for her instead of what she brings back, and where."""
    if one.exchange_uid is None or one.state not in _OPEN:
        return ""
    new = orders.order(uid=one.exchange_uid)
    place = next((known for known in inventory.locations() if known.code == new.delivery.location), None)
    if new.state == "dropped" or place is None:
        return ""
    goods = ", ".join(line.name for line in new.lines)
    where = ", ".join(part for part in (place.name, place.city, place.address) if part)
    return _("%(goods)s is kept for you: %(place)s") % {"goods": goods, "place": where}


def _within(holding: Holding, at: datetime) -> bool:
    return (holding.since is None or at >= holding.since) and (holding.until is None or at < holding.until)


def _return_status(state: str) -> Status:
    word, tone, icon = RETURNS.get(state, (state, "quiet", ""))
    return Status(word, tone, icon)  # type: ignore[arg-type]  # the tones below are tones


RETURNS: Final[Mapping[str, tuple[Text, str, str]]] = {
    "requested": (gettext_lazy("asked for"), "info", ""),
    "approved": (gettext_lazy("bring or send it"), "info", "package"),
    "received": (gettext_lazy("we look at it"), "info", "search"),
    "inspected": (gettext_lazy("we look at it"), "info", "search"),
    "settled": (gettext_lazy("the money is on its way"), "good", ""),
    "refused": (gettext_lazy("refused"), "bad", ""),
    "withdrawn": (gettext_lazy("taken back"), "quiet", "circle-x"),
}


def _title(one: OrderListing) -> str:
    if one.origin == "till":
        return _("Receipt %(number)s") % {"number": one.number}
    return _("Order %(number)s") % {"number": one.number}


def _switches(own: Own) -> list[Switch]:
    names = {code: one.name_ru if language() == "ru" else one.name_en for code, one in reference.purposes().items()}
    values = {one.id: one for one in own.identifiers}
    return [
        Switch(
            one.point, one.purpose, names.get(one.purpose, one.purpose), _contact(values, one), one.allowed, _why(one)
        )
        for one in own.permissions
        if one.brand == "" and one.purpose in names
    ]


def _contact(values: dict[int, IdentifierView], one: Permission) -> str:
    known = values.get(one.point)
    return known.value or known.masked if known else one.masked


def _why(one: Permission) -> str:
    if one.why == "silent":
        return (
            _("You have not said; it is only used for what you asked for.") if one.allowed else _("You have not said.")
        )
    if one.why == "bound":
        return _("You refused it at another contact of yours.")
    if one.why == "unverified":
        return _("It was said by somebody who had not proved the contact.")
    return ""


@require_POST
@visited
def permit(request: ShopRequest) -> HttpResponse:
    """Allow or refuse a purpose at a contact that was proved."""
    guest = request.guest
    if guest.own is None:
        return HttpResponseRedirect(reverse("shop_log_in"))
    point, purpose = request.POST.get("point", ""), request.POST.get("purpose", "")
    own = [one for one in guest.own.identifiers if one.id in guest.own.proved and one.kind in selfid.CHANNELS]
    known = next((one for one in own if str(one.id) == point), None)
    if known is None or purpose not in reference.purposes():
        raise NotFound
    consent = Consent(
        Identifier(known.kind, known.value or ""),
        purpose,
        "granted" if request.POST.get("allowed") == "1" else "refused",
        clock.now(),
        verified=True,
        proof={"how": "shop account", "language": language()},
    )
    retried(lambda: customers.record_consents(consents=[consent], source=guest.source))
    return HttpResponseRedirect(reverse("shop_account") + "?saved=1#permissions")


@require_POST
@visited
def details(request: ShopRequest) -> HttpResponse:
    """Keep what a shopper tells of himself."""
    guest = request.guest
    if guest.shopper is None:
        return HttpResponseRedirect(reverse("shop_log_in"))
    form = Details(request.POST)
    if form.is_valid():
        said = {name: value.strip() or None for name, value in form.cleaned_data.items()}
        profile = guest.shopper.profile_id
        retried(lambda: customers.learn(source=guest.source, traits=[(profile, clock.now(), ids.uuid7(), said)]))
    return HttpResponseRedirect(reverse("shop_account") + "?saved=1#details")


@visited
def card(request: ShopRequest) -> HttpResponse:
    """Join a discount card: its number, then a code that goes to the contact on its form."""
    guest = request.guest
    who = guest.shopper
    if who is None:
        return HttpResponseRedirect(f"{reverse('shop_log_in')}?next={reverse('shop_card')}")
    form: forms.Form = CardNumber(request.POST or None)
    if request.method == "POST" and "proof" in request.POST:
        return _confirm_card(request, who.contact)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["card"]
        try:
            sent = selfid.send_code(
                source=guest.source, account=who.contact, card=number, place=guest.address, language=language()
            )
        except TooManyProofs as refused:
            form.add_error(None, refused.text)
        except Invalid:
            form.add_error("card", _("This is not the number of a card."))
        else:
            return _ask_card(request, Code(), {"card": number, "proof": str(sent.proof)})
    status = 422 if form.errors else 200
    lead = _("With a card from the store, what you bought there is here too.")
    return show(
        request,
        "card.html",
        title=_("Add your card"),
        lead=lead,
        back=_back(),
        here="account",
        form=form,
        status=status,
    )


def _ask_card(request: ShopRequest, form: Code, kept: dict[str, str]) -> HttpResponse:
    told = _("If a phone or an e-mail stands on the form of this card, a code is on its way there now.")
    return show(
        request,
        "code.html",
        title=_("The code"),
        back=_back(),
        here="account",
        form=form,
        told=told,
        kept=kept.items(),
        again=[("card", kept["card"])],
        submit=_("Add the card"),
        status=422 if form.errors else 200,
    )


def _confirm_card(request: ShopRequest, contact: Identifier) -> HttpResponse:
    guest, form = request.guest, Code(request.POST)
    kept = {"card": request.POST.get("card", "")[:60], "proof": request.POST.get("proof", "")[:40]}
    if form.is_valid():
        try:
            known = selfid.confirm_code(
                source=guest.source, account=contact, proof=UUID(kept["proof"]), code=form.cleaned_data["code"]
            )
        except (ProofRefused, ValueError):
            form.add_error("code", ProofRefused().text)
        else:
            if known.linked:
                return HttpResponseRedirect(reverse("shop_account") + "?saved=1")
            form.add_error(None, _("This card cannot be added by itself. Our staff will look at it and write to you."))
    return _ask_card(request, form, kept)


@visited
def contact(request: ShopRequest) -> HttpResponse:
    """Prove a second contact: it and what stands on it are the same shopper's from then on."""
    guest = request.guest
    who = guest.shopper
    if who is None:
        return HttpResponseRedirect(f"{reverse('shop_log_in')}?next={reverse('shop_contact')}")
    form: forms.Form = SecondContact(request.POST or None)
    if request.method == "POST" and "proof" in request.POST:
        code, kept = Code(request.POST), {name: request.POST.get(name, "")[:100] for name in ("contact", "proof")}
        if code.is_valid():
            try:
                shoppers.log_in(
                    source=guest.source,
                    contact=entering.contact_of(kept["contact"]),
                    proof=UUID(kept["proof"]),
                    code=code.cleaned_data["code"],
                    device=guest.device,
                    beside=who,
                )
            except (ProofRefused, Invalid, ValueError):
                code.add_error("code", ProofRefused().text)
            else:
                return HttpResponseRedirect(reverse("shop_account") + "?saved=1")
        return _ask_contact(request, code, kept)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["contact"]
        try:
            proof = entering.send(guest, entering.contact_of(given))
        except TooManyProofs as refused:
            form.add_error(None, refused.text)
        except Invalid:
            form.add_error("contact", _("This is neither a phone number nor an e-mail address."))
        else:
            return _ask_contact(request, Code(), {"contact": given, "proof": str(proof)})
    status = 422 if form.errors else 200
    return show(request, "card.html", title=_("Add a contact"), back=_back(), here="account", form=form, status=status)


def _ask_contact(request: ShopRequest, form: Code, kept: dict[str, str]) -> HttpResponse:
    told = _("We have sent a code to %(contact)s. It works for ten minutes, in this browser.")
    return show(
        request,
        "code.html",
        title=_("The code"),
        back=_back(),
        here="account",
        form=form,
        told=told % {"contact": kept["contact"]},
        kept=kept.items(),
        again=[("contact", kept["contact"])],
        submit=_("Add the contact"),
        status=422 if form.errors else 200,
    )


def _back() -> Back:
    return Back(pgettext("a place in the shop", "Account"), reverse("shop_account"))
