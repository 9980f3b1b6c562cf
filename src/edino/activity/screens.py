"""The developer page: what a source sends, live, and what was wrong with it."""

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from edino.activity import api
from edino.activity.types import TimelineItem
from edino.channels import api as channels
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import naming, screen
from edino.ui.screen import Action, Back, Fact, Number, When


@staff.requires("developer.see")
def developer(request: StaffRequest, number: int) -> HttpResponse:
    source = channels.get_source(id=number)
    keys = [key for key in channels.keys_of(source_id=number) if key.revoked_at is None]
    return screen.page(
        request,
        "activity/developer.html",
        title=naming.told(source.name),
        lead=_("What this source sends, as it comes in."),
        back=Back(_("Sources"), reverse("channels_sources")),
        primary=Action(_("Keys"), reverse("channels_source", args=[number]), icon="key-round"),
        prefix=f"edino_{keys[0].prefix}_…" if keys else "",
        **_context(number),
    )


@staff.requires("developer.see")
def latest(request: StaffRequest, number: int) -> HttpResponse:
    channels.get_source(id=number)
    return render(request, "activity/_latest.html", _context(number))


def _context(number: int) -> dict[str, Any]:
    events, troubles = api.latest(source_id=number)
    health = channels.health_of([number]).get(number)
    return {
        "number": number,
        "events": [(event, _shown(event)) for event in events],
        "troubles": troubles,
        "facts": [
            Fact(_("Last event"), When(health.last_seen_at if health else None)),
            Fact(_("Accepted today"), Number(health.accepted_today if health else 0)),
            Fact(_("Rejected today"), Number(health.rejected_today if health else 0)),
        ],
    }


def _shown(event: TimelineItem) -> str:
    return json.dumps(event.body, ensure_ascii=False, indent=1)


urlpatterns: list[URLPattern] = [
    path("developer/<int:number>/", developer, name="developer"),
    path("developer/<int:number>/live/", latest, name="developer_live"),
]
