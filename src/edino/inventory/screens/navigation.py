"""The places of inventory in the column of navigation."""

from django.utils.translation import gettext_lazy as _

from edino.ui import navigation
from edino.ui.navigation import NavItem


def register() -> None:
    """Offer stock, transfers, counts, cases and locations."""
    group = _("Stock and delivery")
    navigation.register(NavItem("stock", _("Stock"), "stock", "boxes", "stock.see", group, 340))
    navigation.register(NavItem("inbound", _("Expected"), "stock_inbound", "calendar-clock", "stock.see", group, 344))
    navigation.register(NavItem("stock_files", _("Stock files"), "stock_files", "file-up", "stock.see", group, 347))
    navigation.register(NavItem("transfers", _("Transfers"), "transfers", "truck", "stock.see", group, 350))
    navigation.register(NavItem("counts", _("Stock counts"), "counts", "clipboard-list", "stock.see", group, 360))
    navigation.register(
        NavItem("cases", _("Promised too much"), "stock_cases", "circle-alert", "stock.see", group, 370)
    )
    navigation.register(NavItem("locations", _("Locations"), "stock_locations", "map-pin", "stock.see", group, 380))
