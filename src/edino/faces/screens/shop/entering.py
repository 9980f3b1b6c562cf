"""Logging in by a code, and logging out. The same words for a contact that is known and for one that is not."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edino.customers.api import shoppers
from edino.customers.errors import ProofRefused, TooManyProofs
from edino.faces.screens.shop import basket
from edino.faces.screens.shop.frame import show
from edino.faces.screens.shop.visit import Guest, ShopRequest, visited
from edino.kernel.errors import Invalid, Refusal

_LONGEST: Final = 100


class Entrance(forms.Form):
    """Where the code goes."""

    contact = forms.CharField(
        label=gettext_lazy("Phone or e-mail"),
        max_length=_LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "spellcheck": "false"}),
    )


class Code(forms.Form):
    """The code that came."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=10,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "maxlength": "6"}
        ),
    )


def contact_of(given: str) -> tuple[str, str]:
    """What somebody typed as (kind, value): an address has an @, anything else is a phone."""
    return ("email" if "@" in given else "phone", given.strip())


def safe_next(request: ShopRequest, given: str) -> str:
    """Where to go on: a page of this shop, the account when nothing else was said."""
    if given.startswith("/") and url_has_allowed_host_and_scheme(given, allowed_hosts=None):
        return given
    return reverse("shop_account")


@visited
def log_in(request: ShopRequest) -> HttpResponse:
    """Ask for a contact, send a code, take it back: one address, so that nothing of it stands in the history."""
    guest = request.guest
    next_ = safe_next(request, str(request.POST.get("next") or request.GET.get("next") or ""))
    if guest.visit.kiosk:
        return HttpResponseRedirect(reverse("kiosk", args=[guest.visit.kiosk]))
    if guest.shopper and request.method == "GET":
        return HttpResponseRedirect(next_)
    if "proof" in request.POST:
        return _confirm(request, next_)
    form = Entrance(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _sent(request, form.cleaned_data["contact"], next_)
        except TooManyProofs as refused:
            form.add_error(None, refused.text)
        except Invalid:
            form.add_error("contact", _("This is neither a phone number nor an e-mail address."))
    status = 422 if form.errors else 200
    return show(request, "log_in.html", title=_("Log in"), form=form, next=next_, here="account", status=status)


def send(guest: Guest, contact: tuple[str, str]) -> UUID:
    """Send a code to a contact for this browser."""
    language = get_language() or "en"
    sent = shoppers.send_code(
        source=guest.source, contact=contact, device=guest.device, place=guest.address, language=language[:2]
    )
    return sent.proof


def _sent(request: ShopRequest, given: str, next_: str) -> HttpResponse:
    proof = send(request.guest, contact_of(given))
    return _ask(request, Code(), {"contact": given, "next": next_, "proof": str(proof)})


def _ask(request: ShopRequest, form: Code, kept: dict[str, Any]) -> HttpResponse:
    told = _("We have sent a code to %(contact)s. It works for ten minutes, in this browser.")
    again = {name: value for name, value in kept.items() if name != "proof"}
    status = 422 if form.errors else 200
    return show(
        request,
        "code.html",
        title=_("The code"),
        here="account",
        form=form,
        told=told % {"contact": kept["contact"]},
        kept=kept.items(),
        again=again.items(),
        submit=_("Log in"),
        status=status,
    )


def _confirm(request: ShopRequest, next_: str) -> HttpResponse:
    form, guest = Code(request.POST), request.guest
    kept = {"contact": request.POST.get("contact", "")[:_LONGEST], "next": next_, "proof": request.POST["proof"][:40]}
    if form.is_valid():
        try:
            entered = shoppers.log_in(
                source=guest.source,
                contact=contact_of(kept["contact"]),
                proof=UUID(kept["proof"]),
                code=form.cleaned_data["code"],
                device=guest.device,
            )
        except (ProofRefused, ValueError) as refused:
            text = refused.text if isinstance(refused, Refusal) else ProofRefused().text
            form.add_error("code", text)
        except Invalid:
            form.add_error("code", ProofRefused().text)
        else:
            basket.bring_along(guest, entered)
            return HttpResponseRedirect(next_)
    return _ask(request, form, kept)


@require_POST
@visited
def log_out(request: ShopRequest) -> HttpResponse:
    """Log out; the browser becomes a new one, so that whoever comes next begins with nothing."""
    request.guest.leave()
    return HttpResponseRedirect(reverse("shop"))
