"""The small parts of a screen as values: a view returns them in rows, a template prints them as `{{ part }}`.

Each is a frozen dataclass that renders itself, escaped; whatever came from people stays text.
"""

import functools
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypeAlias

import lucide
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from edino.kernel import money
from edino.ui import agreeing

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What people read: a string, or a translation that is chosen when it is printed.
Text: TypeAlias = "StrOrPromise"

Tone = Literal["good", "warn", "bad", "info", "quiet"]
TimeStyle = Literal["ago", "date", "time", "full"]
Method = Literal["get", "post", "swap", "dialog"]

TONE_ICONS: dict[Tone, str] = {
    "good": "circle-check",
    "warn": "triangle-alert",
    "bad": "octagon-x",
    "info": "info",
    "quiet": "circle-dashed",
}
_SYMBOLS = {"RUB": "₽", "USD": "$", "EUR": "€", "GBP": "£", "KZT": "₸", "TRY": "₺", "UAH": "₴", "CNY": "¥", "JPY": "¥"}
_SHAPES = {"time": "H:i", "date": "j b Y"}
_BEFORE = {"USD", "EUR", "GBP", "CNY", "JPY"}
EMPTY = mark_safe("")


@functools.lru_cache(maxsize=512)
def icon(name: str, css: str = "icon") -> SafeString:
    """A Lucide icon, drawn in the page. It is hidden from screen readers: a word always stands beside it."""
    drawn = lucide._render_icon(name, 16, **{"class": css, "aria-hidden": "true"})  # noqa: SLF001 the package has no other door outside templates
    dense = (
        re.sub(r"\s*\n\s*", "", drawn)
        .replace(' stroke-width="2"', "")
        .replace(' xmlns="http://www.w3.org/2000/svg"', "")
    )
    # Safe: the drawing comes from the package, and both arguments are ours.
    return mark_safe(dense)  # noqa: S308


class Part(ABC):
    """A value that prints as HTML, in templates and inside other parts."""

    __slots__ = ()

    @abstractmethod
    def html(self) -> SafeString:
        """The part as HTML that is safe to insert."""

    def __html__(self) -> str:
        return self.html()

    def __str__(self) -> str:
        return self.html()


@dataclass(frozen=True, slots=True)
class Status(Part):
    """A state: word, colour and an icon of its own shape. `badge` gives it a ground, for the head of a page."""

    word: Text
    tone: Tone = "quiet"
    icon: str = ""
    badge: bool = False

    __str__ = Part.__str__

    def html(self) -> SafeString:
        return format_html(
            '<span class="status tone-{}{}">{}<span>{}</span></span>',
            self.tone,
            " badge" if self.badge else "",
            icon(self.icon or TONE_ICONS[self.tone]),
            self.word,
        )


@dataclass(frozen=True, slots=True)
class Number(Part):
    """A count or measure in the reader's notation; None is a dash."""

    value: float | Decimal | None
    decimals: int = 0
    unit: Text = ""
    signed: bool = False

    __str__ = Part.__str__

    def html(self) -> SafeString:
        if self.value is None:
            return dash()
        text = formats.number_format(
            round(Decimal(str(abs(self.value))), self.decimals), self.decimals, use_l10n=True, force_grouping=True
        )
        sign = "−" if self.value < 0 else "+" if self.signed and self.value > 0 else ""
        unit = format_html("\u00a0{}", self.unit) if self.unit else EMPTY
        return format_html('<span class="nowrap">{}{}{}</span>', sign, text, unit)


@dataclass(frozen=True, slots=True)
class Amount(Part):
    """Money. Whole amounts lose their empty decimals where no other amount of the page has any (`ui.agreeing`)."""

    money: money.Money | None
    signed: bool = False

    __str__ = Part.__str__

    def html(self) -> SafeString:
        if self.money is None:
            return dash()
        amount, places = self.money.amount, money.exponent(self.money.currency)
        exact = formats.number_format(abs(amount), places, force_grouping=True)
        # Yen have no decimals that could go: the last group of 1,000 is none.
        digits = agreeing.decimals(exact, whole=amount == amount.to_integral_value()) if places else exact
        return format_html('<span class="nowrap">{}</span>', _written(self.money, digits, signed=self.signed))


