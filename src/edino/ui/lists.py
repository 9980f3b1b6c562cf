"""Lists, declared: what the address asks for, the page of rows it leads to, and the same rows as CSV."""

import csv
import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.html import strip_tags

from edino.kernel import paging
from edino.kernel.money import Money
from edino.ui.parts import Action, Amount, Number, Part, Text, When

Row = TypeVar("Row")
Kind = Literal["text", "number", "money", "ago", "date", "full"]
EXPORT_ROWS = 100_000
# What belongs to one page of a list, and must go when its filter or order changes.
_PLACE = ("after", "from", "export")


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column: by default the row's attribute `name`, shown as its `kind` says.

    `value` gives something else to show (text or a part); `sort` allows ordering by the attribute `name`.
    `place`: on a phone the first column heads the card, "side" stands beside it, the others follow with their labels.
    """

    name: str
    label: Text
    value: Callable[[Row], object] | None = None
    kind: Kind = "text"
    sort: bool = False
    place: Literal["", "side"] = ""
    quiet: bool = False

    @property
    def is_number(self) -> bool:
        return self.kind in {"number", "money"}

    def raw(self, row: Row) -> Any:
        return getattr(row, self.name)

    def show(self, row: Row) -> object:
        found = self.value(row) if self.value else self.raw(row)
        if isinstance(found, Part):
            return found
        if isinstance(found, Money):
            return Amount(found)
        if self.kind == "number":
            return Number(found)  # type: ignore[arg-type]  # the column says that it is one
        if isinstance(found, date):
            return When(found, self.kind if self.kind in {"ago", "date", "full"} else "full")
        return "" if found is None else found


@dataclass(frozen=True, slots=True)
class Filter:
    """One control of the filter bar; made by `words`, `choice`, `flag` or `dates`."""

    name: str
    label: Text
    kind: Literal["words", "choice", "flag", "dates"]
    options: Sequence[tuple[str, Text]] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (f"{self.name}_from", f"{self.name}_to") if self.kind == "dates" else (self.name,)

    def word(self, value: str) -> Text:
        return next((label for option, label in self.options if option == value), value)


def words(name: str, label: Text) -> Filter:
    """Free text."""
    return Filter(name, label, "words")


def choice(name: str, label: Text, options: Sequence[tuple[str, Text]]) -> Filter:
    """One of a few; the empty choice is "any". A value that is not among them is ignored."""
    return Filter(name, label, "choice", options)


def flag(name: str, label: Text) -> Filter:
    """Only those that are so: "1" or nothing."""
    return Filter(name, label, "flag")


def dates(name: str, label: Text) -> Filter:
    """From one day to another, both included: `<name>_from`, `<name>_to` as ISO dates."""
    return Filter(name, label, "dates")


@dataclass(frozen=True, slots=True)
class View:
    """A saved filter, shown as a tab above the list."""

    label: Text
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """What the reader wants of a list. Read up to `limit` rows after the row with `after_value` and `after_key`.

    `limit` is one more than a page, so that the list knows whether there is a next one. `after_value` is the sort
    column's value (dates as ISO text, money as minor units) and `after_key` the row's key; both None at the start.
    """

    filters: Mapping[str, str]
    sort: str
    descending: bool
    limit: int
    after_value: Any = None
    after_key: Any = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """What was read: the rows, and how many there are in all under this filter (None: too many to count)."""

    rows: Sequence[Row]
    total: int | None = None


Read = Callable[[Ask], Page[Row]]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as the template prints it."""

    column: Column[Any]
    value: object
    css: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the template prints it."""

    key: str
    cells: Sequence[Cell]
    label: str


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head: where its order leads, and how the list is ordered by it now."""

    column: Column[Any]
    css: str
    url: str
    order: Literal["", "ascending", "descending"]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, and the address without it."""

    label: Text
    value: Text
    url: str


@dataclass(frozen=True, slots=True)
class Shown(Generic[Row]):
    """A list as read for one request; `{% listing table %}` prints it."""

    listing: "Listing[Row]"
    request: HttpRequest
    ask: Ask
    rows: Sequence[Row]
    total: int | None
    first: int
    has_next: bool

    @property
    def id(self) -> str:
        return f"list-{self.listing.name}"

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    @property
    def next_url(self) -> str:
        if not self.has_next:
            return ""
        end = self.rows[-1]
        cursor = paging.encode(_plain_value(getattr(end, self.ask.sort)), _plain_value(getattr(end, self.listing.key)))
        return self._address(after=cursor, **{"from": str(self.last + 1)})

    @property
    def start_url(self) -> str:
        return self._address() if self.first > 1 else ""

    @property
    def export_url(self) -> str:
        return self._address(export="csv") if self.listing.export and self.rows else ""

    @property
    def heads(self) -> list[Head]:
        return [self._head(column) for column in self.listing.columns]

    @property
    def lines(self) -> Iterator[Line]:
        columns = self.listing.columns
        for row in self.rows:
            url = self.listing.url(row) if self.listing.url else ""
            cells = [
                Cell(column, column.show(row), _css(column, index), url if index == 0 else "")
                for index, column in enumerate(columns)
            ]
            yield Line(str(getattr(row, self.listing.key)), cells, plain(cells[0].value))

    @property
    def controls(self) -> list[tuple[Filter, list[tuple[str, str]]]]:
        """Each filter with its parameters' names and present values."""
        return [(item, [(n, self.ask.filters.get(n, "")) for n in item.names]) for item in self.listing.filters]

    @property
    def searches(self) -> list[tuple[Filter, list[tuple[str, str]]]]:
        """The filters that are typed."""
        return [one for one in self.controls if one[0].kind == "words"]

    @property
    def choices(self) -> list[tuple[Filter, list[tuple[str, str]]]]:
        """The filters that are chosen; where there are several a phone folds them away."""
        return [one for one in self.controls if one[0].kind != "words"]

    @property
    def is_chosen(self) -> bool:
        """Whether something is chosen, so that what chooses it stands open."""
        return any(value for _filter, values in self.choices for _name, value in values)

    @property
    def chips(self) -> list[Chip]:
        return [
            Chip(item.label, item.word(value) if item.kind != "flag" else "", self._address(**{name: ""}))
            for item, values in self.controls
            for name, value in values
            if value
        ]

    @property
    def clear_url(self) -> str:
        return self._address(**{name: "" for item in self.listing.filters for name in item.names})

    @property
    def views(self) -> list[tuple[View, str, bool]]:
        return [
            (view, f"{self.request.path}?{_query(view.filters)}", dict(view.filters) == dict(self.ask.filters))
            for view in self.listing.views
        ]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Parameters of the address that are no filter, to travel with the filter form."""
        names = {name for item in self.listing.filters for name in item.names}
        return [(k, str(v)) for k, v in self.request.GET.items() if k not in names and k not in _PLACE]

    def _head(self, column: Column[Any]) -> Head:
        order: Literal["", "ascending", "descending"] = ""
        if column.name == self.ask.sort:
            order = "descending" if self.ask.descending else "ascending"
        wanted = column.name if order == "descending" else f"-{column.name}"
        if not order:
            wanted = f"-{column.name}" if column.is_number or column.kind in {"ago", "date", "full"} else column.name
        return Head(
            column, "number" if column.is_number else "", self._address(sort=wanted) if column.sort else "", order
        )

    def _address(self, **changes: str) -> str:
        query = self.request.GET.copy()
        for name in (*_PLACE, *changes):
            query.pop(name, None)
        for name, value in changes.items():
            if value:
                query[name] = value
        return f"{self.request.path}?{query.urlencode()}"


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """A list screen. Its state lives in the address; `key` is the row's attribute that orders equal rows."""

    name: str
    title: Text
    columns: Sequence[Column[Row]]
    key: str = "uid"
    url: Callable[[Row], str] | None = None
    filters: Sequence[Filter] = ()
    views: Sequence[View] = ()
    actions: Sequence[Action] = ()
    sort: str = ""
    page_size: int = 50
    export: bool = True
    pager: bool = True  # a short table within a page, always whole, needs no "1–3 of 3" below it
    lead: Text = ""
    nothing: Text = ""
    primary: Action | None = None

    def ask(self, request: HttpRequest) -> Ask:
        """What the address says, with everything unknown left out."""
        allowed = {name: item for item in self.filters for name in item.names}
        given = {name: request.GET.get(name, "").strip().replace("\x00", "") for name in allowed}
        filters = {name: value for name, value in given.items() if value and _fits(allowed[name], value)}
        sortable = {column.name for column in self.columns if column.sort}
        wanted = request.GET.get("sort", "")
        sort = wanted if wanted.removeprefix("-") in sortable else self.sort or self.columns[0].name
        after = paging.decode(request.GET.get("after"), 2) or (None, None)
        return Ask(filters, sort.removeprefix("-"), sort.startswith("-"), self.page_size + 1, after[0], after[1])

    def read(self, request: HttpRequest, read: "Read[Row]") -> Shown[Row]:
        """The page of this list that the address asks for."""
        ask = self.ask(request)
        page = read(ask)
        rows = page.rows[: self.page_size]
        first = max(_whole(request.GET.get("from", "")), 1) if ask.after_key is not None else 1
        return Shown(self, request, ask, rows, page.total, first, len(page.rows) > self.page_size)

    def respond(
        self, request: HttpRequest, read: "Read[Row]", *, template: str = "ui/listing.html", **context: Any
    ) -> HttpResponseBase:
        """The screen, the list alone when htmx asks for it, or all its rows as CSV."""
        if is_export(request) and self.export:
            return self._export(request, read)
        table = self.read(request, read)
        if getattr(request, "htmx", None) and request.htmx.target == table.id:  # type: ignore[attr-defined]  # django_htmx
            return render(request, "ui/list.html", {"table": table})
        given = {"title": self.title, "lead": self.lead, "primary": self.primary, "table": table}
        return render(request, template, given | context)

    def _export(self, request: HttpRequest, read: "Read[Row]") -> StreamingHttpResponse:
        response = StreamingHttpResponse(
            _csv_lines(self, self.ask(request), read), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = f'attachment; filename="{self.name}.csv"'
        return response


def short(rows: Sequence[Row], key: str = "uid") -> "Read[Row]":
    """Read a list that is short enough to be whole in memory (channels, people): filter, order and cut it here.

    A filter compares the attribute of its name; `words` looks into every text of the row.
    """

    def read(ask: Ask) -> Page[Row]:
        found = [row for row in rows if all(_holds(row, name, value) for name, value in ask.filters.items())]
        found.sort(key=lambda row: _order(getattr(row, key)))
        found.sort(key=lambda row: _order(getattr(row, ask.sort)), reverse=ask.descending)
        if ask.after_key is not None:
            keys = [_plain_value(getattr(row, key)) for row in found]
            return Page(found[keys.index(ask.after_key) + 1 :] if ask.after_key in keys else [], len(found))
        return Page(found, len(found))

    return read


def is_export(request: HttpRequest) -> bool:
    """Whether the reader takes the whole list with him; a screen of personal data writes that to its audit trail."""
    return request.GET.get("export") == "csv"


def plain(value: object) -> str:
    """What a cell says without its markup."""
    return " ".join(html.unescape(strip_tags(str(value))).split()) if isinstance(value, Part) else str(value)


def _csv_lines(listing: Listing[Row], ask: Ask, read: "Read[Row]") -> Iterator[str]:
    writer = csv.writer(_Echo())
    # The mark at the start lets spreadsheets know it is UTF-8.
    yield "\ufeff" + writer.writerow([str(column.label) for column in listing.columns])
    for _page in range(EXPORT_ROWS // listing.page_size):
        found = read(ask)
        rows = found.rows[: ask.limit - 1]
        for row in rows:
            yield writer.writerow([_csv_value(column, row) for column in listing.columns])
        if len(found.rows) < ask.limit:
            return
        value, key = _plain_value(getattr(rows[-1], ask.sort)), _plain_value(getattr(rows[-1], listing.key))
        ask = Ask(ask.filters, ask.sort, ask.descending, ask.limit, value, key)


class _Echo:
    """A file that gives back what is written, for the CSV writer."""

    def write(self, text: str) -> str:
        return text


def _csv_value(column: Column[Row], row: Row) -> str:
    found = column.value(row) if column.value else column.raw(row)
    if isinstance(found, Money):
        return str(found.amount)
    if isinstance(found, (datetime, date)):
        return found.isoformat()
    text = "" if found is None else plain(found)
    # A spreadsheet would run this as a formula.
    risky = text.startswith(("=", "@", "\t", "\r")) or (
        text[:1] in {"+", "-"} and not text[1:].replace(" ", "").isdigit()
    )
    return f"'{text}" if risky else text


def _css(column: Column[Any], index: int) -> str:
    words = ["lead-cell" if index == 0 else f"{column.place}-cell" if column.place else ""]
    words += ["number"] if column.is_number else []
    words += ["second"] if column.quiet else []
    return " ".join(word for word in words if word)


def _fits(item: Filter, value: str) -> bool:
    if item.kind == "choice":
        return value in {option for option, _label in item.options}
    if item.kind == "flag":
        return value == "1"
    if item.kind == "dates":
        try:
            date.fromisoformat(value)
        except ValueError:
            return False
    return len(value) <= 200


def _holds(row: object, name: str, value: str) -> bool:
    if not hasattr(row, name):
        names = getattr(row, "__slots__", None) or vars(row)
        texts = (getattr(row, one) for one in names)
        return any(value.casefold() in text.casefold() for text in texts if isinstance(text, str))
    found = getattr(row, name)
    return (bool(found) if value == "1" else False) if isinstance(found, bool) else str(found) == value


def _order(value: Any) -> tuple[bool, Any]:
    return (value is not None, value.casefold() if isinstance(value, str) else value)


def _plain_value(value: Any) -> Any:
    if isinstance(value, Money):
        return value.minor
    return value if value is None or isinstance(value, (int, float, str)) else str(value)


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _query(values: Mapping[str, str]) -> str:
    query = QueryDict(mutable=True)
    query.update(dict(values))
    return query.urlencode()
