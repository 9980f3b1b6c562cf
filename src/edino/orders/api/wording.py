"""Messages about orders in words, in the language now active. None: what was to be told is no longer so."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edino.inventory import api as inventory
from edino.inventory.types import Location
from edino.kernel.errors import NotFound
from edino.orders import events
from edino.orders.api import settling
from edino.orders.rules import codes
from edino.orders.types import Delivery, Fulfilment, Order, Return
from edino.orders.types.telling import Message
from edino.promotions.api.wording import Words

TENDERS: Final = {
    "card": gettext_lazy("bank card"),
    "cash": gettext_lazy("cash"),
    "bank": gettext_lazy("bank transfer"),
    "gift_card": gettext_lazy("gift card"),
    "points": gettext_lazy("points"),
}


def message(kind: str, detail: Mapping[str, Any], order: Order | None, back: Return | None) -> Message | None:
    """The message about a fact of this kind."""
    if back is not None:
        return _RETURNS[kind](back, detail)
    return _ORDERS[kind](order, detail) if order is not None else None


def _placed(order: Order, detail: Mapping[str, Any]) -> Message | None:
    if order.state != "placed":
        return None
    pieces = {line.key: line.quantity - line.cancelled for line in order.lines}
    words = {"number": order.number, "goods": _goods(order, pieces), "sum": Words(order.currency).money(order.due)}
    lines = [_("Thank you. Order %(number)s: %(goods)s. The total is %(sum)s.") % words]
    if order.outstanding > 0:
        lines.append(_("To pay: %(sum)s.") % {"sum": Words(order.currency).money(order.outstanding)})
    else:
        lines.append(_("It is paid."))
    lines += _to_fetch(order) if order.delivery.method == "pickup" else _to_bring(order)
    return Message(_("Order %(number)s is placed") % words, "\n".join(lines))


def _to_fetch(order: Order) -> Iterator[str]:
    place = _place(order.delivery.location)
    if place is not None:
        yield _("You fetch it here: %(place)s.") % {"place": _address(place)}
        for slot in _slot(order.delivery, place):
            yield _("Time: %(slot)s.") % {"slot": slot}
    if order.pickup_code:
        yield _code(order)
    yield _("We write when it is ready.")


def _to_bring(order: Order) -> Iterator[str]:
    told = order.delivery.address
    where = ", ".join(filter(None, [told.get("postcode"), order.delivery.city, told.get("text")]))
    if where:
        yield _("We bring it here: %(place)s.") % {"place": where}
    if told.get("service"):
        yield _("It travels with %(carrier)s.") % {"carrier": told["service"]}
    yield _("We write when it is on its way.")


def _code(order: Order) -> str:
    code = codes.shown(order.pickup_code)
    return _("Code: %(code)s. Whoever shows it is given the goods, so keep it to yourself.") % {"code": code}


def _ready(order: Order, detail: Mapping[str, Any]) -> Message | None:
    parcel = _parcel(order, detail)
    if parcel is None or parcel.state not in {"ready", "arrived"}:
        return None
    words = {"number": order.number, "goods": _goods(order, _pieces(order, parcel))}
    others = any(one.state in {"to_pick", "shipped"} for one in order.fulfilments) or bool(order.parked)
    subject = _("A part of order %(number)s is ready") if others else _("Order %(number)s is ready")
    lines = [_("Order %(number)s is ready for you: %(goods)s.") % words]
    if others:
        lines = [_("A part of order %(number)s is ready for you: %(goods)s. We write about the rest.") % words]
    place = _place(parcel.pickup_location or parcel.location)
    if place is not None:
        lines.append(_("It waits here: %(place)s.") % {"place": _address(place)})
        lines += [_("Time: %(slot)s.") % {"slot": slot} for slot in _slot(parcel, place)]
    if order.pickup_code:
        lines.append(_code(order))
    if order.outstanding > 0:
        lines.append(_("To pay: %(sum)s.") % {"sum": Words(order.currency).money(order.outstanding)})
    return Message(subject % words, "\n".join(lines))


def _shipped(order: Order, detail: Mapping[str, Any]) -> Message | None:
    parcel = _parcel(order, detail)
    if parcel is None or parcel.state != "shipped":
        return None
    words = {"number": order.number, "goods": _goods(order, _pieces(order, parcel))}
    lines = [_("Of order %(number)s this is on its way to you: %(goods)s.") % words]
    if parcel.carrier or parcel.tracking:
        about = " ".join(filter(None, [parcel.carrier, parcel.tracking]))
        lines.append(_("It travels with %(carrier)s.") % {"carrier": about})
    if order.outstanding > 0:
        lines.append(_("To pay: %(sum)s.") % {"sum": Words(order.currency).money(order.outstanding)})
    return Message(_("Order %(number)s is on its way") % words, "\n".join(lines))


def _coming_back(order: Order, detail: Mapping[str, Any]) -> Message | None:
    parcel = _parcel(order, detail)
    if parcel is None or parcel.state != "coming_back":
        return None
    words = {"number": order.number, "goods": _goods(order, detail.get("lines") or {})}
    lines = [_("We could not hand over this of order %(number)s: %(goods)s. It is on its way back to us.") % words]
    if order.paid > 0:
        lines.append(_("When it is here, what you paid for it goes back to you."))
    lines.append(_("If you would still like to have it, tell us, or order it again."))
    return Message(_("Order %(number)s could not be delivered") % words, "\n".join(lines))


def _rerouted(order: Order, detail: Mapping[str, Any]) -> Message | None:
    if order.state not in {"placed", "part_fulfilled"}:
        return None
    words = {"number": order.number, "goods": _goods(order, detail.get("lines") or {})}
    lines = [
        _("Not everything of order %(number)s was where we looked. This comes from another place: %(goods)s.") % words,
        _("It takes a little longer and costs you nothing. We write again when it is there."),
    ]
    return Message(_("Order %(number)s takes a little longer") % words, "\n".join(lines))


def _parked(order: Order, detail: Mapping[str, Any]) -> Message | None:
    if not order.parked:
        return None
    words = {"number": order.number, "goods": _goods(order, detail.get("lines") or {})}
    lines = [_("Of order %(number)s we cannot find this at the moment: %(goods)s. We are sorry.") % words]
    if detail.get("elsewhere"):
        lines.append(_("The rest of it comes from another place and takes a little longer."))
    lines.append(
        _("We go on looking and write to you. If you would rather not wait, tell us: what you paid goes back.")
    )
    return Message(_("Something of order %(number)s is missing") % words, "\n".join(lines))


def _cancelled(order: Order, detail: Mapping[str, Any]) -> Message:
    whole, back = bool(detail.get("whole")), int(detail.get("back") or 0)
    words = {"number": order.number, "goods": _goods(order, detail.get("lines") or {})}
    subject = _("Order %(number)s is cancelled") if whole else _("A part of order %(number)s is cancelled")
    lines = [_("Of order %(number)s this is cancelled: %(goods)s.") % words]
    if detail.get("reason") in {"not_found", "damaged", "sold", "no_time"}:
        lines.append(_("We could not fulfil it, and we are sorry."))
    if back:
        lines.append(_("You get back %(sum)s.") % {"sum": Words(order.currency).money(back)})
    if not whole and order.outstanding > 0:
        lines.append(_("To pay: %(sum)s.") % {"sum": Words(order.currency).money(order.outstanding)})
    return Message(subject % words, "\n".join(lines))


def _refunded(order: Order, detail: Mapping[str, Any]) -> Message:
    tender = str(detail.get("tender"))
    words = {
        "number": order.number,
        "sum": Words(order.currency).money(int(detail.get("amount") or 0)),
        "tender": TENDERS.get(tender, tender),
    }
    text = _("We have sent %(sum)s back to you (%(tender)s). Banks take up to a few days to show it.") % words
    return Message(_("Money back for order %(number)s") % words, text)


def _asked(back: Return, detail: Mapping[str, Any]) -> Message | None:
    """A return that was noted: how it comes to us, and what goes back then."""
    if back.state not in {"requested", "approved"}:
        return None
    words = {"number": back.number, "goods": _given(back)}
    lines = [_("We have noted your return %(number)s: %(goods)s.") % words]
    if back.way == "post":
        lines.append(_("Put the number into the parcel: %(number)s.") % words)
    else:
        place = _place(back.location) if back.location else None
        lines.append(
            _("Bring it here: %(place)s.") % {"place": _address(place)}
            if place
            else _("Bring it to any of our stores.")
        )
    return Message(_("Return %(number)s is noted") % words, "\n".join([*lines, *_foreseen(back)]))


def _received(back: Return, detail: Mapping[str, Any]) -> Message | None:
    if back.state not in {"received", "inspected"}:
        return None
    words = {"number": back.number, "goods": _given(back)}
    lines = [_("Your return %(number)s is here: %(goods)s. We look at it now.") % words, *_foreseen(back)]
    return Message(_("Return %(number)s is here") % words, "\n".join(lines))


def _refused(back: Return, detail: Mapping[str, Any]) -> Message:
    words = {"number": back.number, "goods": _given(back), "reason": back.reason.rstrip(".")}
    lines = [_("We cannot take this back: %(goods)s.") % words, _("The reason: %(reason)s.") % words]
    return Message(_("Return %(number)s is refused") % words, "\n".join(lines))


def _foreseen(back: Return) -> Iterator[str]:
    """What goes back when the goods are as they should be, by tender."""
    settled = settling.foreseen(back=back)
    money = Words(back.currency)
    for tender, amount in settled.tenders.items():
        told = {"sum": money.money(amount), "tender": TENDERS.get(tender, tender)}
        yield _("When we have looked at it, you get back %(sum)s (%(tender)s).") % told
    if settled.carried:
        yield _("%(sum)s goes over to what you take instead.") % {"sum": money.money(settled.carried)}


def _settled(back: Return, detail: Mapping[str, Any]) -> Message:
    money = Words(back.currency)
    lines = [_("We have taken back: %(goods)s.") % {"goods": _given(back)}]
    for tender, amount in (back.settlement.get("tenders") or {}).items():
        told = {"sum": money.money(int(amount)), "tender": TENDERS.get(tender, tender)}
        lines.append(_("You get back %(sum)s (%(tender)s).") % told)
    if detail.get("carried"):
        lines.append(_("%(sum)s went over to what you took instead.") % {"sum": money.money(int(detail["carried"]))})
    return Message(_("Return %(number)s is settled") % {"number": back.number}, "\n".join(lines))


def _coupon(back: Return, detail: Mapping[str, Any]) -> Message | None:
    if not back.compensation:
        return None
    lines = [
        _("We are sorry for the trouble. This coupon is for you alone: %(code)s.") % {"code": back.compensation},
        _("It counts online and in our stores, once."),
    ]
    return Message(_("A coupon for the trouble"), "\n".join(lines))


_RETURNS: Final[Mapping[str, Callable[[Return, Mapping[str, Any]], Message | None]]] = {
    events.RETURN_REQUESTED: _asked,
    events.RETURN_RECEIVED: _received,
    events.RETURN_REFUSED: _refused,
    events.RETURN_SETTLED: _settled,
    events.RETURN_COMPENSATED: _coupon,
}
_ORDERS: Final[Mapping[str, Callable[[Order, Mapping[str, Any]], Message | None]]] = {
    events.PLACED: _placed,
    events.READY: _ready,
    events.ARRIVED: _ready,
    events.SHIPPED: _shipped,
    events.COMING_BACK: _coming_back,
    events.REROUTED: _rerouted,
    events.PARKED: _parked,
    events.CANCELLED: _cancelled,
    events.REFUNDED: _refunded,
}


def _parcel(order: Order, detail: Mapping[str, Any]) -> Fulfilment | None:
    return next((one for one in order.fulfilments if str(one.uid) == detail.get("parcel")), None)


def _pieces(order: Order, parcel: Fulfilment) -> dict[str, int]:
    keys = {line.id: line.key for line in order.lines}
    found: dict[str, int] = {}
    for part in order.allocations:
        if part.fulfilment_id == parcel.id and part.quantity > part.given_up:
            key = keys[part.line_id]
            found[key] = found.get(key, 0) + part.quantity - part.given_up
    return found


def _goods(order: Order, pieces: Mapping[str, int]) -> str:
    return ", ".join(_named(line.name, pieces[line.key]) for line in order.lines if pieces.get(line.key))


def _given(back: Return) -> str:
    return ", ".join(_named(one.name, one.quantity) for one in back.lines)


def _named(name: str, count: int) -> str:
    return name if count == 1 else f"{name} × {count}"


def _place(code: str) -> Location | None:
    try:
        return inventory.location(code=code)
    except NotFound:
        return None


def _address(place: Location) -> str:
    return ", ".join(filter(None, [place.name, place.city, place.address]))


def _slot(parcel: Fulfilment | Delivery, place: Location) -> Iterator[str]:
    """The time of pickup by the clock of the store."""
    if parcel.slot_starts_at and parcel.slot_ends_at:
        zone = ZoneInfo(place.time_zone)
        begins, ends = parcel.slot_starts_at.astimezone(zone), parcel.slot_ends_at.astimezone(zone)
        yield f"{formats.date_format(begins, 'l, j E')}, {begins:%H:%M}–{ends:%H:%M}"
