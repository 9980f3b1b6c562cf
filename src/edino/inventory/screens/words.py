"""Words that several screens of stock say."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from edino.catalogue import api as catalogue
from edino.channels import api as channels_api
from edino.channels.types import Ability
from edino.inventory import api
from edino.inventory.types import Location
from edino.kernel import clock
from edino.kernel.errors import Refusal
from edino.kernel.holds import Short
from edino.ui.parts import Text
from edino.ui.screen import Status
from edino.ui.whole import whole

KINDS: Final[Mapping[str, Text]] = {
    "received": _("received"),
    "adjusted": _("adjusted"),
    "sold": _("sold"),
    "returned": _("returned"),
    "shipped": _("shipped"),
    "transfer_out": _("sent away"),
    "transfer_in": _("came by transfer"),
    "counted": _("counted"),
    "damaged": _("damaged"),
    "written_off": _("was written off"),
}
CONDITIONS: Final[Mapping[str, Text]] = {
    "good": _("good"),
    "damaged": _("damaged"),
    "quarantine": _("to be inspected"),
}
CAUSES: Final[Mapping[str, Text]] = {
    "snapshot": _("stock file"),
    "count": _("count"),
    "transfer": _("transfer"),
    "order": _("order"),
    "receipt": _("receipt"),
    "return": _("return"),
    "correction": _("correction by hand"),
    "inbound": _("delivery"),
}
REASONS: Final[Mapping[str, Text]] = {
    "missing": _("not there, nobody knows why"),
    "found": _("found"),
    "broken": _("broken: set aside as damaged"),
    "stolen": _("stolen"),
    "sample": _("taken as a sample"),
    "mistake": _("a mistake in the book"),
}
FILES: Final[Mapping[str, Status]] = {
    "staged": Status(_("waits for you"), "info"),
    "stopped": Status(_("stopped by the brake"), "bad"),
    "applied": Status(_("applied"), "good"),
    "dismissed": Status(_("dismissed"), "quiet"),
}
PLACES: Final[Mapping[str, Text]] = {
    "warehouse": _("warehouse"),
    "store": _("store"),
    "transit": _("in transit"),
    "partner": _("partner"),
}
TRANSFERS: Final[Mapping[str, Status]] = {
    "draft": Status(_("draft"), "quiet"),
    "sent": Status(_("on its way"), "info"),
    "partly": Status(_("partly received"), "warn"),
    "received": Status(_("received"), "good"),
    "cancelled": Status(_("called off"), "quiet"),
}
COUNTS: Final[Mapping[str, Status]] = {
    "open": Status(_("under way"), "info"),
    "closed": Status(_("finished"), "good"),
    "cancelled": Status(_("cancelled"), "quiet"),
}


def name(names: Mapping[str, str], options: Mapping[str, str]) -> str:
    """A variant as people call it, in their language as far as it is known."""
    language = (get_language() or "en")[:2]
    called = names.get(language) or names.get("en") or next(iter(names.values()), "")
    return ", ".join([called, *options.values()]) if called else ", ".join(options.values())


def places() -> list[tuple[str, str]]:
    """Locations to choose from: (code, name)."""
    return [(place.code, place.name) for place in api.locations() if place.kind != "transit"]


def channels() -> list[tuple[str, str]]:
    """Channels that sell, to choose from: (code, name)."""
    language = get_language() or "en"
    found = channels_api.channels_by_code().items()
    return [(code, channel.name(language)) for code, channel in found if channel.can(Ability.SELL)]


class Lines(forms.CharField):
    """Goods, a line each: SKU or barcode, and how many. Cleaned to (SKU, quantity); a line nobody knows is named."""

    def clean(self, value: str) -> list[tuple[str, int]]:
        found = []
        for number, line in enumerate(super().clean(value).splitlines(), 1):
            if not line.strip():
                continue
            code, _sep, count = line.strip().rpartition(" ")
            pieces = whole(count, most=9_999_999)
            if not code or pieces is None:
                code, pieces = line.strip(), 1
            info = catalogue.find_variant(code=code.strip())
            if info is None:
                raise forms.ValidationError(_("Line %(number)s: nothing has the code %(code)s."), params={"number": number, "code": code})  # fmt: skip  # noqa: E501
            found.append((info.sku, pieces))
        if not found:
            raise forms.ValidationError(_("Say which goods."))
        return found


def today(place: Location) -> date:
    """The day that it is at a location, wherever the server and the reader are."""
    return clock.now().astimezone(ZoneInfo(place.time_zone)).date()


def by_the_clock_of(place: Location) -> str:
    """Whose hours a page shows: "Times are by the clock of the store (Asia/Yekaterinburg, it is 14:05 there)"."""
    now = clock.now().astimezone(ZoneInfo(place.time_zone))
    return gettext("Times are by the clock of the location: %(zone)s, it is %(time)s there now.") % {
        "zone": place.time_zone,
        "time": f"{now:%H:%M}",
    }


def lay_beside(form: forms.Form, refusal: Refusal) -> forms.Form:
    """Put what the door refused beside the fields it names, or on top of the form."""
    named = [error for error in refusal.fields if error.field in form.fields]
    for error in named:
        form.add_error(error.field, _(error.message) if error.message else refusal.text)
    if not named:
        form.add_error(None, told(refusal))
    return form


def tried(request: HttpRequest, act: Callable[[], object], done: str = "") -> None:
    """Do what a button asks for, and say what came of it: why not, or that it is done."""
    try:
        act()
    except Refusal as refusal:
        messages.error(request, told(refusal))
    else:
        if done:
            messages.success(request, done)


def told(refusal: Refusal) -> str:
    """A refusal in a sentence, with what it names."""
    if isinstance(refusal, Short):
        return str(_("There is not enough: part of it is promised to shoppers, or not there."))
    return refusal.text
