"""Forms of staff. They only ask; what is right is decided by the door, whose refusal is laid beside the fields."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from edino.kernel.errors import Refusal
from edino.staff import api
from edino.staff.types import Role

_NEAR = ["UTC", "Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk"]
_NEAR += ["Asia/Krasnoyarsk", "Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka"]


def time_zones() -> list[tuple[Any, Any]]:
    """Zones to choose from: those of one's customers first, then the world."""
    rest = sorted(zone for zone in available_timezones() - set(_NEAR) if "/" in zone and not zone.startswith("Etc/"))
    return [(_("Common"), [(zone, zone) for zone in _NEAR]), (_("World"), [(zone, zone) for zone in rest])]


class Profile(forms.Form):
    """What people may change of their own account."""

    name = forms.CharField(label=_("Full name"), max_length=150)
    language = forms.ChoiceField(label=_("Language"), choices=lambda: [(c, str(n)) for c, n in settings.LANGUAGES])
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones, initial="UTC")


class Member(Profile):
    """The same with the role, for an administrator."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=lambda: [(role.value, str(api.ROLE_NAMES[role]).capitalize()) for role in Role],
        help_text=_("What the role may do is listed under “Roles”."),
    )
    field_order: Sequence[str] = ("name", "role", "language", "time_zone")


class NewMember(Member):
    """The same for somebody who has no account yet."""

    email = forms.EmailField(label=_("E-mail"), max_length=254, help_text=_("The person logs in with it."))
    field_order = ("email", "name", "role", "language", "time_zone")


def lay_beside(form: forms.Form, refusal: Refusal) -> forms.Form:
    """Put what the door refused beside the fields it names, or on top of the form."""
    named = [error for error in refusal.fields if error.field in form.fields]
    for error in named:
        form.add_error(error.field, _(error.message) if error.message else refusal.text)
    if not named:
        form.add_error(None, refusal.text)
    return form
