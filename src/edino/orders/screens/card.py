"""The panel of the customer card: the last orders and returns, over all profiles."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from edino.customers.types import Person
from edino.kernel.registry import card_panels
from edino.orders import api
from edino.orders.queries import people
from edino.orders.screens import shown, words
from edino.orders.types import OrderListing
from edino.ui.panels import Panel

SHOWN: Final = 5


def register() -> None:
    """Offer the panel."""
    card_panels.register("orders", PANEL)


def read(_request: HttpRequest, person: Person) -> dict[str, Any] | None:
    """What the customer bought and brought back last; None for somebody who never did."""
    profiles = [one.profile_id for one in person.holdings]
    orders = api.orders_of(profiles=profiles, limit=SHOWN + 1)
    found = people.last_returns(profiles, SHOWN) if profiles else []
    if not orders and not found:
        return None
    return {
        "orders": [_order(one) for one in orders[:SHOWN]],
        "returns": [_return(*one) for one in found],
        "more": len(orders) > SHOWN,
    }


def _order(one: OrderListing) -> dict[str, Any]:
    return {
        "url": reverse("order", args=[one.uid]),
        "number": one.number,
        "state": words.STATES.get(one.state, words.UNKNOWN),
        "total": shown.sum_of(one.total, one.currency),
        "at": one.placed_at,
    }


def _return(uid: UUID, number: str, state: str, *worth: Any) -> dict[str, Any]:
    amount, currency, at = worth
    return {
        "url": reverse("return", args=[uid]),
        "number": number,
        "state": words.RETURNS.get(state, words.UNKNOWN),
        "total": shown.sum_of(amount, currency),
        "at": at,
    }


PANEL: Final = Panel("now", 20, "orders/card.html", read, "orders.see")
