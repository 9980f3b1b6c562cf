"""Prices: what everything costs now, one variant with its history, price lists, and channels that differ."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from edino.catalogue import api
from edino.catalogue.api.prices_reading import MOST_ROWS, price_course, price_exceptions, price_history
from edino.catalogue.api.prices_writing import end_price_exception
from edino.catalogue.api.reading import shop_currency
from edino.catalogue.errors import NoSuchVariant
from edino.catalogue.queries import prices as queries
from edino.catalogue.screens.prices_forms import ExceptionForm, PriceForm, PriceListForm, lay_beside
from edino.catalogue.types.prices import Difference, PriceException, PriceInput, PriceList, PriceRow, channel_rules
from edino.channels import api as channels
from edino.kernel import clock
from edino.kernel.errors import Refusal
from edino.kernel.money import Money, exponent
from edino.staff import api as staff
from edino.staff.api import StaffRequest
from edino.ui import screen
from edino.ui.screen import (
    Action,
    Amount,
    Ask,
    Back,
    Column,
    Fact,
    Listing,
    Page,
    Status,
    When,
    Why,
    flag,
    short,
    words,
)

BACK: Final = Back(_("Prices"), reverse_lazy("prices"))  # type: ignore[arg-type]  # resolved when printed
NEW: Final = Action(_("Record an exception"), reverse_lazy("price_exception_new"), icon="plus", tone="primary")  # type: ignore[arg-type]
SHOWN: Final = 1000
LOWEST: Final = Why(
    _("Of a reduced price: the lowest price of the 30 days before the reduction. Else: of the last 30 days.")
)


@dataclass(frozen=True, slots=True)
class Row:
    """A variant as the list of prices shows it."""

    id: int
    sku: str
    name: str
    price: Money | None
    regular: Money | None
    lowest: Money | None
    price_list: str
    until: datetime | None
    state: Status


@staff.requires("prices.see")
def prices(request: StaffRequest) -> HttpResponseBase:
    """What every variant costs now, wherever it is bought, and where a channel differs."""
    currency = shop_currency()

    def read(ask: Ask) -> Page[Row]:
        found = queries.office_page(
            words=ask.filters.get("q", ""),
            excepted=bool(ask.filters.get("excepted")),
            after=ask.after_key if isinstance(ask.after_key, int) else 0,
            limit=ask.limit,
            language=_language(),
        )
        return Page(_rows(found, currency))

    return _LIST.respond(request, read)


@staff.requires("prices.see")
def price(request: StaffRequest, number: int) -> HttpResponse:
    """One variant: its price now and why, its course, its history, its exceptions."""
    found = queries.office_variant(number, _language())
    if found is None:
        raise NoSuchVariant
    _id, sku, name, _product = found
    currency = shop_currency()
    answer = api.prices(variant_ids=[number], currency=currency).get(number)
    called = _list_names()
    history = [
        replace(one, price_list=called.get(one.price_list, one.price_list)) for one in price_history(variant_id=number)
    ]
    course = price_course(variant_id=number, price_list=answer.price_list) if answer and answer.price_list else []
    facts = []
    if answer is not None:
        facts = [
            Fact(_("Price"), Amount(Money(answer.unit, currency)), called.get(answer.price_list, answer.price_list)),
            Fact(_("Regular price"), Amount(Money(answer.list_price, currency))),
            Fact(_("Lowest of 30 days"), Amount(_money(answer.lowest_30d, currency)), why=LOWEST),
            Fact(_("Until"), When(answer.valid_until, "full") if answer.valid_until else _("further notice")),
        ]
    edits = staff.may(request.staff, "prices.edit")
    names = _channels()
    differing = list(islice(api.parity(currency=currency, variant_ids=[number], language=_language()), 50))
    return screen.page(
        request,
        "catalogue/price.html",
        title=name,
        lead=sku,
        back=BACK,
        primary=Action(_("Set a price"), reverse("price_set", args=[number]), icon="pencil") if edits else None,
        facts=facts,
        course=course,
        differences=[(names[one.channel], _money(one.channel_price, currency), one) for one in differing],
        history=_HISTORY.read(request, short(history, key="id")),
        exception=f"{reverse('price_exception_new')}?sku={sku}" if edits else "",
    )


@staff.requires("prices.edit")
def set_price(request: StaffRequest, number: int) -> HttpResponse:
    """A new price of a variant; the old ones stay in the history."""
    found = queries.office_variant(number, _language())
    if found is None:
        raise NoSuchVariant
    form = PriceForm(request.POST or None)
    back = Back(found[2], reverse("price", args=[number]))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        currency = {one.code: one.currency for one in api.price_lists()}[said["price_list"]]
        amount = int(said["amount"].scaleb(exponent(currency)))
        row = PriceInput(found[1], said["price_list"], amount, said["starts_at"], said["ends_at"])
        report = api.set_prices(source=request.staff, rows=[row])
        for rejection in report.rejected:
            form.add_error(rejection.field if rejection.field in form.fields else None, _(rejection.message))
        if not report.rejected:
            messages.success(
                request, gettext("Saved") if not report.unchanged else gettext("That is its price already.")
            )
            return redirect("price", number=number)
    return screen.form_page(request, form, title=_("Set a price"), submit=_("Save"), back=back, lead=found[2])


@staff.requires("prices.see")
def parity(request: StaffRequest) -> HttpResponseBase:
    """Every variant that costs something else in a channel, and who recorded why."""
    currency = shop_currency()
    found = list(islice(api.parity(currency=currency, language=_language()), SHOWN))
    names = _channels()
    recorded = [_exception(one, names) for one in price_exceptions(ended=True, limit=100)]
    edits = staff.may(request.staff, "prices.edit")
    context: dict[str, Any] = {
        "recorded": _EXCEPTIONS.read(request, short(recorded, key="id")),
        "unrecorded": sum(not one.recorded for one in found),
        "differences": len(found),
        "rules": [
            (one, reverse(one.url_name, args=[one.key]), ", ".join(names.get(code, code) for code in one.channels))
            for _name, rules in channel_rules
            for one in rules()
        ],
        "primary": NEW if edits else None,
    }
    rows = [_differing(one, names) for one in found]
    return _PARITY.respond(request, short(rows, key="key"), template="catalogue/parity.html", **context)


@staff.requires("prices.edit")
def new_exception(request: StaffRequest) -> HttpResponse:
    """Record why a channel pays another price."""
    initial = {"sku": request.GET.get("sku", "")[:200], "currency": shop_currency()}
    form = ExceptionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        if said["amount"] is not None:
            said["amount"] = int(said["amount"].scaleb(exponent(said["currency"])))
        try:
            api.record_price_exception(**said, by=request.staff)
        except Refusal as refusal:
            lay_beside(form, refusal)
        else:
            messages.success(request, gettext("Recorded. The parity report shows it."))
            return redirect("prices_parity")
    back = Back(_("Price parity"), reverse("prices_parity"))
    title = _("Record an exception")
    return screen.form_page(request, form, title=title, submit=_("Record"), back=back)


@staff.requires("prices.edit")
@require_POST
def end_exception(request: StaffRequest, number: int) -> HttpResponse:
    """The channel pays what everybody pays."""
    try:
        end_price_exception(id=number, by=request.staff)
    except Refusal as refusal:
        messages.error(request, refusal.text)
    else:
        messages.success(request, gettext("Ended. The channel has the common price again."))
    return redirect("prices_parity")


@staff.requires("prices.see")
def lists(request: StaffRequest) -> HttpResponseBase:
    """The price lists, in the order in which they win."""
    return _lists(edits=staff.may(request.staff, "prices.edit")).respond(
        request, short(api.price_lists(counted=True), key="code")
    )


@staff.requires("prices.edit")
def edit_list(request: StaffRequest, code: str = "") -> HttpResponse:
    """A price list: its reach and its weight. It has no channel."""
    known = {one.code: one for one in api.price_lists()}.get(code)
    names = ["code", "name", "currency", "region", "customer_group", "priority", "active", "reserved"]
    names += ["starts_at", "ends_at"]
    initial = {name: getattr(known, name) for name in names} if known else {"priority": 0, "active": True}
    form = PriceListForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            api.save_price_list(**{**form.cleaned_data, **({"code": code} if known else {})}, by=request.staff)
        except Refusal as refusal:
            lay_beside(form, refusal)
        else:
            messages.success(request, gettext("Saved"))
            return redirect("price_lists")
    title = known.name if known else _("New price list")
    back = Back(_("Price lists"), reverse("price_lists"))
    return screen.form_page(request, form, title=title, submit=_("Save"), back=back)


def _rows(found: list[tuple[int, str, str]], currency: str) -> list[Row]:
    ids = [id_ for id_, _sku, _name in found]
    answers = api.prices(variant_ids=ids, currency=currency)
    differing: dict[int, list[Difference]] = {}
    for one in api.parity(currency=currency, variant_ids=ids) if ids else ():
        differing.setdefault(one.variant_id, []).append(one)
    rows, called = [], _list_names()
    for id_, sku, name in found:
        answer = answers.get(id_)
        rows.append(
            Row(
                id=id_,
                sku=sku,
                name=name,
                price=Money(answer.unit, currency) if answer else None,
                regular=Money(answer.list_price, currency) if answer and answer.list_price > answer.unit else None,
                lowest=_money(answer.lowest_30d, currency) if answer else None,
                price_list=called.get(answer.price_list, answer.price_list) if answer else "",
                until=answer.valid_until if answer else None,
                state=_state(answer is not None, differing.get(id_, [])),
            )
        )
    return rows


def _list_names() -> dict[str, str]:
    return {one.code: one.name for one in api.price_lists()}


def _state(priced: bool, differing: list[Difference]) -> Status:
    if any(not one.recorded for one in differing):
        return Status(_("differs, nobody said why"), "bad")
    if differing:
        return Status(_("differs by an exception"), "warn")
    return Status(_("the same everywhere"), "good") if priced else Status(_("no price"), "warn")


def _differing(one: Difference, names: Mapping[str, str]) -> "DifferenceRow":
    return DifferenceRow(
        key=f"{one.sku} {one.channel}",
        id=one.variant_id,
        name=one.name,
        sku=one.sku,
        channel=names[one.channel],
        price=_money(one.price, one.currency),
        channel_price=_money(one.channel_price, one.currency),
        reason=one.reason if one.recorded else Status(_("nobody said why"), "bad"),
        author=one.author,
    )


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A difference as the parity report shows it."""

    key: str
    id: int
    name: str
    sku: str
    channel: str
    price: Money | None
    channel_price: Money | None
    reason: object
    author: str


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """An exception as the register shows it."""

    id: int
    channel: str
    what: str
    amount: Money | None
    reason: str
    author: str
    recorded_at: datetime
    state: Status
    ends: object


