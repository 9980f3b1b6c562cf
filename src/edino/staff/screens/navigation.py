"""The places of staff in the column of navigation, and the answer to who sees which place."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from edino.staff import api
from edino.staff.api import requires
from edino.ui import navigation
from edino.ui.navigation import NavItem


def register(may: Callable[[HttpRequest, str], bool]) -> None:
    """Offer the places of staff, and tell the screens below who may see what."""
    navigation.may = may
    navigation.guard = api.requires
    navigation.guard = requires
    group = _("Administration")
    navigation.register(NavItem("people", _("People and roles"), "staff_people", "users", "staff.see", group, 910))
    navigation.register(NavItem("trail", _("Audit trail"), "staff_trail", "scroll-text", "audit.see", group, 920))
    navigation.register_account(NavItem("profile", _("My account"), "staff_profile", "user-cog", "account.own"))
    navigation.register_account(NavItem("security", _("Log-in and security"), "mfa_index", "shield", "account.own"))
