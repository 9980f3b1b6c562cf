"""The places of the catalogue in the column of navigation."""

from django.utils.translation import gettext_lazy as _

from edino.catalogue.screens.reviews import waiting
from edino.ui import navigation
from edino.ui.navigation import NavItem


def register() -> None:
    """Offer products, assortments, reviews and prices."""
    group = _("Merchandise")
    navigation.register(NavItem("products", _("Products"), "products", "shirt", "catalogue.see", group, 100))
    navigation.register(NavItem("assortments", _("Assortments"), "assortments", "layers", "catalogue.see", group, 105))
    navigation.register(
        NavItem("categories", _("Categories"), "categories", "folder-tree", "catalogue.edit", group, 101)
    )
    navigation.register(
        NavItem("attributes", _("Attributes"), "attributes", "sliders-horizontal", "catalogue.edit", group, 102)
    )
    navigation.register(
        NavItem("reviews", _("Reviews"), "reviews", "star", "reviews.moderate", group, 110, count=waiting)
    )
    group = _("Prices and promotions")
    navigation.register(NavItem("prices", _("Prices"), "prices", "tags", "prices.see", group, 115))
    navigation.register(NavItem("parity", _("Price parity"), "prices_parity", "scale", "prices.see", group, 116))
    navigation.register(NavItem("price_lists", _("Price lists"), "price_lists", "list", "prices.see", group, 117))
