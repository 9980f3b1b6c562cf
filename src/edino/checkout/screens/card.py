"""The panel of the customer card: the cart that is open now, in whichever channel it was filled."""

from typing import Any, Final

from django.http import HttpRequest

from edino.checkout import api
from edino.customers.types import Person
from edino.kernel.money import Money
from edino.kernel.registry import card_panels
from edino.ui.panels import Panel
from edino.ui.screen import Amount

SHOWN: Final = 5


def register() -> None:
    """Offer the panel."""
    card_panels.register("cart", PANEL)


def read(_request: HttpRequest, person: Person) -> dict[str, Any] | None:
    """What lies in the customer's cart and what it would cost now; None when there is none, or nothing in it."""
    if not person.holdings:
        return None
    open_cart = api.live_cart(profile_id=person.holdings[0].profile_id)
    if open_cart is None or not open_cart.lines:
        return None
    cart = api.cart(uid=open_cart.uid, remember=False)
    return {
        "lines": [
            {"name": line.name, "options": ", ".join(line.options.values()), "quantity": line.quantity}
            for line in cart.lines[:SHOWN]
        ],
        "more": max(0, len(cart.lines) - SHOWN),
        "total": Amount(Money(cart.total, cart.currency)),
    }


PANEL: Final = Panel("now", 15, "checkout/card.html", read, "orders.see")