def _exception(one: PriceException, names: Mapping[str, str]) -> ExceptionRow:
    ended = one.ends_at is not None and one.ends_at <= clock.now()
    end = Action(_("End it"), reverse("price_exception_end", args=[one.id]), "post")
    return ExceptionRow(
        id=one.id,
        channel=names[one.channel],
        what=one.sku or one.price_list,
        amount=_money(one.amount, one.currency),
        reason=one.reason,
        author=one.author,
        recorded_at=one.recorded_at,
        state=Status(pgettext_lazy("exception", "ended"), "quiet")
        if ended
        else Status(pgettext_lazy("exception", "in force"), "warn"),
        ends="" if ended else end,
    )


def _channels() -> dict[str, str]:
    language = _language()
    return {code: channel.name(language) for code, channel in channels.channels_by_code().items()}


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)


def _language() -> str:
    return (get_language() or "en")[:2]


_LIST: Listing[Row] = Listing(
    name="prices",
    title=_("Prices"),
    lead=_("What things cost, wherever they are bought."),
    columns=(
        Column("name", _("Name")),
        Column("sku", _("SKU"), quiet=True),
        Column("price", _("Price"), kind="money", place="side"),
        Column("regular", _("Regular price"), kind="money"),
        Column("lowest", _("Lowest of 30 days"), kind="money"),
        Column("price_list", _("Price list"), quiet=True),
        Column("until", _("Until"), kind="date"),
        Column("state", _("In the channels")),
    ),
    key="id",
    url=lambda row: reverse("price", args=[row.id]),
    filters=(words("q", _("Name or SKU")), flag("excepted", _("Only with an exception"))),
    sort="id",
    nothing=_("No goods yet"),
)
_HISTORY: Listing[PriceRow] = Listing(
    name="history",
    title=_("History"),
    columns=(
        Column("starts_at", _("Begins"), kind="full"),
        Column("ends_at", _("Until"), kind="full"),
        Column("price_list", _("Price list"), quiet=True),
        Column("amount", _("Price"), value=lambda row: _money(row.amount, row.currency), kind="money", place="side"),
        Column("recorded_at", _("Recorded"), kind="full"),
        Column("author", _("Recorded by"), value=lambda row: row.author or row.source, quiet=True),
    ),
    key="id",
    sort="-starts_at",
    page_size=MOST_ROWS,
    export=False,
    pager=False,
)
_PARITY: Listing[DifferenceRow] = Listing(
    name="parity",
    title=_("Price parity"),
    lead=_("The same price in every channel, but for what is recorded here."),
    columns=(
        Column("name", _("Name"), sort=True),
        Column("sku", _("SKU"), quiet=True),
        Column("channel", _("Channel"), sort=True),
        Column("price", _("Price"), kind="money"),
        Column("channel_price", _("In the channel"), kind="money", place="side"),
        Column("reason", _("Why")),
        Column("author", _("Recorded by"), quiet=True),
    ),
    key="key",
    url=lambda row: reverse("price", args=[row.id]),
    filters=(words("q", _("Name, SKU or channel")),),
    sort="name",
    nothing=_("Every channel has the same prices"),
)
_EXCEPTIONS: Listing[ExceptionRow] = Listing(
    name="exceptions",
    title=_("Exceptions"),
    columns=(
        Column("channel", _("Channel")),
        Column("state", _("State"), place="side"),
        Column("what", _("SKU or list")),
        Column("amount", _("Price"), kind="money"),
        Column("reason", _("Why")),
        Column("author", _("Recorded by"), quiet=True),
        Column("recorded_at", _("Recorded"), kind="full"),
        Column("ends", _("What can be done")),
    ),
    key="id",
    sort="-id",
    export=False,
    pager=False,
)


