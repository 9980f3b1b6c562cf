"""The places of promotions in the column of navigation."""

from django.utils.translation import gettext_lazy as _

from edino.ui import navigation
from edino.ui.navigation import NavItem


def register() -> None:
    """Offer promotions, coupons, gift cards and the basket to try."""
    group = _("Prices and promotions")
    navigation.register(NavItem("promotions", _("Promotions"), "promotions", "percent", "promotions.see", group, 120))
    navigation.register(
        NavItem("try", _("Try a basket"), "promotions_try", "flask-conical", "promotions.see", group, 121)
    )
    navigation.register(NavItem("coupons", _("Coupons"), "coupons", "ticket", "coupons.issue", group, 122))
    navigation.register(NavItem("gift_cards", _("Gift cards"), "gift_cards", "gift", "giftcards.manage", group, 123))
