"""Sources: the list with their health, one source with its keys, and what is done with a key."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from edino.channels import api
from edino.channels.errors import NoSuchSource
from edino.channels.screens.forms import ChangeSource, NewKey, NewSource, lay_beside
from edino.channels.screens.words import IDENTIFIERS, NAME, SCOPES, channel_name, listed
from edino.channels.types import KeyListing, SourceHealth, SourceListing
from edino.kernel import clock
from edino.kernel.errors import Refusal
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import naming, screen
from edino.ui.screen import Action, Back, Column, Fact, Listing, Number, Status, When, choice, short, words

SILENT_AFTER = timedelta(days=1)
BACK = Back(_("Sources and keys"), reverse_lazy("channels_sources"))  # type: ignore[arg-type]  # resolved when printed
ADD = Action(_("Add a source"), reverse_lazy("channels_source_add"), icon="plus", tone="primary")  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Row:
    """A source as the list shows it."""

    id: int
    name: str
    channel: str
    channel_name: str
    trust: int
    keys: int
    last_seen_at: datetime | None
    accepted_today: int
    rejected_today: int
    state: Status
    is_active: bool
    last_used_on: date | None


def _listing(*, primary: bool) -> Listing[Row]:
    channels = [(code, channel_name(channel)) for code, channel in api.channels_by_code().items()]
    return Listing(
        name="sources",
        title=_("Sources and keys"),
        lead=_("The systems that send to Edino and ask it."),
        key="id",
        columns=(
            Column("name", NAME, sort=True),
            Column("state", _("State"), place="side"),
            Column("channel_name", _("Channel"), sort=True, quiet=True),
            Column("last_seen_at", _("Last event"), kind="ago", sort=True),
            Column("accepted_today", _("Accepted today"), kind="number", sort=True),
            Column("rejected_today", _("Rejected today"), kind="number", sort=True),
            Column("trust", _("Trust"), kind="number", sort=True),
            Column("keys", _("Keys"), kind="number", sort=True),
        ),
        filters=(words("q", NAME), choice("channel", _("Channel"), channels)),
        url=lambda row: reverse("channels_source", args=[row.id]),
        sort="name",
        nothing=_("No system sends yet"),
        primary=ADD if primary else None,
    )


@staff.requires("channels.see")
def sources(request: StaffRequest) -> HttpResponseBase:
    found = api.list_sources()
    health = api.health_of([source.id for source in found])
    rows = [_row(source, health.get(source.id)) for source in found]
    table = _listing(primary=staff.may(request.staff, "channels.manage"))
    return table.respond(request, short(rows, key="id"))


@staff.requires("channels.manage")
def add(request: StaffRequest) -> HttpResponse:
    initial = {"time_zone": request.staff.time_zone, "channel": request.GET.get("channel", "site")}
    form = NewSource(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = api.create_source(by=request.staff, **form.cleaned_data)
        except Refusal as refusal:
            lay_beside(form, refusal)
        else:
            messages.success(request, _t("The source is there. Make a key for it."))
            return redirect("channels_source", number=made.id)
    return screen.form_page(request, form, title=_("New source"), submit=_("Add"), back=BACK)


@staff.requires("channels.see")
def source(request: StaffRequest, number: int) -> HttpResponse:
    return _source_page(request, number)


@staff.requires("channels.manage")
def change(request: StaffRequest, number: int) -> HttpResponse:
    shown = _found(number)
    names = ("name", "trust", "confirms", "rate_limit", "time_zone", "is_active")
    form = ChangeSource(request.POST or None, initial={name: getattr(shown, name) for name in names})
    back = Back(naming.told(shown.name), reverse("channels_source", args=[number]))
    if request.method == "POST" and form.is_valid():
        try:
            api.change_source(id=number, by=request.staff, **form.cleaned_data)
        except Refusal as refusal:
            lay_beside(form, refusal)
        else:
            messages.success(request, _t("Saved"))
            return redirect("channels_source", number=number)
    return screen.form_page(request, form, title=_("Change the source"), submit=_("Save"), back=back)


@staff.requires("keys.manage")
def new_key(request: StaffRequest, number: int) -> HttpResponse:
    shown = _found(number)
    form = NewKey(request.POST or None)
    back = Back(naming.told(shown.name), reverse("channels_source", args=[number]))
    if request.method == "POST" and form.is_valid():
        try:
            scopes = form.cleaned_data["scopes"]
            key = api.issue_key(source=api.get_source(id=number), scopes=scopes, by=request.staff)
        except Refusal as refusal:
            lay_beside(form, refusal)
        else:
            return _show_key(request, shown, key)
    return screen.form_page(request, form, title=_("New key"), submit=_("Make the key"), back=back)


@staff.requires("keys.manage")
@require_POST
def rotate(request: StaffRequest, number: int, key: int) -> HttpResponse:
    shown = _found_key(number, key)
    return _show_key(request, shown, api.rotate_key(id=key, by=request.staff), rotated=True)


@staff.requires("keys.manage")
@require_POST
def revoke(request: StaffRequest, number: int, key: int) -> HttpResponse:
    _found_key(number, key)
    try:
        api.revoke_key(id=key, by=request.staff)
    except Refusal as refusal:
        messages.error(request, refusal.text)
    else:
        messages.success(request, _t("The key is revoked. In five seconds it opens nothing anywhere."))
    return redirect("channels_source", number=number)


def _source_page(request: StaffRequest, number: int) -> HttpResponse:
    shown = _found(number)
    health = api.health_of([number]).get(number)
    manages = staff.may(request.staff, "channels.manage")
    change_url = reverse("channels_source_change", args=[number])
    context: dict[str, Any] = {
        "source": shown,
        "facts": _facts(shown, health),
        "keys": [_key(key, number) for key in api.keys_of(source_id=number)],
        "may_keys": staff.may(request.staff, "keys.manage"),
        "pages": [
            Action(page.label, reverse(page.url_name, kwargs={"number": number}), icon=page.icon)
            for _name, page in api.source_pages
            if staff.may(request.staff, page.operation)
        ],
        "key_action": Action(_("New key"), reverse("channels_key_add", args=[number]), icon="plus"),
    }
    return screen.page(
        request,
        "channels/source.html",
        title=naming.told(shown.name),
        lead=channel_name(shown),
        back=BACK,
        primary=Action(_("Change"), change_url, icon="pencil") if manages else None,
        **context,
    )


def _show_key(request: StaffRequest, shown: SourceListing, key: str, *, rotated: bool = False) -> HttpResponse:
    back = Back(naming.told(shown.name), reverse("channels_source", args=[shown.id]))
    context: dict[str, Any] = {"key": key, "rotated": rotated, "source": shown}
    response = screen.page(request, "channels/key.html", title=_("New key"), back=back, **context)
    response["Cache-Control"] = "private, no-store"
    return response


def _found(number: int) -> SourceListing:
    for listing in api.list_sources():
        if listing.id == number:
            return listing
    raise NoSuchSource


def _found_key(number: int, key: int) -> SourceListing:
    shown = _found(number)
    if key not in {held.id for held in api.keys_of(source_id=number)}:
        raise NoSuchSource
    return shown


def _row(shown: SourceListing, health: SourceHealth | None) -> Row:
    return Row(
        id=shown.id,
        name=naming.told(shown.name),
        channel=shown.channel,
        channel_name=channel_name(shown),
        trust=shown.trust,
        keys=shown.keys,
        last_seen_at=health.last_seen_at if health else None,
        accepted_today=health.accepted_today if health else 0,
        rejected_today=health.rejected_today if health else 0,
        state=_state(shown, health),
        is_active=shown.is_active,
        last_used_on=shown.last_used_on,
    )


def _state(shown: SourceListing, health: SourceHealth | None) -> Status:
    if not shown.is_active:
        return Status(_("switched off"), "quiet")
    if not shown.keys:
        return Status(_("no key"), "warn")
    if health is None or health.last_seen_at is None:
        return Status(_("not heard yet"), "info")
    if clock.now() - health.last_seen_at > SILENT_AFTER:
        return Status(_("silent"), "bad")
    return Status(_("live"), "good")


def _facts(shown: SourceListing, health: SourceHealth | None) -> list[Fact]:
    rate = Number(shown.rate_limit) if shown.rate_limit else _("no limit")
    return [
        Fact(_("State"), _state(shown, health)),
        Fact(_("Last event"), When(health.last_seen_at if health else None)),
        Fact(_("Accepted today"), Number(health.accepted_today if health else 0)),
        Fact(_("Rejected today"), Number(health.rejected_today if health else 0)),
        Fact(_("Trust"), Number(shown.trust), _("of 100")),
        Fact(_("Verifies itself"), listed(shown.confirms, IDENTIFIERS) or _("nothing")),
        Fact(_("Events per second"), rate),
        Fact(_("Time zone"), shown.time_zone),
        *([Fact(_("Brand"), shown.brand)] if shown.brand else []),
    ]


def _key(key: KeyListing, number: int) -> dict[str, Any]:
    at = clock.now()
    ended = key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= at)
    if key.revoked_at:
        state, when = Status(_("revoked"), "quiet"), key.revoked_at
    elif key.expires_at:
        state, when = (Status(_("expired"), "quiet") if ended else Status(_("ends"), "warn")), key.expires_at
    else:
        state, when = Status(_("in force"), "good"), None
    return {
        "prefix": f"edino_{key.prefix}_…",
        "scopes": listed(key.scopes, SCOPES),
        "state": state,
        "when": When(when) if when else "",
        "made": key.created_at,
        "by": naming.told(key.created_by),
        "used": key.last_used_on,
        "ended": ended,
        "rotate": reverse("channels_key_rotate", args=[number, key.id]),
        "revoke": reverse("channels_key_revoke", args=[number, key.id]),
    }