def _lists(*, edits: bool) -> Listing[PriceList]:
    new = Action(_("New price list"), reverse("price_list_new"), icon="plus", tone="primary")
    return Listing(
        name="price_lists",
        title=_("Price lists"),
        lead=_("By currency, region, group of customers and time. Of those that fit the higher priority wins."),
        columns=(
            Column("name", _("Name"), sort=True),
            Column("code", _("Code"), quiet=True),
            Column("currency", _("Currency")),
            Column("region", _("Region"), value=lambda row: row.region or _("everywhere")),
            Column("customer_group", _("Group"), value=lambda row: row.customer_group or _("everybody")),
            Column("priority", _("Priority"), kind="number", sort=True),
            Column("prices", _("Goods"), kind="number"),
            Column("active", _("State"), value=_list_state, place="side"),
        ),
        key="code",
        url=(lambda row: reverse("price_list", args=[row.code])) if edits else None,
        sort="-priority",
        nothing=_("No price list yet"),
        primary=new if edits else None,
    )


def _list_state(row: PriceList) -> Status:
    if not row.active:
        return Status(pgettext_lazy("price list", "switched off"), "quiet")
    if row.reserved:
        return Status(pgettext_lazy("price list", "only by an exception"), "warn")
    return Status(pgettext_lazy("price list", "counts"), "good")


patterns: list[URLPattern] = [
    path("prices/", prices, name="prices"),
    path("prices/<int:number>/", price, name="price"),
    path("prices/<int:number>/set/", set_price, name="price_set"),
    path("prices/parity/", parity, name="prices_parity"),
    path("prices/exceptions/new/", new_exception, name="price_exception_new"),
    path("prices/exceptions/<int:number>/end/", end_exception, name="price_exception_end"),
    path("prices/lists/", lists, name="price_lists"),
    path("prices/lists/new/", edit_list, name="price_list_new"),
    path("prices/lists/<path:code>/", edit_list, name="price_list"),
]
