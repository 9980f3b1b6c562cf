"""Carts and the people they belong to: whose is live, what is held of a person, what waits for a member of staff."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from edino.channels.types import Source
from edino.checkout.queries import carts, purchases
from edino.checkout.types import Cart, Purchase
from edino.customers import api as customers
from edino.customers.errors import NoSuchCustomer
from edino.customers.types import Holding


def live_cart(*, profile_id: int) -> Cart | None:
    """The open cart of the customer of a profile, the oldest if there are several."""
    live = carts.live_of_profile(profile_id)
    return carts.cart(live[0]) if live else None


def profile_of(*, customer: UUID, source: Source) -> int:
    """A profile on which the cart of a customer may stay; `NoSuchCustomer`."""
    found = carts.profile_of_customer(customers.customer_now(uid=customer).uid, source.id)
    if found is None:
        raise NoSuchCustomer
    return found


def parked(*, most: int = 100) -> list[Purchase]:
    """Purchases with money that wait for a person, the oldest first; `note` says why."""
    return [kept.purchase for kept in purchases.parked(most)]


def held_of(holdings: Sequence[Holding]) -> list[dict[str, Any]]:
    """Everything that carts hold of a person, for handing it over."""
    names = ("cart", "state", "channel", "created_at", "updated_at", "currency", "lines", "contact", "delivery")
    return [dict(zip(names, row, strict=True)) for row in carts.of_holdings(holdings)]


def forget(holdings: Sequence[Holding]) -> None:
    """Take a person out of carts: contacts and addresses go, open carts end."""
    carts.forget_person(holdings)
