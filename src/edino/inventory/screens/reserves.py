"""What is kept back: from a channel, at each location or at one; safety stock of locations beside it."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from edino.inventory import api
from edino.inventory.api import places as door
from edino.inventory.screens import words
from edino.inventory.types import LocationInput
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Back
from edino.ui.whole import whole

MOST = 1_000_000
EACH = "*"
"""The row of every location that has no number of its own."""


@staff.requires("stock.see")
def reserves(request: StaffRequest) -> HttpResponse:
    """Locations by channels, with a number in each cell."""
    return _page(request, {}, set())


@staff.requires("stock.edit")
@require_POST
def save(request: StaffRequest) -> HttpResponse:
    """Write the numbers down, all or none."""
    typed = {name: request.POST[name].strip() for name in request.POST if "|" in name}
    wrong = {name for name, text in typed.items() if text and whole(text, most=MOST) is None}
    if wrong:
        return _page(request, typed, wrong)
    with transaction.atomic():
        count = _save(request, typed)
    messages.success(request, gettext("Saved") if count else gettext("Nothing was changed."))
    return redirect("stock_reserves")


def _known() -> dict[str, str]:
    """What stands in the cells: "location|channel" → number; the channel "" is the location's safety stock."""
    found = {f"{one.location or EACH}|{one.channel}": str(one.quantity) for one in door.reserves()}
    return found | {f"{place.code}|": str(place.safety) for place in api.locations() if place.kind != "transit"}


def _save(request: StaffRequest, typed: dict[str, str]) -> int:
    """Write the cells that differ; how many. Empty: at one location the number of every one counts again."""
    known, channels = _known(), {code for code, _name in words.channels()}
    codes = {code for code, _name in words.places()}
    count = 0
    for name, text in typed.items():
        code, _sep, channel = name.rpartition("|")
        if text == known.get(name, "") or (code not in codes and code != EACH):
            continue
        if not channel and code != EACH:
            api.save_location(location=LocationInput(code, safety=int(text or 0)), by=request.staff)
        elif channel not in channels:
            continue
        elif text or code == EACH:
            where = None if code == EACH else code
            door.save_reserve(channel=channel, quantity=int(text or 0), by=request.staff, location=where)
        else:
            door.drop_reserve(channel=channel, location=code, by=request.staff)
        count += 1
    return count


def _page(request: StaffRequest, typed: dict[str, str], wrong: set[str]) -> HttpResponse:
    known, channels = _known(), words.channels()
    rows = [(EACH, _("every location"))] + [(code, name) for code, name in words.places()]
    cells: list[dict[str, Any]] = [
        {
            "code": code,
            "name": name,
            "cells": [
                _cell(code, str(name), channel, word, typed, known) | {"wrong": f"{code}|{channel}" in wrong}
                for channel, word in [("", gettext("Safety stock")), *channels]
                if channel or code != EACH
            ],
            "each": code == EACH,
        }
        for code, name in rows
    ]
    return screen.page(
        request,
        "inventory/reserves.html",
        status=422 if wrong else 200,
        title=_("Kept back"),
        lead=_("So many of each variant are not promised: safety stock to anybody, the others to their channel."),
        back=Back(_("Locations"), reverse("stock_locations")),
        heads=[_("Safety stock"), *(word for _code, word in channels)],
        rows=cells,
        edits=staff.may(request.staff, "stock.edit"),
        save_url=reverse("stock_reserves_save"),
        wrong=bool(wrong),
    )


def _cell(  # noqa: PLR0917 - a cell is where it stands and what it says
    code: str, place: str, channel: str, word: str, typed: dict[str, str], known: dict[str, str]
) -> dict[str, Any]:
    name = f"{code}|{channel}"
    return {"name": name, "label": f"{place}, {word}", "head": word, "value": typed.get(name, known.get(name, ""))}
