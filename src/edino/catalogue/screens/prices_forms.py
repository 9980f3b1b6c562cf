"""Forms about prices. They only ask; what is right the door decides."""

from typing import Any, Final

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from edino.catalogue import api
from edino.catalogue.api.reading import shop_currency
from edino.channels import api as channels
from edino.channels.types import Ability
from edino.kernel.errors import Refusal

MOMENT: Final = "%Y-%m-%dT%H:%M"


def _channels() -> list[tuple[str, str]]:
    language = get_language() or "en"
    found = channels.channels_by_code().items()
    return [(code, channel.name(language)) for code, channel in found if channel.can(Ability.SELL)]


def _lists() -> list[tuple[str, str]]:
    return [(one.code, f"{one.name}, {one.currency}") for one in api.price_lists()]


def _lists_or_none() -> list[tuple[str, Any]]:
    return [("", "—"), *_lists()]


def _moment(label: Any, help_text: Any = "") -> forms.DateTimeField:
    widget = forms.DateTimeInput({"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(label=label, required=False, input_formats=[MOMENT], widget=widget, help_text=help_text)


class PriceForm(forms.Form):
    """A price of one variant."""

    price_list = forms.ChoiceField(label=_("Price list"), choices=_lists)
    amount = forms.DecimalField(label=_("Price"), min_value=0, max_digits=15, decimal_places=2)
    starts_at = _moment(_("Begins"), _("Empty: now. What was paid before is not changed."))
    ends_at = _moment(_("Until"), _("Empty: a regular price. With an end it is a temporary one beside the regular."))


class ExceptionForm(forms.Form):
    """Why a channel pays another price."""

    channel = forms.ChoiceField(label=_("Channel"), choices=_channels)
    sku = forms.CharField(label=_("SKU"), required=False, max_length=200)
    amount = forms.DecimalField(
        label=_("Price in the channel"), required=False, min_value=0, max_digits=15, decimal_places=2
    )
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3)
    price_list = forms.ChoiceField(
        label=_("Or a whole price list"), required=False, choices=_lists_or_none, help_text=_("Instead of a SKU.")
    )
    reason = forms.CharField(label=_("Why"), max_length=1000, widget=forms.Textarea({"rows": 2}))
    starts_at = _moment(_("Begins"))
    ends_at = _moment(_("Until"))


class PriceListForm(forms.Form):
    """A price list."""

    code = forms.SlugField(label=_("Code"), max_length=200)
    name = forms.CharField(label=_("Name"), max_length=200)
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3, initial=shop_currency)
    region = forms.CharField(label=_("Region"), required=False, max_length=100, help_text=_("Empty: everywhere."))
    customer_group = forms.CharField(
        label=_("Group of customers"), required=False, max_length=100, help_text=_("Empty: everybody.")
    )
    priority = forms.IntegerField(
        label=_("Priority"), min_value=-1000, max_value=1000, help_text=_("The higher goes first.")
    )
    active = forms.BooleanField(label=_("Counts"), required=False)
    reserved = forms.BooleanField(label=_("Only by an exception of a channel"), required=False)
    starts_at = _moment(_("Begins"))
    ends_at = _moment(_("Until"))


def lay_beside(form: forms.Form, refusal: Refusal) -> None:
    """Put what the door refused beside the fields it names, or on top of the form."""
    for error in refusal.fields:
        form.add_error(error.field if error.field in form.fields else None, _(error.message))
    if not refusal.fields:
        form.add_error(None, refusal.text)