def money_text(given: money.Money) -> str:
    """Money within a sentence that may be kept or sent: as `Amount` writes it alone, without marks of a page."""
    amount = given.amount
    places = 0 if amount == amount.to_integral_value() else money.exponent(given.currency)
    return _written(given, formats.number_format(abs(amount), places, force_grouping=True))


def _written(given: money.Money, digits: str, *, signed: bool = False) -> str:
    sign = "−" if given.minor < 0 else "+" if signed and given.minor > 0 else ""
    symbol = _SYMBOLS.get(given.currency, given.currency)
    before = given.currency in _BEFORE and (get_language() or "").startswith("en")
    return f"{sign}{symbol}{digits}" if before else f"{sign}{digits}\N{NO-BREAK SPACE}{symbol}"


@dataclass(frozen=True, slots=True)
class When(Part):
    """A moment. Rendered in the server's zone, then by the browser in the reader's own; `ago` keeps itself fresh."""

    at: datetime | date | None
    style: TimeStyle = "ago"

    __str__ = Part.__str__

    def html(self) -> SafeString:
        if self.at is None:
            return dash()
        if not isinstance(self.at, datetime):
            return format_html(
                '<time datetime="{}">{}</time>', self.at.isoformat(), formats.date_format(self.at, _SHAPES["date"])
            )
        local = timezone.localtime(self.at)
        text = formats.date_format(local, _SHAPES.get(self.style, "j b Y, H:i"))
        return format_html(
            '<time class="nowrap" datetime="{}" data-local="{}">{}</time>', self.at.isoformat(), self.style, text
        )


@dataclass(frozen=True, slots=True)
class Person(Part):
    """Somebody's name and one contact, already masked if the reader may not see them.

    `show_url` offers "show" (a POST that answers with the person unmasked; whoever serves it writes the audit trail).
    """

    name: Text
    contact: Text = ""
    url: str = ""
    masked: bool = False
    show_url: str = ""

    __str__ = Part.__str__

    def html(self) -> SafeString:
        name = format_html('<span class="name">{}</span>', self.name)
        if self.url:
            name = format_html('<a class="name" href="{}">{}</a>', self.url, self.name)
        contact = EMPTY
        if self.contact:
            contact = format_html('<span class="{}">{}</span>', "masked" if self.masked else "contact", self.contact)
        show = EMPTY
        if self.masked and self.show_url:
            show = format_html(
                '<button class="link" type="button" hx-post="{}" hx-target="closest .person" hx-swap="outerHTML"'
                ' aria-label="{}">{}</button>',
                self.show_url,
                _("Show in full: %(name)s. This is recorded.") % {"name": self.name},
                _("show"),
            )
        return format_html('<span class="person">{}{}{}</span>', name, contact, show)


@dataclass(frozen=True, slots=True)
class Product(Part):
    """A thing that is sold: picture, name, what tells it from its sisters, price."""

    name: Text
    about: Text = ""
    url: str = ""
    image: str = ""
    price: money.Money | None = None

    __str__ = Part.__str__

    def html(self) -> SafeString:
        picture = format_html('<img src="{}" alt="" loading="lazy" width="40" height="40">', self.image)
        name = format_html('<a class="name" href="{}">{}</a>', self.url, self.name)
        return format_html(
            '<div class="product"><span class="picture">{}</span>'
            '<div>{}<div class="about">{}</div></div><span class="price">{}</span></div>',
            picture if self.image else icon("image"),
            name if self.url else format_html('<span class="name">{}</span>', self.name),
            self.about,
            Amount(self.price) if self.price else EMPTY,
        )


@dataclass(frozen=True, slots=True)
class StockLine:
    """How much of a thing is in one place, as the reader needs it: here, in two shops, by Thursday."""

    where: Text
    status: Status
    quantity: int | None = None


@dataclass(frozen=True, slots=True)
class Stock(Part):
    """Where a thing is."""

    lines: Sequence[StockLine]

    __str__ = Part.__str__

    def html(self) -> SafeString:
        rows = (
            (line.where, line.status, format_html(" · {}", Number(line.quantity)) if line.quantity else EMPTY)
            for line in self.lines
        )
        body = format_html_join("", '<li><span class="where">{}</span><span class="number">{}{}</span></li>', rows)
        return format_html('<ul class="stock">{}</ul>', body)


