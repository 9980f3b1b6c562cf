"""The small tables on the page of an order or a return."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edino.kernel.money import Money
from edino.orders.screens import shown, words
from edino.orders.types import Fulfilment, Line, Order
from edino.orders.types.office import ReturnRow
from edino.ui.parts import EMPTY
from edino.ui.screen import Column, Listing, Product, Shown, Status, Why, short


@dataclass(frozen=True, slots=True)
class Sold:
    """A line of the goods of an order."""

    place: int
    goods: object
    pieces: object
    unit: Money
    discount: object
    net: Money


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment, or money that went back."""

    place: int
    tender: object
    state: Status
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class Came:
    """A return of an order."""

    uid: str
    number: str
    state: Status
    place: str
    worth: Money
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """A line of a parcel."""

    place: int
    goods: object
    pieces: object


_SOLD: Listing[Sold] = Listing(
    name="lines",
    title=gettext_lazy("Goods"),
    columns=(
        Column("goods", gettext_lazy("Goods")),
        Column("pieces", gettext_lazy("Pieces")),
        Column("unit", gettext_lazy("Price"), kind="money"),
        Column("discount", gettext_lazy("Discount")),
        Column("net", gettext_lazy("To pay"), kind="money"),
    ),
    key="place",
    sort="place",
    page_size=500,
    export=False,
    pager=False,
)
_PAID: Listing[Paid] = Listing(
    name="payments",
    title=gettext_lazy("Payments"),
    columns=(
        Column("tender", gettext_lazy("By")),
        Column("state", gettext_lazy("State"), place="side"),
        Column("amount", gettext_lazy("Amount"), kind="money"),
        Column("at", gettext_lazy("When"), kind="full"),
    ),
    key="place",
    sort="place",
    page_size=200,
    export=False,
    pager=False,
)
_CAME: Listing[Came] = Listing(
    name="order-returns",
    title=gettext_lazy("Returns"),
    columns=(
        Column("number", gettext_lazy("Number")),
        Column("state", gettext_lazy("State"), place="side"),
        Column("place", gettext_lazy("Place"), quiet=True),
        Column("worth", gettext_lazy("Worth"), kind="money"),
        Column("created_at", gettext_lazy("When"), kind="full"),
    ),
    key="uid",
    url=lambda row: reverse("return", args=[row.uid]),
    sort="created_at",
    page_size=200,
    export=False,
    pager=False,
)


def sold(request: HttpRequest, found: Order) -> Shown[Sold]:
    """What was ordered, with the price of each line and why it is so."""
    rows = [_sold(number, line, found.currency) for number, line in enumerate(found.lines)]
    return _SOLD.read(request, short(rows, "place"))


def _sold(number: int, line: Line, currency: str) -> Sold:
    return Sold(
        number,
        Product(line.name, line.sku),
        _counts(line),
        Money(line.unit, currency),
        _discount(line, currency),
        Money(line.net, currency),
    )


def _counts(line: Line) -> object:
    said = [
        (_("cancelled"), line.cancelled),
        (_("handed out"), line.fulfilled),
        (_("came back"), line.returned),
    ]
    rows = ((label, count) for label, count in said if count)
    notes = format_html_join("", '<div class="quiet">{} {}</div>', rows)
    return format_html("<div>{}{}</div>", f"{line.quantity} {line.measure}".strip(), notes)


def _discount(line: Line, currency: str) -> object:
    if not line.discount:
        return ""
    shares = format_html_join(
        "", "<li>{}: {}</li>", ((share.name, shown.sum_of(share.amount, currency)) for share in line.shares)
    )
    why = Why(format_html("<ul>{}</ul>", shares)) if line.shares else EMPTY
    return format_html("{} {}", shown.sum_of(line.discount, currency), why)


def payments(request: HttpRequest, found: Order) -> Shown[Paid]:
    """Money that came and went, in the order it did."""
    rows = [
        (
            one.captured_at or one.created_at,
            _tender(one.tender, one.provider),
            words.PAYMENTS.get(one.state),
            one.amount,
        )
        for one in found.payments
    ]
    rows += [
        (one.settled_at or one.created_at, _tender(one.tender, one.provider), words.REFUNDS.get(one.state), -one.amount)
        for one in found.refunds
    ]
    rows.sort(key=lambda row: row[0])
    return _PAID.read(
        request,
        short(
            [
                Paid(number, tender, state or words.UNKNOWN, Money(amount, found.currency), at)
                for number, (at, tender, state, amount) in enumerate(rows)
            ],
            "place",
        ),
    )


def _tender(tender: str, provider: str) -> object:
    """How it was paid, and through whom where that says more; our own names for ways within the house do not."""
    word = words.TENDERS.get(tender, tender)
    provider = "" if provider in words.TENDERS or provider == "return" else provider
    return format_html("{}{}", word, format_html(' <span class="quiet">{}</span>', provider) if provider else EMPTY)


def returns(request: HttpRequest, rows: Iterable[ReturnRow], places: Mapping[int, str]) -> Shown[Came]:
    """The returns that touch an order."""
    came = [
        Came(
            str(row.uid),
            row.number or str(row.uid)[:8],
            words.RETURNS.get(row.state, words.UNKNOWN),
            places.get(row.location_id or 0, ""),
            Money(row.worth, row.currency),
            row.created_at,
        )
        for row in rows
    ]
    return _CAME.read(request, short(came))


def parcel(request: HttpRequest, found: Order, one: Fulfilment) -> Shown[Part]:
    """What a parcel holds."""
    by_id = {line.id: line for line in found.lines}
    held: Sequence[Any] = [part for part in found.allocations if part.fulfilment_id == one.id]
    rows = [
        Part(number, Product(by_id[part.line_id].name, by_id[part.line_id].sku), _part(part))
        for number, part in enumerate(held)
    ]
    listing: Listing[Part] = Listing(
        name=f"parcel-{one.id}",
        title=gettext_lazy("Goods"),
        columns=(Column("goods", gettext_lazy("Goods")), Column("pieces", gettext_lazy("Pieces"), place="side")),
        key="place",
        sort="place",
        page_size=500,
        export=False,
        pager=False,
    )
    return listing.read(request, short(rows, "place"))


def _part(part: Any) -> object:
    said = [shown.pieces(part.quantity)]
    if part.given_up:
        said.append(_("%(number)d given up") % {"number": part.given_up})
    return ", ".join(said)
