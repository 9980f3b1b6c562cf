"""What happened, in words: an event of the tracking spec as one line of a timeline, visits drawn together."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from edino.activity.types import TimelineItem
from edino.customers.api import wording
from edino.kernel.money import Money
from edino.ui import naming
from edino.ui.parts import EMPTY, Amount, Moment, Number, Text, Tone

Words = Callable[[Mapping[str, Any]], str]
_SHOWN: Final = 3
_PAUSE: Final = timedelta(minutes=30)
_PERMISSIONS: Final = frozenset({"Consent Granted", "Consent Refused", "Consent Withdrawn"})
_LOOKS: Final = frozenset({"page", "screen", "Product Viewed", "Product List Viewed", "Products Searched"})
_STEPS: Final = _LOOKS | {"Application Opened", "Signed In", "Cart Viewed", "Product Clicked", "Product List Filtered"}


@dataclass(frozen=True, slots=True)
class Kind:
    """How a type of event is told: its icon, its words from the properties, its tone."""

    icon: str
    words: Words
    tone: Tone = "quiet"


def moments(items: Iterable[TimelineItem]) -> Iterator[Moment]:
    """The lines of a timeline, newest first; what somebody only looked at in one visit is one line."""
    visit: list[TimelineItem] = []
    for item in items:
        if visit and not _same_visit(visit[-1], item):
            yield _visit(visit)
            visit = []
        if item.type in _STEPS:
            visit.append(item)
        else:
            if visit:
                yield _visit(visit)
                visit = []
            yield moment(item)
    if visit:
        yield _visit(visit)


def moment(item: TimelineItem) -> Moment:
    """One event as a line."""
    kind = KINDS.get(item.type)
    given = _properties(item)
    words = kind.words(given) if kind else item.type
    if item.type in {"page", "screen"} and item.body.get("name"):
        words = _("opened “%(name)s”") % {"name": item.body["name"]}
    return Moment(
        item.occurred_at,
        words,
        naming.told(item.source),
        kind.icon if kind else "circle-dot",
        _goods(given),
        kind.tone if kind else "quiet",
        key=str(item.id),
    )


def total(item: TimelineItem) -> SafeString | str:
    """The sum of an order, or nothing where the event does not tell it."""
    return money(_properties(item))


def order_number(item: TimelineItem) -> str:
    """The number of the order that an event is about, "" where it does not tell it."""
    return str(_properties(item).get("order_id") or "")


def count_of_goods(products: Any) -> int:
    """How many things a list of products is."""
    if not isinstance(products, list):
        return 0
    return sum(int(decimal(product.get("quantity")) or 1) for product in products if isinstance(product, dict))


def money(given: Mapping[str, Any]) -> SafeString | str:
    """`total` and `currency` of an event as money; without a currency a bare number."""
    value = next((given[name] for name in ("total", "revenue", "value") if given.get(name) is not None), None)
    return amount(decimal(value), str(given.get("currency") or ""))


def amount(number: Decimal | None, currency: str) -> SafeString | str:
    """A sum as people write it; nothing where there is none."""
    if number is None:
        return EMPTY
    try:
        return Amount(Money.of(number, currency)).html()
    except ValueError:
        return Number(number, 2 if number % 1 else 0, currency).html()


def decimal(value: Any) -> Decimal | None:
    """A number as an event may give it; None for what is no number, or none that a shop would use."""
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        return None
    return number if number.is_finite() and (not number or -9 < number.adjusted() < 15) else None


def things(number: int) -> str:
    """So many things."""
    return ngettext("%(number)d item", "%(number)d items", number) % {"number": number}


def _properties(item: TimelineItem) -> Mapping[str, Any]:
    given = item.body if item.type in _PERMISSIONS else item.body.get("properties")
    return given if isinstance(given, dict) else {}


def _same_visit(newer: TimelineItem, older: TimelineItem) -> bool:
    return (
        older.type in _STEPS and newer.source_id == older.source_id and newer.occurred_at - older.occurred_at <= _PAUSE
    )


def _visit(items: list[TimelineItem]) -> Moment:
    """Several looks in one visit, drawn together under the moment of the last."""
    if len(items) == 1:
        return moment(items[0])
    goods = [_name(_properties(item)) for item in reversed(items) if item.type == "Product Viewed"]
    names = [(name, len(list(same))) for name, same in groupby(sorted(goods))]
    names.sort(key=lambda pair: (-pair[1], goods.index(pair[0])))
    minutes = round((items[0].occurred_at - items[-1].occurred_at).total_seconds() / 60)
    parts = [name if times == 1 else _("%(name)s (%(times)d times)") % {"name": name, "times": times}
             for name, times in names]  # fmt: skip
    lasted = _("%(minutes)d min") % {"minutes": minutes} if minutes else ""
    searched = [str(_properties(i).get("query") or "") for i in reversed(items) if i.type == "Products Searched"]
    what: Text
    if parts:
        what = format_html("{} {}", _("looked at"), _listed(parts))
    elif any(searched):
        what = _("searched for “%(words)s”") % {"words": "”, “".join(filter(None, searched))}
    else:
        what = ngettext("visited, %(number)d page", "visited, %(number)d pages", len(items)) % {"number": len(items)}
    signed = any(item.type == "Signed In" for item in items)
    more = " · ".join(filter(None, [lasted, _("logged in") if signed else ""]))
    return Moment(items[0].occurred_at, what, naming.told(items[0].source), "eye", more, key=str(items[0].id))


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    rest = len(names) - _SHOWN
    return shown if rest <= 0 else ngettext(
        "%(shown)s and %(rest)d more", "%(shown)s and %(rest)d more", rest
    ) % {"shown": shown, "rest": rest}  # fmt: skip


def _name(given: Mapping[str, Any]) -> str:
    return str(given.get("name") or given.get("sku") or given.get("product_id") or _("something"))


def _goods(given: Mapping[str, Any]) -> object:
    """What was in an order: the first names, all of them when asked."""
    products = given.get("products")
    if not isinstance(products, list):
        return ""
    lines = [
        (_name(one), decimal(one.get("quantity")), amount(decimal(one.get("price")), str(one.get("currency") or "")))
        for one in products
        if isinstance(one, dict)
    ]
    if len(lines) <= _SHOWN:
        return ", ".join(name if (count or 1) == 1 else f"{name} × {count:f}" for name, count, _price in lines)
    rows = format_html_join(
        "", "<li>{}{} {}</li>", ((name, f" × {n:f}" if n and n != 1 else "", price) for name, n, price in lines)
    )
    return format_html(
        '{} <details class="why"><summary>{}</summary><ul class="why-answer">{}</ul></details>',
        ", ".join(name for name, _count, _price in lines[:_SHOWN]),
        _("and %(rest)d more") % {"rest": len(lines) - _SHOWN},
        rows,
    )


def _order(verb: str) -> Words:
    def words(given: Mapping[str, Any]) -> str:
        number = str(given.get("order_id") or given.get("refund_id") or "")
        told = [_(verb) % {"number": number}]
        count = count_of_goods(given.get("products"))
        if count:
            told.append(things(count))
        sum_ = money(given)
        return format_html("{}{}{}", ", ".join(told), " · " if sum_ else "", format_html("<b>{}</b>", sum_))

    return words


def _about(verb: str) -> Words:
    def words(given: Mapping[str, Any]) -> str:
        price = amount(decimal(given.get("price")), str(given.get("currency") or ""))
        return format_html("{}{}{}", _(verb) % {"name": _name(given)}, " · " if price else "", price)

    return words


def _contact(text: str) -> Words:
    return lambda given: f"{_(text)}: {wording.kind(str(given.get('kind') or ''))}"


def _plain(text: str) -> Words:
    return lambda _given: _(text)


def _searched(given: Mapping[str, Any]) -> str:
    return _("searched for “%(words)s”") % {"words": given.get("query") or "…"}


def _told(given: Mapping[str, Any]) -> str:
    return _("told who they are")


KINDS: Final[dict[str, Kind]] = {
    "Order Completed": Kind("receipt-text", _order(gettext_noop("order %(number)s")), "good"),
    "Order Refunded": Kind("undo-2", _order(gettext_noop("gave back from order %(number)s")), "warn"),
    "Order Cancelled": Kind("circle-x", _order(gettext_noop("cancelled order %(number)s")), "bad"),
    "Order Updated": Kind("receipt-text", _order(gettext_noop("changed order %(number)s"))),
    "Order Delivered": Kind("package-check", _order(gettext_noop("received order %(number)s")), "good"),
    "Checkout Started": Kind("credit-card", _order(gettext_noop("began to pay"))),
    "Product Added": Kind("shopping-cart", _about(gettext_noop("put %(name)s into the cart")), "info"),
    "Product Removed": Kind("shopping-cart", _about(gettext_noop("took %(name)s out of the cart"))),
    "Cart Viewed": Kind("shopping-cart", _plain(gettext_noop("looked into the cart"))),
    "Product Viewed": Kind("eye", _about(gettext_noop("looked at %(name)s"))),
    "Product List Viewed": Kind("layout-grid", _plain(gettext_noop("looked through a list"))),
    "Products Searched": Kind("search", _searched),
    "Application Opened": Kind("smartphone", _plain(gettext_noop("opened the app"))),
    "Signed In": Kind("log-in", _plain(gettext_noop("logged in"))),
    "Signed Up": Kind("user-plus", _plain(gettext_noop("made an account")), "info"),
    "page": Kind("file-text", _plain(gettext_noop("opened a page"))),
    "screen": Kind("smartphone", _plain(gettext_noop("opened a screen"))),
    "identify": Kind("id-card", _told),
    "Call Started": Kind("phone", _plain(gettext_noop("called")), "info"),
    "Call Ended": Kind("phone-off", _plain(gettext_noop("call ended"))),
    "Call Missed": Kind("phone-missed", _plain(gettext_noop("called, nobody answered")), "bad"),
    "Chat Started": Kind("message-circle", _plain(gettext_noop("wrote in the chat")), "info"),
    "Chat Ended": Kind("message-circle-off", _plain(gettext_noop("chat ended"))),
    "Message Received": Kind("mail", _plain(gettext_noop("wrote a message")), "info"),
    "Consent Granted": Kind("circle-check", _contact(gettext_noop("allowed to be contacted")), "good"),
    "Consent Refused": Kind("ban", _contact(gettext_noop("refused to be contacted")), "warn"),
    "Consent Withdrawn": Kind("ban", _contact(gettext_noop("took a permission back")), "warn"),
    "customers.logged_in": Kind("log-in", _plain(gettext_noop("logged in"))),
    "customers.confirmed": Kind("badge-check", _plain(gettext_noop("confirmed a contact by a code")), "good"),
    "stock.wanted": Kind("bell", _plain(gettext_noop("wants to be told when a thing is back")), "info"),
    "price.wanted": Kind("bell", _plain(gettext_noop("wants to be told when a thing costs less")), "info"),
    "cart.abandoned": Kind("shopping-cart", _plain(gettext_noop("left a cart")), "warn"),
    "cart.merged": Kind("shopping-cart", _plain(gettext_noop("two carts became one"))),
    "review.published": Kind("star", _plain(gettext_noop("wrote a review")), "good"),
}
