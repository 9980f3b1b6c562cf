"""The overview: what comes in, from where, how it compares with yesterday, and what waits for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from edino.activity import api as activity
from edino.activity.types import HourCount
from edino.channels import api as channels
from edino.channels.types import SourceListing
from edino.customers import api as customers
from edino.kernel import clock, reconciling
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import naming, screen
from edino.ui.chart import sparkline
from edino.ui.screen import Action, Column, Figure, Listing, Number, Status, short

_HOURS: Final = 24
_SILENT_AFTER: Final = timedelta(hours=24)
_FACTS: Final = ("Order Completed", "customers.joined", "customers.split")


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel of the last 24 hours."""

    code: str
    name: str
    trend: SafeString
    events: int
    than: object


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source and how it is doing."""

    id: int
    name: str
    channel: str
    last_at: datetime | None
    accepted: int
    rejected: int
    state: Status
    url: str


_CHANNELS: Listing[ChannelRow] = Listing(
    name="channels-in",
    title=gettext_lazy("What comes in"),
    key="code",
    columns=(
        Column("name", gettext_lazy("Channel")),
        Column("trend", gettext_lazy("24 hours")),
        Column("events", gettext_lazy("Events"), kind="number"),
        Column("than", gettext_lazy("Against the day before"), place="side"),
    ),
    sort="-events",
    export=False,
    pager=False,
)


def _sources(*, links: bool) -> Listing[SourceRow]:
    return Listing(
        name="sources-in",
        title=gettext_lazy("Health of sources"),
        key="id",
        columns=(
            Column("name", gettext_lazy("Source")),
            Column("state", gettext_lazy("State"), place="side"),
            Column("last_at", gettext_lazy("Last event"), kind="ago"),
            Column("accepted", gettext_lazy("Accepted, 24 hours"), kind="number"),
            Column("rejected", gettext_lazy("Rejected, 24 hours"), kind="number"),
        ),
        url=(lambda row: row.url) if links else None,
        sort="name",
        export=False,
        pager=False,
    )


@staff.requires("overview.see")
def overview(request: StaffRequest) -> HttpResponse:
    return screen.page(request, "faces/overview.html", title=_("Overview"), **_context(request))


@staff.requires("overview.see")
def live(request: StaffRequest) -> HttpResponse:
    return render(request, "faces/_overview.html", _context(request))


def _context(request: StaffRequest) -> dict[str, Any]:
    sources = [source for source in channels.list_sources() if source.is_active]
    now = clock.now()
    by_hour = activity.intake_by_hour(since=now - timedelta(hours=2 * _HOURS))
    seen = {source_id: health.last_seen_at for source_id, health in channels.health_of([s.id for s in sources]).items()}
    context: dict[str, Any] = {"new": not any(seen.values()), "steps": _steps(request, sources)}
    if context["new"]:
        return context
    hours = _hours(by_hour, now)
    context["figures"] = _figures(request, hours)
    context["channels"] = _CHANNELS.read(request, short(_channel_rows(sources, hours), "code"))
    intake = {row.source_id: row for row in activity.intake_since(since=now - timedelta(hours=_HOURS))}
    rows = [
        _source_row(
            request, source, seen.get(source.id), intake[source.id].rejected if source.id in intake else 0, hours
        )
        for source in sources
    ]
    links = staff.may(request.staff, "developer.see") or staff.may(request.staff, "channels.see")
    context["sources"] = _sources(links=links).read(request, short(rows, "id"))
    return context


def _hours(counts: Sequence[HourCount], now: datetime) -> dict[int, list[int]]:
    """Source → events of each of the last 48 hours, the oldest first, full hours back from now."""
    found: dict[int, list[int]] = {}
    start = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=2 * _HOURS - 1)
    for count in counts:
        place = int((count.hour - start).total_seconds() // 3600)
        if 0 <= place < 2 * _HOURS:
            found.setdefault(count.source_id, [0] * 2 * _HOURS)[place] += count.accepted
    return found


def _together(rows: Sequence[Sequence[int]]) -> list[int]:
    return [sum(hour) for hour in zip(*rows, strict=True)] if rows else [0] * 2 * _HOURS


def _figures(request: StaffRequest, hours: Mapping[int, list[int]]) -> list[Figure]:
    whole = _together(list(hours.values()))
    lately, earlier = sum(whole[_HOURS:]), sum(whole[:_HOURS])
    midnight = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    facts = activity.happened(types=_FACTS, since=midnight)
    orders, joins, splits = (facts.get(type_, (0, 0)) for type_ in _FACTS)
    waiting = customers.cases(size=1).waiting
    cases = sum(waiting.values())
    may_review = staff.may(request.staff, "customers.review")
    return [
        *_ledgers(),
        Figure(_("Events in 24 hours"), Number(lately), _than(lately, earlier), trend=whole[_HOURS:]),
        Figure(_("Orders today"), Number(orders[0]), _yesterday(orders[1])),
        Figure(_("Joins today"), Number(joins[0]), _joins(joins[1], splits[0])),
        Figure(
            _("Cases waiting"),
            Number(cases),
            _suggested(waiting.get("suggestion", 0)) if cases else _("nothing to judge"),
            url=reverse("review") if may_review else "",
        ),
    ]


def _ledgers() -> list[Figure]:
    """Ledgers that do not say what is kept beside them: told only when there are any, and before everything else."""
    found = reconciling.wrong()
    if not found:
        return []
    first = found[0]
    named = ", ".join(f"{one.ledger} ({one.count})" for one in found)
    state = Status(_("Run edino reconcile: it names each."), "bad", "circle-alert")
    return [Figure(_("Ledgers that do not add up"), Number(len(found)), f"{named} · {first.example}", status=state)]


def _than(lately: int, earlier: int) -> str:
    if not earlier:
        return _("nothing the day before")
    change = round((lately - earlier) / earlier * 100)
    if change == 0:
        return _("as the day before")
    if change > 0:
        return _("%(percent)d %% above the day before") % {"percent": change}
    return _("%(percent)d %% below the day before") % {"percent": -change}


def _yesterday(count: int) -> str:
    return _("%(number)s by this hour yesterday") % {"number": f"{count:,}".replace(",", "\u202f")}


def _joins(earlier: int, splits: int) -> str:
    return " · ".join([_yesterday(earlier), *([_taken_apart(splits)] if splits else [])])


def _taken_apart(number: int) -> str:
    return ngettext("%(number)d split", "%(number)d splits", number) % {"number": number}


def _suggested(number: int) -> str:
    return ngettext("%(number)d suggested", "%(number)d suggested", number) % {"number": number}


def _channel_rows(sources: Sequence[SourceListing], hours: Mapping[int, list[int]]) -> list[ChannelRow]:
    by_channel: dict[str, list[SourceListing]] = {}
    for source in sources:
        by_channel.setdefault(source.channel, []).append(source)
    rows = []
    for code, mine in by_channel.items():
        counts = _together([hours[source.id] for source in mine if source.id in hours])
        lately, earlier = sum(counts[_HOURS:]), sum(counts[:_HOURS])
        name = _channel_name(mine[0])
        label = _("%(channel)s: events of each of the last 24 hours") % {"channel": name}
        rows.append(ChannelRow(code, name, sparkline(counts[_HOURS:], label), lately, _compared(lately, earlier)))
    return sorted(rows, key=lambda row: -row.events)


def _compared(lately: int, earlier: int) -> object:
    if not earlier:
        return _("nothing before") if lately else _("nothing")
    change = round((lately - earlier) / earlier * 100)
    if change == 0:
        return _("the same")
    return Number(change, unit="%", signed=True)


def _channel_name(source: SourceListing) -> str:
    return source.channel_name_ru if (get_language() or "").startswith("ru") else source.channel_name_en


def _source_row(
    request: StaffRequest,
    source: SourceListing,
    last_at: datetime | None,
    rejected: int,
    hours: Mapping[int, list[int]],
) -> SourceRow:
    accepted = sum(hours.get(source.id, [0])[_HOURS:])
    developer = staff.may(request.staff, "developer.see")
    url = reverse("developer", args=[source.id]) if developer else reverse("channels_source", args=[source.id])
    return SourceRow(
        source.id,
        naming.told(source.name),
        _channel_name(source),
        last_at,
        accepted,
        rejected,
        _state(last_at, accepted, rejected),
        url,
    )


def _state(last_at: datetime | None, accepted: int, rejected: int) -> Status:
    if last_at is None:
        return Status(_("not heard yet"), "info")
    if clock.now() - last_at > _SILENT_AFTER:
        return Status(_("silent"), "bad")
    if rejected > accepted / 20:
        return Status(_("many rejected"), "warn")
    return Status(_("live"), "good")


def _steps(request: StaffRequest, sources: Sequence[SourceListing]) -> list[Action]:
    """What to do next in a new installation."""
    if not staff.may(request.staff, "channels.manage"):
        return []
    if not sources:
        return [Action(_("Add a source"), reverse("channels_source_add"), icon="plus", tone="primary")]
    first = sources[0]
    return [
        Action(_("Make a key and send the first event"), reverse("channels_source", args=[first.id]), tone="primary")
    ]
