"""The places of channels in the column of navigation."""

from django.utils.translation import gettext_lazy as _

from edino.ui import navigation
from edino.ui.navigation import NavItem


def register() -> None:
    """Offer the places of channels."""
    group = _("Administration")
    navigation.register(NavItem("channels", _("Channels"), "channels", "waypoints", "channels.see", group, 800))
    navigation.register(
        NavItem("sources", _("Sources and keys"), "channels_sources", "plug", "channels.see", group, 810)
    )
