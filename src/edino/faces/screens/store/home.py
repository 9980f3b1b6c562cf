"""What waits in the store: to pick by slot, to hand over, what came back. Three lists that keep themselves fresh."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from edino.faces.screens.store import frame, wording
from edino.faces.screens.store.frame import StoreRequest, at_store
from edino.kernel import clock
from edino.kernel.money import Money
from edino.orders.api import office
from edino.orders.types.office import ReturnRow, WorkRow
from edino.ui.parts import Amount, Text
from edino.ui.screen import Column, Listing, Shown, Status, When, short

_SOON: Final = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do: `about` says in a few words what, `state` how urgent."""

    place: int
    title: object
    state: object
    about: object
    url: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """One of the lists."""

    title: Text
    note: Text
    table: Shown[Item]
    nothing: Text


def _listing(name: str, title: Text) -> Listing[Item]:
    return Listing(
        name=name,
        title=title,
        columns=(
            Column("title", gettext_lazy("Order or return")),
            Column("state", gettext_lazy("When"), place="side"),
            Column("about", gettext_lazy("For"), quiet=True),
        ),
        key="place",
        url=lambda row: row.url,
        sort="place",
        page_size=office.MOST,
        export=False,
        pager=False,
    )


_PICK: Final = _listing("to-pick", gettext_lazy("To pick"))
_HAND: Final = _listing("to-hand", gettext_lazy("To hand over"))
_BACK: Final = _listing("came-back", gettext_lazy("Came back"))


@at_store("store.work")
def home(request: StoreRequest) -> HttpResponse:
    """The three lists."""
    return frame.page(request, "home", title=_("What waits"), lead=request.store.name, lists=_lists(request))


@at_store("store.work")
def live(request: StoreRequest) -> HttpResponse:
    """The lists alone, for the page that asks every few seconds."""
    return render(request, "faces/store/_home.html", {"lists": _lists(request)})


def _lists(request: StoreRequest) -> list[Shelf]:
    work = office.store_work(location_id=request.store.id)
    back = office.open_returns(location_id=request.store.id)
    pick = [row for row in work if row.state == "to_pick" and row.location_id == request.store.id]
    away = [row for row in work if row.state == "coming_back"]
    hand = [row for row in work if row not in pick and row not in away]
    came = [*_hands(away, request.store.id), *_backs(back, len(away))]
    return [
        _shelf(request, _PICK, _picks(pick), _("Nothing to pick: orders appear here by themselves.")),
        _shelf(request, _HAND, _hands(hand, request.store.id), _("Nobody is expected.")),
        _shelf(request, _BACK, came, _("Nothing came back that still needs a look.")),
    ]


def _shelf(request: StoreRequest, listing: Listing[Item], items: Iterable[Item], nothing: Text) -> Shelf:
    rows = list(items)
    note = str(len(rows)) if rows else ""
    return Shelf(listing.title, note, listing.read(request, short(rows, "place")), nothing)


def _picks(rows: list[WorkRow]) -> Iterable[Item]:
    for place, row in enumerate(rows):
        again = ngettext("attempt %(number)d", "attempt %(number)d", row.attempt) % {"number": row.attempt}
        done = _("%(have)d of %(pieces)d") % {"have": row.picked, "pieces": row.pieces} if row.picked else ""
        about = [wording.who(row.name), wording.things(row.pieces), done, again if row.attempt > 1 else ""]
        yield Item(
            place,
            _("Order %(number)s") % {"number": row.number},
            slot(row.slot_starts_at, row.slot_ends_at, row.created_at),
            " · ".join(filter(None, about)),
            reverse("store_pick", args=[row.uid]),
        )


def _hands(rows: list[WorkRow], here: int) -> Iterable[Item]:
    for place, row in enumerate(rows):
        rest = row.due - row.paid
        pay = format_html("{} {}", _("to pay"), Amount(Money(rest, row.currency))) if rest > 0 else _("paid")
        about = format_html("{} · {} · {}", wording.who(row.name) or "–", wording.things(row.pieces), pay)
        title = _("Order %(number)s") % {"number": row.number}
        yield Item(place, title, waits(row, here), about, reverse("store_hand", args=[row.uid]))


def waits(row: WorkRow, here: int) -> Status:
    """What a parcel that is picked waits for."""
    if row.state == "coming_back":
        return Status(_("could not be delivered, coming back"), "warn", "undo-2")
    if row.state == "shipped":
        return Status(_("on its way here"), "info", "truck")
    if row.location_id == here and row.kind in {"delivery", "ship_from_store"}:
        return Status(_("to send"), "warn", "truck")
    if row.location_id == here and row.kind == "transfer" and row.pickup_location_id != here:
        return Status(_("to send to the other store"), "warn", "truck")
    return Status(_("ready"), "good", "package-check")


def _backs(rows: list[ReturnRow], first: int) -> Iterable[Item]:
    for place, row in enumerate(rows, first):
        about = format_html("{} · {}", wording.things(row.pieces), Amount(Money(row.worth, row.currency)))
        title = _("Return %(number)s") % {"number": row.number or str(row.uid)[:8]}
        yield Item(place, title, wording.RETURNS[row.state], about, reverse("store_returned", args=[row.uid]))


def slot(starts: datetime | None, ends: datetime | None, since: datetime) -> object:
    """When it must be ready: the slot, and how near it is; without a slot, since when it waits."""
    if starts is None or ends is None:
        return When(since, "ago")
    now = clock.now()
    word = said(starts, ends)
    if ends <= now:
        return Status(_("%(slot)s, late") % {"slot": word}, "bad")
    return Status(word, "warn" if starts - now <= _SOON else "info", "clock")


def said(starts: datetime, ends: datetime) -> str:
    """A slot in words, in the reader's zone: "today 14:00–16:00"."""
    first, last = timezone.localtime(starts), timezone.localtime(ends)
    days = (first.date() - timezone.localdate()).days
    day = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}.get(days) or date_format(first, "j E")
    return f"{day} {date_format(first, 'H:i')}–{date_format(last, 'H:i')}"
