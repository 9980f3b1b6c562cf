"""Screens of checkout: the ways of delivery; and the panel of the customer card."""

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from edino.checkout.screens import card, deliveries
from edino.ui import navigation
from edino.ui.navigation import NavItem

urlpatterns: list[URLPattern] = [
    path("deliveries/", deliveries.methods, name="deliveries"),
    path("deliveries/new/", deliveries.add, name="delivery_add"),
    path("deliveries/<slug:code>/", deliveries.method, name="delivery"),
]


def register() -> None:
    """Offer the panel and the screens."""
    card.register()
    navigation.register(
        NavItem(
            "deliveries", _("Ways of delivery"), "deliveries", "truck", "delivery.edit", _("Stock and delivery"), 375
        )
    )
