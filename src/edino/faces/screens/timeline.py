"""The timeline on the card: what happened, in every channel, with two filters and older parts on demand."""

from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from edino.activity import api as activity
from edino.channels import api as channels
from edino.customers.types import CustomerRef, Person
from edino.faces.screens import events
from edino.ui.parts import Text
from edino.ui.screen import Tab

_SIZE: Final = 40
GROUPS: Final[dict[str, Text]] = {
    "": gettext_lazy("All"),
    "orders": gettext_lazy("Orders"),
    "visits": gettext_lazy("Visits"),
    "cart": gettext_lazy("Cart"),
    "calls": gettext_lazy("Calls and messages"),
    "permissions": gettext_lazy("Permissions"),
}


def context(request: HttpRequest, person: Person | CustomerRef) -> dict[str, Any]:
    """The part of the timeline that the address asks for."""
    group, channel = request.GET.get("group", ""), request.GET.get("channel", "")
    group = group if group in GROUPS else ""
    known = channels.channels_by_code()
    channel = channel if channel in known else ""
    url = reverse("customer", args=[person.uid])
    page = activity.timeline(
        customer_id=person.id,
        cursor=request.GET.get("cursor") or None,
        group=group or None,
        channel=channel or None,
        size=_SIZE,
    )
    kept = {name: value for name, value in (("group", group), ("channel", channel)) if value}
    more = f"{url}?{urlencode({**kept, 'cursor': page.next_cursor})}" if page.next_cursor else ""
    language = get_language() or "en"
    used = {source.channel for source in channels.list_sources()}
    return {
        "moments": list(events.moments(page.items)),
        "more": more,
        "timeline_url": url,
        "group": group,
        "tabs": [
            Tab(label, _address(url, group=code, channel=channel), code == group) for code, label in GROUPS.items()
        ],
        "channels": [(code, one.name(language), code == channel) for code, one in known.items() if code in used],
        "filtered": bool(group or channel),
        "whole": _address(url),
        "nothing": _("Nothing of this kind yet") if group or channel else _("Nothing has happened yet"),
    }


def _address(url: str, **wanted: str) -> str:
    kept = {name: value for name, value in wanted.items() if value}
    return f"{url}?{urlencode(kept)}" if kept else url
