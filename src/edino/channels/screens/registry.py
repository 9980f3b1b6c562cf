"""The registry: every channel, what can be done in it, and how many sources speak for it."""

from collections import Counter
from dataclasses import dataclass

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from edino.channels import api
from edino.channels.screens.words import ABILITIES, IDENTIFIERS, KINDS, NAME, channel_name, listed
from edino.channels.types import Channel
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui.screen import Column, Listing, choice, short, words


@dataclass(frozen=True, slots=True)
class Row:
    """A channel as the list shows it."""

    code: str
    name: str
    kind: str
    channel: Channel
    sources: int
    position: int


LIST: Listing[Row] = Listing(
    name="channels",
    title=_("Channels"),
    lead=_("Where you meet shoppers. Each source belongs to one of them."),
    key="code",
    columns=(
        Column("name", NAME, sort=True),
        Column("sources", _("Sources"), kind="number", sort=True),
        Column("kind", _("Kind"), value=lambda row: KINDS.get(row.kind, row.kind), sort=True),
        Column("abilities", _("What can be done"), value=lambda row: listed(row.channel.abilities, ABILITIES)),
        Column(
            "confirms",
            _("Usually verifies"),
            value=lambda row: listed(row.channel.usual_confirms, IDENTIFIERS),
            quiet=True,
        ),
        Column("position", _("Usual trust"), value=lambda row: row.channel.usual_trust),
    ),
    filters=(words("q", _("Name or code")), choice("kind", _("Kind"), list(KINDS.items()))),
    url=lambda row: f"{reverse('channels_sources')}?channel={row.code}",
    sort="position",
)


@staff.requires("channels.see")
def channels(request: StaffRequest) -> HttpResponseBase:
    counted = Counter(source.channel for source in api.list_sources() if source.is_active)
    rows = [
        Row(channel.code, channel_name(channel), channel.kind, channel, counted[channel.code], place)
        for place, channel in enumerate(api.channels_by_code().values())
    ]
    return LIST.respond(request, short(rows, key="code"))
