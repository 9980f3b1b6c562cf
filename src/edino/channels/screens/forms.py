"""Forms of channels. They only ask; what is right is decided by the door."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from edino.channels import api
from edino.channels.screens.words import IDENTIFIERS, NAME, SCOPES, channel_name
from edino.channels.types import Scope
from edino.kernel.errors import Refusal


def _zones() -> list[tuple[str, str]]:
    return [(zone, zone) for zone in sorted(available_timezones()) if "/" in zone or zone == "UTC"]


class NewSource(forms.Form):
    """A system that will send."""

    name = forms.CharField(
        label=NAME, max_length=120, help_text=_("As your colleagues call it: “Site”, “Till 3, Tverskaya 12”.")
    )
    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=lambda: [(code, channel_name(channel)) for code, channel in api.channels_by_code().items()],
        help_text=_("Trust and what the source verifies start as usual in the channel; change them afterwards."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=_zones, initial="UTC")


class ChangeSource(forms.Form):
    """What a source is believed and allowed."""

    name = forms.CharField(label=NAME, max_length=120)
    trust = forms.IntegerField(
        label=_("Trust"),
        min_value=0,
        max_value=100,
        help_text=_("0–100. Where two sources say different things of a customer, the more trusted one is believed."),
    )
    confirms = forms.MultipleChoiceField(
        label=_("Verifies itself"),
        required=False,
        choices=list(IDENTIFIERS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only what this system has really checked: a log-in with a password, a card read by the till."),
    )
    rate_limit = forms.IntegerField(
        label=_("Events per second"), min_value=0, help_text=_("Per server process; 0 is no limit.")
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=_zones)
    is_active = forms.BooleanField(label=_("The source may send"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        held = set(self.initial.get("confirms", ())) - set(IDENTIFIERS)
        field = self.fields["confirms"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - tells the type checker what it is
        field.choices = [*IDENTIFIERS.items(), *((kind, kind) for kind in sorted(held))]


class NewKey(forms.Form):
    """What a key will be good for."""

    scopes = forms.MultipleChoiceField(
        label=_("May"),
        choices=[(scope.value, SCOPES[scope]) for scope in Scope],
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.EVENTS_WRITE.value],
        help_text=_("As little as the system needs. A key for a web page may only send events: everybody can read it."),
    )


def lay_beside(form: forms.Form, refusal: Refusal) -> forms.Form:
    """Put what the door refused beside the fields it names, or on top of the form."""
    named = [error for error in refusal.fields if error.field in form.fields]
    for error in named:
        form.add_error(error.field, _(error.message) if error.message else refusal.text)
    if not named:
        form.add_error(None, refusal.text)
    return form
