"""What lower packages ask of the order book through their registries, and what it does with personal data."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from edino.catalogue import api as catalogue
from edino.catalogue.types import baskets as catalogue_baskets
from edino.catalogue.types import purchases
from edino.customers.types import Holding
from edino.kernel.registry import erasers, exporters
from edino.orders.queries import people
from edino.promotions.types import Basket, BasketLine, PastBasket, past_baskets
from edino.promotions.types.baskets import order_numbers, ordered_before


def register() -> None:
    """Offer everything."""
    purchases.register("orders", people.bought)
    catalogue_baskets.register("orders", people.baskets)
    past_baskets.register("orders", baskets_of)
    ordered_before.register("orders", people.ordered)
    order_numbers.register("orders", people.numbers)
    erasers.register("orders", people.forget)
    exporters.register("orders", export)


def export(holdings: Sequence[Holding]) -> dict[str, Any]:
    """Orders and returns of the owner of these holdings, as they are handed over."""
    return {"orders": people.held(holdings), "returns": people.held_returns(holdings)}


def baskets_of(since: datetime, until: datetime) -> Iterator[PastBasket]:
    """Orders placed in a span as baskets at their catalogue prices then, oldest first."""
    known: dict[int, Any] = {}
    for at, _, uid, number, currency, channel, location, customer, delivery, lines in people.past_orders(since, until):
        missing = {line[1] for line in lines} - known.keys()
        if missing:
            known |= catalogue.variants_by_id(ids=sorted(missing))
        told = tuple(
            BasketLine(
                key=key,
                variant_id=variant,
                sku=sku,
                product_id=known[variant].product_id,
                category_ids=known[variant].category_ids,
                brand=known[variant].brand,
                quantity=count,
                unit=unit,
            )
            for key, variant, sku, count, unit in lines
            if variant in known
        )
        if told:
            basket = Basket(
                currency=currency,
                lines=told,
                at=at,
                customer_id=customer,
                channel=channel,
                location=location,
                delivery=delivery,
            )
            yield PastBasket(uid, basket, number=number)
