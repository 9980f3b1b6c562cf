"""The order book as a list, and the list of what waits for a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from edino.channels import api as channels
from edino.kernel.money import Money
from edino.orders.queries import office as queries
from edino.orders.screens import shown, words
from edino.orders.types.office import BookFilter, BookRow
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import Ask, Column, Listing, Page, Status, View, choice, dates

_STATES: Final = ("placed", "part_fulfilled", "fulfilled", "closed", "cancelled")
PAGE: Final = 50
PARKED: Final = Status(_("no place has it"), "bad", "map-pin-off")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    uid: str
    id: int
    number: str
    state: Status
    customer: str
    channel: str
    where: object
    pieces: int
    total: Money
    to_pay: Money | None
    placed_at: datetime


def _listing() -> Listing[Row]:
    return Listing(
        name="orders",
        title=_("Orders"),
        columns=(
            Column("number", _("Number")),
            Column("state", _("State"), place="side"),
            Column("customer", _("Customer")),
            Column("channel", _("Channel"), quiet=True),
            Column("where", _("Where"), quiet=True),
            Column("pieces", _("Pieces"), kind="number"),
            Column("total", _("Total"), kind="money"),
            Column("to_pay", _("To pay"), kind="money"),
            Column("placed_at", _("Placed"), kind="full"),
        ),
        key="id",
        url=lambda row: reverse("order", args=[row.uid]),
        filters=(
            screen.words("q", _("Number or SKU")),
            choice("state", _("State"), [(code, words.STATES[code].word) for code in _STATES]),
            choice("channel", _("Channel"), _channels()),
            choice("store", _("Place"), shown.choices()),
            choice("origin", _("From"), list(words.ORIGINS.items())),
            dates("at", _("Placed")),
        ),
        views=(
            View(_("All")),
            View(_("Not handed out yet"), {"state": "placed"}),
            View(_("Till receipts"), {"origin": "till"}),
            View(_("Cancelled"), {"state": "cancelled"}),
        ),
        sort="-placed_at",
        page_size=PAGE,
        nothing=_("No order yet"),
    )


@staff.requires("orders.see")
def orders(request: StaffRequest) -> HttpResponseBase:
    """Every order and receipt, newest first."""
    if screen.is_export(request):
        staff.audit(actor=request.staff, operation="orders.see", detail={"did": "export"})
    places, codes = shown.places(), dict(shown.choices())
    names = dict(_channels())

    def read(ask: Ask) -> Page[Row]:
        given = _filter(ask)
        after = (str(ask.after_value), int(ask.after_key)) if _is_place(ask) else None
        rows = queries.book(given, after=after, size=ask.limit)
        counted = queries.count_book(given)
        return Page(
            [_row(row, _where(row, places, codes), names) for row in rows],
            counted if counted < queries.COUNTED else None,
        )

    return _listing().respond(request, read)


def _filter(ask: Ask) -> BookFilter:
    given = ask.filters
    store = given.get("store", "")
    return BookFilter(
        state=given.get("state", ""),
        channel=given.get("channel", ""),
        origin=given.get("origin", ""),
        location_id=shown.location_id(store),
        words=given.get("q", ""),
        since=shown.midnight(given.get("at_from")),
        until=shown.midnight(given.get("at_to"), 1),
    )


def _is_place(ask: Ask) -> bool:
    """Whether the cursor can be one of this list; whatever else somebody typed there starts it anew."""
    at = parse_datetime(ask.after_value) if isinstance(ask.after_value, str) else None
    return at is not None and timezone.is_aware(at) and isinstance(ask.after_key, int)


def _channels() -> list[tuple[str, str]]:
    language = get_language() or "en"
    return [(code, channel.name(language)) for code, channel in channels.channels_by_code().items()]


def _row(row: BookRow, where: object, names: Mapping[str, str]) -> Row:
    rest = row.due - row.paid
    state = words.STATES.get(row.state, words.UNKNOWN)
    return Row(
        uid=str(row.uid),
        id=row.id,
        number=row.number or str(row.uid)[:8],
        state=PARKED if row.parked else state,
        customer=shown.name(row.name),
        channel=names.get(row.channel, row.channel),
        where=where,
        pieces=row.pieces,
        total=Money(row.total, row.currency),
        to_pay=Money(rest, row.currency) if rest else None,
        placed_at=row.placed_at,
    )


def _where(row: BookRow, places: Mapping[int, str], codes: Mapping[str, str]) -> object:
    """Where the goods meet the customer: a place, or on the way to the door."""
    if row.method == "delivery":
        return words.METHODS["delivery"]
    return codes.get(row.place) or places.get(row.location_id or 0) or words.ORIGINS.get(row.origin, "")
