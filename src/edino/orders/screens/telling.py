"""The history of an order in words, and the reasons that were given."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edino.kernel.errors import Refusal
from edino.orders import events
from edino.orders.screens import words
from edino.orders.types import Moment
from edino.ui import naming, parts
from edino.ui.parts import Text, Tone

REASONS: Final[Mapping[str, Text]] = {
    "not_found": gettext_lazy("not found on the shelf"),
    "damaged": gettext_lazy("damaged"),
    "sold": gettext_lazy("sold to somebody else meanwhile"),
    "no_time": gettext_lazy("no time before the slot"),
    "other": gettext_lazy("another reason"),
    "no_route": gettext_lazy("no place has it"),
    "refused": gettext_lazy("refused"),
    "shopper": gettext_lazy("the customer asked"),
    "past": gettext_lazy("it was over before it could be told"),
    "late": gettext_lazy("late"),
    "not_at_home": gettext_lazy("nobody was at home"),
    "refused_at_door": gettext_lazy("refused at the door"),
    "wrong_address": gettext_lazy("the address is wrong"),
    "undelivered": gettext_lazy("could not be delivered"),
    "no_contact": gettext_lazy("no phone and no e-mail is known"),
    "not_permitted": gettext_lazy("the customer does not want such messages"),
    "customer": gettext_lazy("the customer asked"),
    "size": gettext_lazy("wrong size"),
    "defect": gettext_lazy("a defect"),
    "not_liked": gettext_lazy("not liked"),
    "wrong_item": gettext_lazy("another thing was sent"),
}
"""Reasons that people choose; what else was written stands as it is."""

_CHANNELS: Final[Mapping[str, Text]] = {"email": gettext_lazy("E-mail"), "sms": gettext_lazy("SMS")}
_WHAT: Final[Mapping[str, tuple[str, Text, Tone]]] = {
    events.PLACED: ("receipt-text", gettext_lazy("placed"), "info"),
    events.READY: ("package-check", gettext_lazy("picked and ready"), "good"),
    events.HANDED_OVER: ("handshake", gettext_lazy("handed over"), "good"),
    events.SHIPPED: ("truck", gettext_lazy("sent"), "info"),
    events.ARRIVED: ("package-check", gettext_lazy("arrived at the place of pickup"), "info"),
    events.BROUGHT: ("house", gettext_lazy("delivered"), "good"),
    events.COMING_BACK: ("undo-2", gettext_lazy("could not be delivered, coming back"), "warn"),
    events.CAME_BACK: ("package-check", gettext_lazy("came back undelivered"), "info"),
    events.REJECTED: ("package-x", gettext_lazy("rejected by the store"), "bad"),
    events.REROUTED: ("route", gettext_lazy("goes another way"), "warn"),
    events.PARKED: ("map-pin-off", gettext_lazy("no place has it: waits for a person"), "bad"),
    "told": ("mail-check", gettext_lazy("customer told"), "good"),
    "not_told": ("mail-x", gettext_lazy("customer could not be told"), "warn"),
    events.CANCELLED: ("circle-x", gettext_lazy("cancelled"), "warn"),
    events.EDITED: ("pencil", gettext_lazy("changed"), "info"),
    events.CAPTURED: ("banknote", gettext_lazy("paid"), "good"),
    events.REFUNDED: ("undo-2", gettext_lazy("money given back"), "warn"),
    events.RETURN_REQUESTED: ("undo-2", gettext_lazy("return asked for"), "info"),
    events.RETURN_RECEIVED: ("undo-2", gettext_lazy("goods came back"), "info"),
    events.RETURN_SETTLED: ("undo-2", gettext_lazy("return settled"), "good"),
}


def reason(given: str) -> Text:
    """A reason in words."""
    return REASONS.get(given, given)


def why_not(refusal: Refusal) -> str:
    """A refusal in a sentence or two: of its fields, if it names some."""
    return " ".join(dict.fromkeys(_(one.message) for one in refusal.fields if one.message)) or refusal.text


def moments(history: Iterable[Moment], places: Mapping[str, str]) -> Iterator[parts.Moment]:
    """The lines of the history: what, by whom, why. `places` are the names of locations by their codes."""
    for number, one in enumerate(history):
        icon, what, tone = _WHAT.get(one.what) or _WHAT.get(f"order.{one.what}") or ("circle-dot", one.what, "quiet")
        more = " · ".join(
            filter(None, [naming.told(one.by), str(reason(one.why)) if one.why else "", _detail(one.detail, places)])
        )
        yield parts.Moment(one.at, what, "", icon, more, tone, key=str(number))


def _detail(detail: Mapping[str, Any], places: Mapping[str, str]) -> str:
    said = []
    for name in ("location", "to", "from", "carrier", "tracking", "number"):
        value = detail.get(name)
        if isinstance(value, str | int) and value:
            said.append(places.get(str(value), str(value)) if name in {"location", "to", "from"} else str(value))
    tender = detail.get("tender")
    if isinstance(tender, str):
        said.append(str(words.TENDERS.get(tender, tender)))
    if detail.get("channel"):
        said.append(str(_CHANNELS.get(str(detail["channel"]), detail["channel"])))
    pieces = detail.get("pieces") or detail.get("quantity")
    if isinstance(pieces, int):
        said.append(_("%(number)d pcs") % {"number": pieces})
    return ", ".join(said)
