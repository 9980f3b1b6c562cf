"""Who stands out at the tills: figures beside those of the peers, and the receipts behind them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edino.kernel import ids
from edino.kernel.errors import NotFound
from edino.kernel.money import Money
from edino.orders.api import cashiers
from edino.orders.screens import shown, telling
from edino.orders.types.cashiers import Judged, Measured
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.parts import Text
from edino.ui.screen import Back, Column, Fact, Listing, Status, View, choice, flag, short

_MEASURES: Final[Mapping[str, Text]] = {
    "cancelled": gettext_lazy("Cancelled"),
    "returned": gettext_lazy("Given back"),
    "receiptless": gettext_lazy("Without a receipt"),
    "discounted": gettext_lazy("Discounted"),
}
_DAYS: Final[Mapping[str, Text]] = {
    "7": gettext_lazy("the last 7 days"),
    "30": gettext_lazy("the last 30 days"),
    "90": gettext_lazy("the last 90 days"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A person at a store, in the order of the report."""

    place: int
    uid: str
    name: str
    store: str
    state: object
    sales: int
    cancelled: object
    returned: object
    receiptless: object
    discounted: object


@dataclass(frozen=True, slots=True)
class Event:
    """An event behind the figures."""

    place: int
    what: Text
    number: str
    amount: Money
    why: Text
    at: datetime
    url: str


def _listing() -> Listing[Row]:
    return Listing(
        name="cashiers",
        title=_("Who stands out at the till"),
        lead=_(
            "Each person beside the others of the same store. What is marked happens at least twice as often as with "
            "them, and hardly by chance. It is a question, not a verdict: open the receipts. Of 30 days, if no other "
            "period is chosen."
        ),
        columns=(
            Column("name", _("Cashier")),
            Column("state", _("State"), place="side"),
            Column("store", _("Store")),
            Column("sales", _("Sales"), kind="number"),
            *(Column(name, word) for name, word in _MEASURES.items()),
        ),
        key="place",
        url=lambda row: row.uid,
        filters=(
            choice("days", _("Period"), list(_DAYS.items())),
            choice("store", _("Store"), shown.choices()),
            flag("odd", _("Only who stands out")),
        ),
        views=(View(_("All")), View(_("Who stands out"), {"odd": "1"})),
        sort="place",
        page_size=1000,
        pager=False,
        nothing=_("Nobody has sold anything under a name in this time."),
    )


@staff.requires("cashiers.see")
def report(request: StaffRequest) -> HttpResponseBase:
    """Everybody at the tills and tablets of the stores, those who stand out first."""
    staff.audit(actor=request.staff, operation="cashiers.see")
    listing = _listing()
    given = listing.ask(request).filters
    days = _days(given.get("days", ""))
    found = cashiers.report(days=days, location_id=shown.location_id(given.get("store", "")))
    places = shown.places()
    shown_ = [one for one in found if one.unusual or "odd" not in given]
    rows = [_row(place, one, places, days) for place, one in enumerate(shown_)]
    return listing.respond(request, short(rows, "place"))


@staff.requires("cashiers.see")
def one(request: StaffRequest, uid: UUID) -> HttpResponse:
    """The figures of one person, and what is behind them."""
    days = _days(request.GET.get("days", ""))
    found = next((one for one in cashiers.report(days=days) if _uid(one) == uid), None)
    if found is None:
        raise NotFound
    staff.audit(actor=request.staff, operation="cashiers.see", detail={"name": found.who.name})
    deeds = cashiers.deeds(who=found.who, days=days)
    rows = []
    for place, deed in enumerate(deeds):
        url = reverse("return" if deed.measure in {"returned", "receiptless"} else "order", args=[deed.uid])
        money, number = Money(deed.amount, deed.currency), deed.number or str(deed.uid)[:8]
        what = _MEASURES[deed.measure]
        rows.append(Event(place, what, number, money, telling.reason(deed.why), deed.at, url))
    return screen.page(
        request,
        "orders/cashier.html",
        title=found.who.name,
        lead=f"{shown.places().get(found.who.location_id, '')}, {_DAYS[str(days)]}",
        back=Back(_("Who stands out at the till"), reverse("cashiers")),
        about=[Fact(_("Sales"), str(found.tally.sales)), *_facts(found)],
        table=_EVENTS.read(request, short(rows, "place")),
    )


def _row(place: int, one: Judged, places: Mapping[int, str], days: int) -> Row:
    said = {measured.measure: _figures(measured) for measured in one.measures}
    if one.unusual:
        state = Status(_("stands out"), "warn")
    elif any(measured.enough for measured in one.measures):
        state = Status(_("as the others"), "good")
    else:
        state = Status(_("too few to compare"), "quiet")
    url = reverse("cashier", args=[_uid(one)]) + f"?days={days}"
    return Row(place, url, one.who.name, places.get(one.who.location_id, ""), state, one.tally.sales, **said)


def _facts(one: Judged) -> Iterator[Fact]:
    for measured in one.measures:
        theirs = _("others here: %(rate)s") % {"rate": _rate(measured.theirs, measured.of_theirs)}
        yield Fact(_MEASURES[measured.measure], _figures(measured), theirs)


def _figures(one: Measured) -> object:
    """How many, and how often."""
    told = f"{one.events} · {_rate(one.events, one.base)}"
    return Status(told, "warn") if one.unusual else told


def _rate(events: int, base: int) -> str:
    return _("%(rate)s %%") % {"rate": formats.number_format(100 * events / base, 1)} if base else "–"


def _days(given: str) -> int:
    return int(given) if given in _DAYS else 30


def _uid(one: Judged) -> UUID:
    """The address of a person's page: names do not stand in addresses."""
    return ids.content_id("cashier", str(one.who.location_id), one.who.name)


_EVENTS: Final[Listing[Event]] = Listing(
    name="deeds",
    title=gettext_lazy("What is behind the figures"),
    columns=(
        Column("what", gettext_lazy("What")),
        Column("amount", gettext_lazy("Amount"), kind="money", place="side"),
        Column("number", gettext_lazy("Order or return")),
        Column("why", gettext_lazy("Why")),
        Column("at", gettext_lazy("When"), kind="full"),
    ),
    key="place",
    url=lambda row: row.url,
    sort="place",
    page_size=cashiers.MOST,
    export=False,
    pager=False,
)
