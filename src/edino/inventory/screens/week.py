"""A week of pickup slots at a location: how many orders fit, how many are taken; and what is opened each week."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from edino.inventory import api
from edino.inventory.api import openings as door
from edino.inventory.errors import NoSuchLocation
from edino.inventory.screens import words
from edino.inventory.types import Location, Opening, Slot, SlotInput
from edino.kernel import clock
from edino.kernel.errors import Refusal
from edino.kernel.holds import Short
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Action, Back
from edino.ui.whole import whole

DAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
WEEK = 7
MOST = 100_000


class Weekly(forms.Form):
    """Slots of each week, on some days."""

    days = forms.TypedMultipleChoiceField(
        label=_("Days of the week"),
        choices=list(enumerate(DAYS)),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        initial=[0, 1, 2, 3, 4],
    )
    opens = forms.TimeField(label=_("Opens"), widget=forms.TimeInput(attrs={"type": "time"}), initial="10:00")
    closes = forms.TimeField(label=_("Closes"), widget=forms.TimeInput(attrs={"type": "time"}), initial="20:00")
    minutes = forms.IntegerField(label=_("Minutes of a slot"), min_value=10, max_value=720, initial=60)
    capacity = forms.IntegerField(label=_("Orders in a slot"), min_value=0, max_value=MOST, initial=10)


@staff.requires("stock.see")
def week(request: StaffRequest, number: int) -> HttpResponse:
    """Seven days of slots from a day on, today by default."""
    return _page(request, _place(number), Weekly(), {})


@staff.requires("stock.edit")
@require_POST
def save(request: StaffRequest, number: int) -> HttpResponse:
    """The numbers that were typed beside slots."""
    place = _place(number)
    known = {str(slot.uid): slot for day in _days(request, place) for slot in _slots(place, day)}
    typed = {uid: request.POST.get(f"slot-{uid}", "").strip() for uid in known}
    numbers = {uid: whole(text, most=MOST) for uid, text in typed.items() if text}
    wrong = {uid for uid, number in numbers.items() if number is None}
    if wrong:
        return _page(request, place, Weekly(), typed, dict.fromkeys(wrong, gettext("This is no number of orders.")))
    changed = [
        SlotInput(known[uid].starts_at, known[uid].ends_at, number)
        for uid, number in numbers.items()
        if number is not None and number != known[uid].capacity
    ]
    try:
        door.set_slots(location=place.code, slots=changed, by=request.staff)
    except Short as short:
        full = {one.capacity_id for one in short.shortages}
        told = gettext("More orders are booked already.")
        return _page(
            request, place, Weekly(), typed, {uid: told for uid, slot in known.items() if slot.capacity_id in full}
        )
    messages.success(request, gettext("Saved") if changed else gettext("Nothing was changed."))
    return redirect(_address(place, _days(request, place)[0]))


@staff.requires("stock.edit")
@require_POST
def weekly(request: StaffRequest, number: int) -> HttpResponse:
    """What is opened each week: on these days instead of what was, or one stretch less."""
    place = _place(number)
    known = door.openings(location=place.code)
    form = Weekly(request.POST)
    if "drop" in request.POST:
        day, _sep, at = request.POST["drop"].partition("|")
        left = [one for one in known if (str(one.weekday), f"{one.opens:%H:%M}") != (day, at)]
    elif form.is_valid():
        given = form.cleaned_data
        new = [
            Opening(day, given["opens"], given["closes"], given["minutes"], given["capacity"]) for day in given["days"]
        ]
        # The same days are told anew where they overlap; a second stretch of a day stays.
        left = [one for one in known if not any(_meet(one, other) for other in new)] + new
    else:
        return _page(request, place, form, {})
    try:
        door.save_openings(location=place.code, openings=left, by=request.staff)
    except Refusal as refusal:
        for error in refusal.fields:
            name = error.field.rpartition(".")[2]
            form.add_error(name if name in form.fields else None, _(error.message))
        return _page(request, place, form, {})
    messages.success(request, gettext("Saved. The slots of the next two weeks are open."))
    return redirect(_address(place, _days(request, place)[0]))


def _meet(one: Opening, other: Opening) -> bool:
    return one.weekday == other.weekday and one.opens < other.closes and other.opens < one.closes


def _page(
    request: StaffRequest, place: Location, form: Weekly, typed: dict[str, str], wrong: dict[str, str] | None = None
) -> HttpResponse:
    days = _days(request, place)
    wrong = wrong or {}
    shown = [_day(place, day, typed, wrong) for day in days]
    edits = staff.may(request.staff, "stock.edit")
    taken, capacity = (sum(day[word] for day in shown) for word in ("taken", "capacity"))
    return screen.page(
        request,
        "inventory/week.html",
        status=422 if form.errors or wrong else 200,
        title=gettext("Pickup slots"),
        lead=f"{place.name} · {date_format(days[0], 'j E')} – {date_format(days[-1], 'j E')}",
        back=Back(place.name, reverse("stock_location", args=[place.id])),
        primary=Action(_("Next week"), _address(place, days[0] + timedelta(days=WEEK)), icon="arrow-right"),
        before=_address(place, days[0] - timedelta(days=WEEK)),
        days=shown,
        taken=taken,
        capacity=capacity,
        problem=" ".join(dict.fromkeys(wrong.values())),
        openings=_openings(place),
        zone=words.by_the_clock_of(place),
        form=form if edits else None,
        edits=edits,
        first=days[0].isoformat(),
        save_url=reverse("stock_week_save", args=[place.id]),
        weekly_url=reverse("stock_week_openings", args=[place.id]),
    )


def _day(place: Location, day: date, typed: dict[str, str], wrong: dict[str, str]) -> dict[str, Any]:
    found = _slots(place, day)
    rows = [_row(slot, place, typed, wrong) for slot in found]
    taken, capacity = sum(row["taken"] for row in rows), sum(row["capacity"] for row in rows)
    return {"title": date_format(day, "l, j E"), "slots": rows, "taken": taken, "capacity": capacity}


def _row(slot: Slot, place: Location, typed: dict[str, str], wrong: dict[str, str]) -> dict[str, Any]:
    zone, uid = ZoneInfo(place.time_zone), str(slot.uid)
    starts, ends = slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone)
    return {
        "uid": uid,
        "time": f"{starts:%H:%M}–{ends:%H:%M}",
        "label": f"{date_format(starts, 'j E')} {starts:%H:%M}",
        "taken": slot.capacity - slot.free,
        "capacity": slot.capacity,
        "full": slot.capacity > 0 and slot.free == 0,
        "closed": slot.capacity == 0,
        "over": slot.ends_at <= clock.now(),
        "value": typed.get(uid) or slot.capacity,
        "wrong": wrong.get(uid, ""),
    }


def _openings(place: Location) -> list[dict[str, Any]]:
    return [
        {
            "day": DAYS[one.weekday],
            "time": f"{one.opens:%H:%M}–{one.closes:%H:%M}",
            "minutes": one.minutes,
            "capacity": one.capacity,
            "key": f"{one.weekday}|{one.opens:%H:%M}",
        }
        for one in door.openings(location=place.code)
    ]


def _slots(place: Location, day: date) -> list[Slot]:
    return api.slots(location=place.code, day=day)


def _days(request: StaffRequest, place: Location) -> list[date]:
    today = words.today(place)
    asked = request.POST.get("from") or request.GET.get("from", "")
    try:
        first = parse_date(asked) or today
    except ValueError:
        first = today
    first = min(max(first, date(2000, 1, 1)), date(2100, 1, 1))
    return [first + timedelta(days=ahead) for ahead in range(WEEK)]


def _address(place: Location, first: date) -> str:
    return f"{reverse('stock_week', args=[place.id])}?from={first.isoformat()}"


def _place(number: int) -> Location:
    for place in api.locations():
        if place.id == number:
            return place
    raise NoSuchLocation
