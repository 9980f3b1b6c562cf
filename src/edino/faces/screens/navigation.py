"""The places of the composite screens in the column of navigation, and the field that finds everybody."""

from django.utils.translation import gettext_lazy as _

from edino.ui import navigation
from edino.ui.navigation import NavItem, Search


def register() -> None:
    """Offer the overview and the search."""
    navigation.register(NavItem("overview", _("Overview"), "overview", "layout-dashboard", "overview.see", order=10))
    navigation.register(NavItem("store", _("Store"), "store", "store", "store.work", order=15))
    navigation.register(NavItem("customers", _("Customers"), "customers", "users-round", "customers.search", order=20))
    navigation.register(
        NavItem("waiting", _("Needs a person"), "waiting", "triangle-alert", "orders.see", _("Sales"), order=220)
    )
    navigation.search = Search(
        "customers", _("Name, phone, card, order, goods"), operation="customers.search", method="post"
    )
