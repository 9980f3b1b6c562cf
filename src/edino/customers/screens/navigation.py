"""The places of customers in the column of navigation."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from edino.customers import api
from edino.ui import navigation
from edino.ui.navigation import NavItem


def register() -> None:
    """Offer the cases that wait, with their number."""
    navigation.register(
        NavItem("review", _("Review"), "review", "git-compare", "customers.review", order=30, count=_waiting)
    )
    navigation.register(
        NavItem("policy", _("Rules of joining"), "policy", "scale", "customers.policy", _("Administration"), order=820)
    )


def _waiting(_request: HttpRequest) -> int:
    return sum(api.cases(size=1).waiting.values())