@dataclass(frozen=True, slots=True)
class Why(Part):
    """The explanation of something automatic, opened in place; from `url` it is fetched when it is first asked for."""

    text: Text = ""
    url: str = ""
    word: Text = ""

    __str__ = Part.__str__

    def html(self) -> SafeString:
        word = self.word or _("why?")
        if self.url:
            return format_html(
                '<details class="why" hx-get="{}" hx-trigger="toggle once" hx-target="find .why-answer">'
                '<summary>{}</summary><div class="why-answer" aria-live="polite">{}</div></details>',
                self.url,
                word,
                _("One moment…"),
            )
        return format_html(
            '<details class="why"><summary>{}</summary><div class="why-answer">{}</div></details>', word, self.text
        )


@dataclass(frozen=True, slots=True)
class Action(Part):
    """Something the reader can do. Without an address it submits the form it stands in.

    `post` sends a form (in a template use the tag, which adds the CSRF token), `swap` asks by htmx and puts the answer
    into `target`, `dialog` opens the answer in the page's dialog, `opens` names a dialog that is already there.
    """

    label: Text
    url: str = ""
    method: Method = "get"
    icon: str = ""
    tone: Literal["", "primary", "bad", "plain"] = ""
    key: str = ""
    target: str = ""
    opens: str = ""
    values: Sequence[tuple[str, str]] = ()

    __str__ = Part.__str__

    def html(self) -> SafeString:
        css = f"button button-{self.tone}" if self.tone else "button"
        body = format_html(
            "{}<span>{}</span>{}",
            icon(self.icon) if self.icon else EMPTY,
            self.label,
            format_html("<kbd>{}</kbd>", self.key) if self.key else EMPTY,
        )
        extra = format_html(' data-key="{}"', self.key) if self.key else EMPTY
        if self.opens:
            return format_html(
                '<button class="{}" type="button" data-open="{}"{}>{}</button>', css, self.opens, extra, body
            )
        if self.method == "get" and not self.url:
            return format_html('<button class="{}" type="submit"{}>{}</button>', css, extra, body)
        if self.method == "get":
            return format_html('<a class="{}" href="{}"{}>{}</a>', css, self.url, extra, body)
        if self.method == "dialog":
            extra = format_html('{} hx-get="{}" hx-target="#dialog-body"', extra, self.url)
        else:
            extra = format_html('{} hx-post="{}" hx-target="{}"', extra, self.url, self.target or "body")
            if self.values:
                extra = format_html('{} hx-vals="{}"', extra, json.dumps(dict(self.values)))
        return format_html('<button class="{}" type="button"{}>{}</button>', css, extra, body)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of key and value; `note` is quiet, `why` explains."""

    label: Text
    value: object
    note: Text = ""
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it is compared with."""

    name: Text
    value: object
    than: Text = ""
    status: Status | None = None
    trend: Sequence[float] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a timeline: when, through what (an icon with the word beside it in `source`), what happened."""

    at: datetime
    what: object
    source: Text = ""
    icon: str = "circle-dot"
    more: object = ""
    tone: Tone = "quiet"
    url: str = ""
    why: Why | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """One of several faces of the same thing, each with its own address."""

    label: Text
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """The way up from a page."""

    label: Text
    url: str


@dataclass(frozen=True, slots=True)
class Share(Part):
    """A part of a whole as a bar with its percentage in words."""

    part: float
    whole: float = 1.0
    width: int = 96
    label: Text = field(default="")

    __str__ = Part.__str__

    def html(self) -> SafeString:
        share = min(max(self.part / self.whole if self.whole else 0.0, 0.0), 1.0)
        percent = formats.number_format(share * 100, 0)
        return format_html(
            '<span class="with-icon"><svg class="share" width="{w}" height="6" aria-hidden="true">'
            '<rect class="rest" width="{w}" height="6" rx="3"/><rect class="part" width="{p}" height="6" rx="3"/></svg>'
            "<span>{label}{percent}\u00a0%</span></span>",
            w=self.width,
            p=round(self.width * share, 1),
            label=format_html("{} ", self.label) if self.label else EMPTY,
            percent=percent,
        )


def dash() -> SafeString:
    """What stands where nothing is known."""
    return format_html('<span class="faint">{}</span>', "–")
