"""What states, ways, tenders and moments of the order book are called before people."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext_lazy as _

from edino.ui.parts import Status, Text

STATES: Final[Mapping[str, Status]] = MappingProxyType(
    {
        "draft": Status(_("being bought"), "quiet"),
        "placed": Status(_("placed"), "info"),
        "part_fulfilled": Status(_("handed out in part"), "info"),
        "fulfilled": Status(_("sent or handed out"), "good"),
        "closed": Status(_("complete"), "good"),
        "cancelled": Status(_("cancelled"), "quiet", "circle-x"),
        "dropped": Status(_("given up"), "quiet", "circle-x"),
    }
)
FULFILMENTS: Final[Mapping[str, Status]] = MappingProxyType(
    {
        "to_pick": Status(_("to pick"), "warn", "list-checks"),
        "ready": Status(_("ready"), "good", "package-check"),
        "shipped": Status(_("on its way"), "info", "truck"),
        "arrived": Status(_("arrived"), "good", "package-check"),
        "handed_over": Status(_("handed over"), "good", "handshake"),
        "delivered": Status(_("delivered"), "good", "house"),
        "coming_back": Status(_("coming back"), "warn", "undo-2"),
        "came_back": Status(_("came back to us"), "quiet", "undo-2"),
        "rejected": Status(_("rejected"), "bad", "package-x"),
        "cancelled": Status(_("cancelled"), "quiet", "circle-x"),
    }
)
KINDS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "pickup": _("pick up"),
        "delivery": _("delivery"),
        "ship_from_store": _("sent from the store"),
        "carry_out": _("carried out at once"),
        "transfer": _("transfer to the place of pickup"),
    }
)
METHODS: Final[Mapping[str, Text]] = MappingProxyType(
    {"pickup": _("pick up in a store"), "delivery": _("delivery"), "carry": _("carried out at once")}
)
TENDERS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "card": _("bank card"),
        "cash": _("cash"),
        "cod": _("on delivery"),
        "bank": _("bank transfer"),
        "gift_card": _("gift card"),
        "points": _("points"),
        "exchange": _("exchange"),
        "other": _("another way"),
    }
)
PAYMENTS: Final[Mapping[str, Status]] = MappingProxyType(
    {
        "pending": Status(_("waited for"), "warn"),
        "authorised": Status(_("set aside"), "info"),
        "captured": Status(_("taken"), "good"),
        "failed": Status(_("failed"), "bad"),
        "refunded": Status(_("given back"), "quiet"),
    }
)
REFUNDS: Final[Mapping[str, Status]] = MappingProxyType(
    {
        "due": Status(_("to be given back"), "warn"),
        "done": Status(_("given back"), "good"),
        "failed": Status(_("could not be given back"), "bad"),
    }
)
RETURNS: Final[Mapping[str, Status]] = MappingProxyType(
    {
        "requested": Status(_("asked for"), "info"),
        "approved": Status(_("approved"), "info"),
        "received": Status(_("received, to inspect"), "warn"),
        "inspected": Status(_("inspected, to settle"), "warn"),
        "settled": Status(_("settled"), "good"),
        "refused": Status(_("refused"), "bad"),
        "withdrawn": Status(_("withdrawn"), "quiet", "circle-x"),
    }
)
WAYS: Final[Mapping[str, Text]] = MappingProxyType(
    {"store": _("in a store"), "post": _("by post"), "till": _("at a till"), "import": _("from a file")}
)
DISPOSITIONS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "resell": _("back on the shelf"),
        "quarantine": _("set aside to be looked at"),
        "damaged": _("damaged"),
        "write_off": _("written off"),
    }
)
ROLES: Final[Mapping[str, Text]] = MappingProxyType(
    {"started": _("started the sale"), "served": _("served"), "handed": _("handed over")}
)
ORIGINS: Final[Mapping[str, Text]] = MappingProxyType(
    {"checkout": _("order"), "till": _("till receipt"), "import": _("from a file")}
)
UNKNOWN: Final = Status(_("unknown"), "quiet")
