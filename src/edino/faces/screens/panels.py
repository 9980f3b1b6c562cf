"""The card's own panels: who it is, how it may be reached, what is open now, what happened."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from edino.activity import api as activity
from edino.activity.types import Cart, CartLine, TimelineItem
from edino.customers.api import reference, wording
from edino.customers.types import IdentifierView, Permission, Person, Reach
from edino.faces.screens import events, timeline
from edino.kernel.registry import card_panels
from edino.staff import api as staff
from edino.ui import naming
from edino.ui.panels import Panel
from edino.ui.parts import Tone
from edino.ui.screen import Action, Fact, Status, When, Why

_CONTACTS: Final = ("phone", "email", "loyalty_card", "user_id", "crm", "telegram", "vk", "viber", "whatsapp", "max")
_THINGS: Final = ("device", "push_token", "web_push")
_TOLD: Final = ("city", "birthday", "gender", "language", "company", "country", "tags")
_SHOWN_LINES: Final = 3


def register() -> None:
    """Offer the panels of the card."""
    card_panels.register("who", _WHO)
    card_panels.register("reach", _REACH)
    card_panels.register("now", _NOW)
    card_panels.register("timeline", _TIMELINE)


def who(request: HttpRequest, person: Person) -> dict[str, Any]:
    """Who it is, how we know and how sure."""
    reader = staff.person_of(request)
    action = None
    if not person.revealed and staff.may(reader, "customers.see_personal") and person.identifiers:
        action = Action(
            _("Show in full"), reverse("customer_show", args=[person.uid]), "swap", "eye", "plain", target="#who"
        )
    contacts = [_contact(one) for kind in _CONTACTS for one in person.identifiers if one.kind == kind]
    told = [
        Fact(wording.field(one.name), _value(one.value)) for name in _TOLD for one in person.fields if one.name == name
    ]
    named = [Fact(_("Name"), person.name)] if person.revealed and person.name else []
    facts = [
        *told,
        Fact(_("Stage"), wording.STAGES[person.stage.code], _since(person)),
        *([Fact(_("Last active"), When(person.seen_at))] if person.seen_at else []),
        *_things(person),
    ]
    return {
        "contacts": [*named, *contacts],
        "facts": facts,
        "sure": _sure(person),
        "why": _why(reader, person),
        "show": action,
        "revealed": person.revealed,
        "erased": person.erased,
    }


def _contact(one: IdentifierView) -> Fact:
    value = format_html('<span class="{}">{}</span>', "nowrap" if one.value else "masked", one.value or one.masked)
    marks: list[object] = [value]
    if one.shared:
        marks.append(Status(_("shared with others"), "warn"))
    elif one.verified:
        marks.append(Status(_("confirmed"), "good"))
    return Fact(wording.kind(one.kind), _spaced(marks))


def _spaced(pieces: list[object]) -> SafeString:
    return format_html(" ".join(["{}"] * len(pieces)), *pieces)


def _value(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _sure(person: Person) -> object:
    """How many of the sources that know the person say something that another one says too."""
    seen = [set(one.source_ids) for one in person.identifiers if not (one.shared or one.lent)]
    heard = set().union(*seen) if seen else set()
    if len(heard) < 2:
        return Status(_("known from one source"), "quiet")
    agree = set().union(*(ids for ids in seen if len(ids) > 1))
    text = _("%(agree)d of %(heard)d sources agree") % {"agree": len(agree), "heard": len(heard)}
    return Status(text, "good" if len(agree) == len(heard) else "info" if agree else "warn")


def _why(reader: Any, person: Person) -> Why | None:
    return Why(url=reverse("customer_why", args=[person.uid])) if staff.may(reader, "customers.why") else None


def _since(person: Person) -> Any:
    return format_html(_("since {}"), When(person.stage.since, "date")) if person.stage.since else ""


def _things(person: Person) -> Iterator[Fact]:
    """Devices and tokens are counted: nobody reads their values."""
    for kind in _THINGS:
        mine = [one for one in person.identifiers if one.kind == kind]
        if mine:
            others = sum(one.lent or one.shared for one in mine)
            note = ngettext("%(number)d used by others too", "%(number)d used by others too", others) % {
                "number": others
            }
            yield Fact(wording.several(kind), len(mine), note if others else "")


def _reach(_request: HttpRequest, person: Person) -> dict[str, Any] | None:
    if person.erased:
        return None
    purposes = reference.purposes()
    lines = [
        (wording.purpose(purpose), _allowed([one for one in person.permissions if one.purpose == code]))
        for code, purpose in purposes.items()
    ]
    return {"reach": list(_reached(person.reach)), "permissions": lines if person.permissions else []}


def _reached(reach: Sequence[Reach]) -> Iterator[tuple[Status, str]]:
    """Channels by what is in their way, those that are open first."""
    tones: dict[str, Tone] = {"": "good", "refused": "bad"}
    for why, word in (("", _("can be reached")), *wording.UNREACHED.items()):
        names = ", ".join(str(wording.CHANNELS[one.channel]) for one in reach if one.why == why)
        if names:
            yield Status(word, tones.get(why, "quiet")), names


def _allowed(mine: list[Permission]) -> object:
    """What the contact points say about one purpose, shortest first: all alike in one word, else each."""
    if not mine:
        return Status(_("no contact"), "quiet")
    if len({(one.allowed, one.state) for one in mine}) == 1:
        return _state(mine[0])
    lines = [
        format_html('<div>{} <span class="masked">{}</span> {}</div>', wording.kind(one.kind), one.masked, _state(one))
        for one in mine
    ]
    return format_html("{}" * len(lines), *lines)


def _state(one: Permission) -> Status:
    if one.allowed:
        return Status(_("allowed") if one.state == "granted" else _("allowed, nobody refused"), "good")
    if one.why == "bound":
        return Status(_("refused at another contact"), "bad")
    if one.why == "unverified":
        return Status(_("allowed by an unproved hand"), "warn")
    return Status(
        _("refused") if one.state == "refused" else _("not asked yet"), "bad" if one.state == "refused" else "quiet"
    )


def _now(_request: HttpRequest, person: Person) -> dict[str, Any]:
    standing = activity.standing(customer_id=person.id)
    contact, order = standing.contact, standing.order
    lines = []
    if contact:
        told = events.moment(contact)
        words = Status(str(told.what), told.tone, told.icon)
        lines.append(Fact(_("Last contact"), words, _place(contact)))
    if order:
        back = standing.refund and standing.refund.occurred_at > order.occurred_at
        lines.append(Fact(_("Last order"), _order(order), _place(order), _about(order)))
        if back and standing.refund:
            lines.append(Fact(_("Gave back"), events.total(standing.refund) or _("goods"), _place(standing.refund)))
    cart = _cart(standing.cart) if standing.cart else None
    return {"lines": lines, "cart": cart, "open": bool(lines or cart)}


def _order(item: TimelineItem) -> object:
    number, total = events.order_number(item), events.total(item)
    return format_html("<b>{}</b> {} {}", total or number, "·" if total else "", number if total else "")


def _about(item: TimelineItem) -> Why | None:
    goods = events.moment(item).more
    return Why(str(goods), word=_("what")) if goods else None


def _place(item: TimelineItem) -> SafeString:
    return format_html("{}, {}", naming.told(item.source), When(item.occurred_at))


def _cart(cart: Cart) -> dict[str, Any]:
    currencies = {line.currency for line in cart.lines if line.currency}
    prices = [line.price * line.quantity for line in cart.lines if line.price is not None]
    total = events.amount(sum(prices, Decimal(0)), currencies.pop()) if prices and len(currencies) == 1 else ""
    count = sum(int(line.quantity) for line in cart.lines)
    return {
        "count": events.things(count),
        "total": total,
        "source": naming.told(cart.source),
        "at": cart.at,
        "lines": [_line(line) for line in cart.lines[:_SHOWN_LINES]],
        "rest": len(cart.lines) - _SHOWN_LINES if len(cart.lines) > _SHOWN_LINES else 0,
    }


def _line(line: CartLine) -> dict[str, object]:
    about = f"{line.sku}{f' × {line.quantity:f}' if line.quantity != 1 else ''}"
    return {"name": line.name, "about": about, "price": events.amount(line.price, line.currency)}


_WHO: Final = Panel("who", 10, "faces/who.html", who)
_REACH: Final = Panel("who", 20, "faces/reach.html", _reach)
_NOW: Final = Panel("now", 10, "faces/now.html", _now)
_TIMELINE: Final = Panel("now", 90, "faces/timeline.html", timeline.context)
