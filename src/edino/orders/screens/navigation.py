"""The places of orders in the column of navigation."""

from django.utils.translation import gettext_lazy as _

from edino.ui import navigation
from edino.ui.navigation import NavItem


def register() -> None:
    """Offer orders, returns and the report of cashiers."""
    group = _("Sales")
    navigation.register(NavItem("orders", _("Orders"), "orders", "receipt-text", "orders.see", group, 200))
    cashiers = _("Who stands out")
    navigation.register(NavItem("cashiers", cashiers, "cashiers", "scan-eye", "cashiers.see", group, 220))
    navigation.register(NavItem("returns", _("Returns"), "returns", "undo-2", "orders.see", group, 210))
