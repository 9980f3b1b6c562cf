"""Words that the screens of promotions share."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from edino.promotions.types import PromotionView
from edino.ui.screen import Status

STATES = {
    "active": Status(pgettext_lazy("promotion", "runs"), "good"),
    "draft": Status(pgettext_lazy("promotion", "draft"), "quiet", "pencil-line"),
    "paused": Status(pgettext_lazy("promotion", "paused"), "warn", "circle-pause"),
    "ended": Status(pgettext_lazy("promotion", "ended"), "quiet", "circle-stop"),
}
KINDS = {
    "percent": _("Percent off goods"),
    "amount": _("Amount off each piece"),
    "price": _("A fixed price"),
    "bundle": _("Buy some, get some"),
    "gift": _("A gift"),
    "order_percent": _("Percent off the order"),
    "order_amount": _("Amount off the order"),
    "delivery_percent": _("Percent off the delivery"),
    "delivery_price": _("A price of delivery"),
}
COUPON_KINDS = {
    "single": pgettext_lazy("coupon", "single"),
    "batch": pgettext_lazy("coupon", "of a batch"),
    "personal": pgettext_lazy("coupon", "personal"),
}
ENTRIES = {
    "issued": pgettext_lazy("gift card", "issued"),
    "spent": pgettext_lazy("gift card", "spent"),
    "refunded": pgettext_lazy("gift card", "refunded"),
    "expired": pgettext_lazy("gift card", "expired"),
}


def currency_of(found: PromotionView, shop: str) -> str:
    """The currency a promotion speaks of; the shop's own where it names no amount."""
    return found.definition.currency or shop
