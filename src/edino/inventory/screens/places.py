"""Locations: the list, one location with its time slots, and changing it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from edino.inventory import api
from edino.inventory.api.places import slot_times
from edino.inventory.errors import NoSuchLocation
from edino.inventory.screens import words
from edino.inventory.types import LOCATION_KINDS, Location, LocationInput, Slot
from edino.kernel import clock
from edino.kernel.errors import Refusal
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.parts import Text
from edino.ui.screen import Action, Back, Column, Fact, Listing, Number, Status, choice, short

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD = 7
"""Days of time slots that the page of a location shows."""
_OPENING = _("As 10:00-22:00; more than one with commas. Empty: closed.")
_DAY_WORDS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    id: int
    name: str
    code: str
    kind: str
    kind_word: Text
    city: str
    can: str
    safety: int
    position: int
    state: Status


@dataclass(frozen=True, slots=True)
class Time:
    """A time slot in the table."""

    at: datetime
    time: str
    free: int
    capacity: int


class Place(forms.Form):
    """What is said of a location."""

    code = forms.CharField(label=_("Code"), max_length=60, help_text=_("As your other systems call it."))
    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(kind, words.PLACES[kind]) for kind in LOCATION_KINDS if kind != "transit"]
    )
    city = forms.CharField(label=_("City"), max_length=200, required=False)
    address = forms.CharField(label=_("Address"), max_length=500, required=False)
    time_zone = forms.CharField(label=_("Time zone"), max_length=60, initial="Europe/Moscow")
    latitude = forms.FloatField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(label=_("Longitude"), required=False, min_value=-180, max_value=180)
    sells = forms.BooleanField(label=_("Sells over the counter"), required=False, initial=True)
    ships = forms.BooleanField(label=_("Parcels leave from it"), required=False, initial=True)
    pickup = forms.BooleanField(label=_("Shoppers fetch there"), required=False, initial=True)
    active = forms.BooleanField(label=_("It works now"), required=False, initial=True)
    safety = forms.IntegerField(
        label=_("Safety stock"),
        min_value=0,
        max_value=1_000_000,
        initial=0,
        help_text=_("So many of everything are kept back and not promised."),
    )
    daily_parcels = forms.IntegerField(
        label=_("Parcels in a day"),
        min_value=0,
        max_value=1_000_000,
        required=False,
        help_text=_("No more than so many leave in a day, the rest is sent by others. Empty: as many as come."),
    )
    position = forms.IntegerField(
        label=_("Order"), min_value=0, max_value=1_000_000, initial=100, help_text=_("Smaller comes first.")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for day, word in zip(DAYS, _DAY_WORDS, strict=True):
            self.fields[day] = forms.RegexField(
                r"^ *(\d\d:\d\d-\d\d:\d\d *(, *|$))*$", label=word, required=False, help_text=_OPENING
            )

    def given(self) -> LocationInput:
        """What was typed, as the door takes it."""
        data = dict(self.cleaned_data)
        hours = {day: _spans(data.pop(day)) for day in DAYS}
        data["daily_parcels"] = -1 if data["daily_parcels"] is None else data["daily_parcels"]
        return LocationInput(**data, opening_hours={day: spans for day, spans in hours.items() if spans})


class Slots(forms.Form):
    """Time slots to be opened."""

    minutes = forms.IntegerField(label=_("Minutes of a slot"), min_value=10, max_value=720, initial=60)
    capacity = forms.IntegerField(label=_("Orders in a slot"), min_value=0, max_value=100_000, initial=10)
    days = forms.IntegerField(label=_("Days, from today on"), min_value=1, max_value=60, initial=7)


@staff.requires("stock.see")
def locations(request: StaffRequest) -> HttpResponseBase:
    """Every location."""
    edits = staff.may(request.staff, "stock.edit")
    add = Action(gettext("Add a location"), reverse("stock_location_add"), icon="plus", tone="primary")
    table: Listing[Row] = Listing(
        name="locations",
        title=_("Locations"),
        columns=(
            Column("name", _("Name"), sort=True),
            Column("state", _("State"), place="side"),
            Column("kind", _("Kind"), value=lambda row: row.kind_word),
            Column("city", _("City"), sort=True),
            Column("can", _("What it does"), quiet=True),
            Column("safety", _("Safety stock"), kind="number", quiet=True),
            Column("position", _("Order"), kind="number", sort=True, quiet=True),
        ),
        key="id",
        url=lambda row: reverse("stock_location", args=[row.id]),
        filters=(screen.words("q", _("Name")), choice("kind", _("Kind"), list(words.PLACES.items()))),
        sort="position",
        nothing=_("No location yet"),
        primary=add if edits else None,
    )
    ways = [
        Action(gettext("Where orders come from"), reverse("stock_sourcing"), icon="route"),
        Action(gettext("Kept back"), reverse("stock_reserves"), icon="shield"),
    ]
    return table.respond(
        request,
        short([_row(place) for place in api.locations()], key="id"),
        template="inventory/locations.html",
        ways=ways,
    )


@staff.requires("stock.see")
def location(request: StaffRequest, number: int) -> HttpResponse:
    """One location, with the time slots of the next days."""
    place = _found(number)
    return _page(request, place, Slots())


@staff.requires("stock.edit")
def open_slots(request: StaffRequest, number: int) -> HttpResponse:
    """Open time slots in the opening hours of the next days."""
    place = _found(number)
    form = Slots(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, place, form)
    today, given = words.today(place), form.cleaned_data
    times = [
        time
        for day in range(given["days"])
        for time in slot_times(location=place, day=today + timedelta(days=day), minutes=given["minutes"])
    ]
    if not times:
        form.add_error(None, _("Say the opening hours first: slots lie within them."))
        return _page(request, place, form)
    try:
        api.save_slots(location=place.code, times=times, capacity=given["capacity"], by=request.staff)
    except Refusal as refusal:
        return _page(request, place, words.lay_beside(form, refusal))  # type: ignore[arg-type]  # the same form
    messages.success(request, gettext("The slots are open."))
    return redirect("stock_location", number=number)


@staff.requires("stock.edit")
def add(request: StaffRequest) -> HttpResponse:
    """Make a location."""
    return _form(request, Place(request.POST or None), None)


@staff.requires("stock.edit")
def change(request: StaffRequest, number: int) -> HttpResponse:
    """Change a location."""
    place = _found(number)
    initial = {name: getattr(place, name) for name in Place.base_fields}
    for day in DAYS:
        initial[day] = ", ".join(f"{opens}-{closes}" for opens, closes in place.opening_hours.get(day, []))
    form = Place(request.POST or None, initial=initial)
    form.fields["code"].disabled = True
    return _form(request, form, place)


def _form(request: StaffRequest, form: Place, place: Location | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            if place is None and any(one.code == form.cleaned_data["code"] for one in api.locations()):
                form.add_error("code", _("There is a location of this code already."))
            else:
                saved = api.save_location(location=form.given(), by=request.staff)
                messages.success(request, gettext("Saved"))
                return redirect("stock_location", number=saved.id)
        except Refusal as refusal:
            words.lay_beside(form, refusal)
    back = Back(place.name, reverse("stock_location", args=[place.id])) if place else _back()
    title = _("Change the location") if place else _("New location")
    return screen.form_page(request, form, title=title, submit=_("Save"), back=back)


def _page(request: StaffRequest, place: Location, form: Slots) -> HttpResponse:
    edits = staff.may(request.staff, "stock.edit")
    today = words.today(place)
    found = [
        slot
        for day in range(LOOK_AHEAD)
        for slot in api.slots(location=place.code, day=today + timedelta(days=day))
        if slot.ends_at > clock.now()
    ]
    change_url = reverse("stock_location_change", args=[place.id])
    return screen.page(
        request,
        "inventory/location.html",
        status=422 if form.errors else 200,
        title=place.name,
        lead=place.city,
        back=_back(),
        primary=Action(_("Change"), change_url, icon="pencil") if edits else None,
        facts=_facts(place),
        form=form if edits and place.pickup else None,
        form_url=reverse("stock_location_slots", args=[place.id]),
        week=Action(_("A week of slots"), reverse("stock_week", args=[place.id]), icon="calendar-days"),
        zone=words.by_the_clock_of(place),
        slots=_slot_table().read(request, short([_time(slot, place) for slot in found], key="at")),
    )


def _facts(place: Location) -> list[Fact]:
    return [
        Fact(_("State"), _row(place).state),
        Fact(_("Code"), place.code),
        Fact(_("Kind"), words.PLACES[place.kind]),
        Fact(_("Address"), place.address or "–"),
        Fact(_("Time zone"), place.time_zone),
        Fact(_("What it does"), _row(place).can or "–"),
        Fact(_("Safety stock"), Number(place.safety)),
        *([Fact(_("Parcels in a day"), Number(place.daily_parcels))] if place.daily_parcels is not None else []),
        *(
            Fact(
                word,
                ", ".join(f"{opens}–{closes}" for opens, closes in place.opening_hours.get(day, [])) or _("day off"),
            )
            for day, word in zip(DAYS, _DAY_WORDS, strict=True)
        ),
    ]


def _slot_table() -> Listing[Time]:
    columns: tuple[Column[Time], ...] = (
        Column("at", _("Time"), value=lambda row: row.time),
        Column("free", _("Still free"), kind="number", place="side"),
        Column("capacity", _("Orders in a slot"), kind="number", quiet=True),
    )
    return Listing(
        name="slots",
        title=_("Time slots"),
        columns=columns,
        key="at",
        sort="at",
        export=False,
        page_size=200,
        nothing=_("No slot is open in the next days"),
    )


def _time(slot: Slot, place: Location) -> Time:
    """A slot on the clock of its location."""
    zone = ZoneInfo(place.time_zone)
    starts, ends = slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone)
    time = f"{date_format(starts, 'j E, D')} {starts:%H:%M}–{ends:%H:%M}"
    return Time(slot.starts_at, time, slot.free, slot.capacity)


def _row(place: Location) -> Row:
    can = [
        (place.sells, gettext("sells")),
        (place.ships, gettext("sends parcels")),
        (place.pickup, gettext("is a pickup point")),
    ]
    return Row(
        id=place.id,
        name=place.name,
        code=place.code,
        kind=place.kind,
        kind_word=words.PLACES[place.kind],
        city=place.city,
        can=", ".join(word for does, word in can if does),
        safety=place.safety,
        position=place.position,
        state=Status(_("works"), "good") if place.active else Status(_("does not work"), "quiet"),
    )


def _found(number: int) -> Location:
    for place in api.locations():
        if place.id == number:
            return place
    raise NoSuchLocation


def _back() -> Back:
    return Back(_("Locations"), reverse("stock_locations"))


def _spans(typed: str) -> list[list[str]]:
    return [span.strip().split("-") for span in typed.split(",") if span.strip()]
