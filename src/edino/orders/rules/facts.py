"""Bodies of the commerce facts that the timeline shows, in the tracking spec's words; amounts in major units."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from edino.kernel.money import exponent

_encode = msgspec.json.Encoder(decimal_format="number").encode
Product = tuple[int, str, str, int, int]
"""Position, SKU, name, quantity, net amount of the line in minor units."""


def major(amount: int, currency: str) -> Decimal | int:
    """Minor units as a number people know, without zeros nobody meant."""
    value = Decimal(amount).scaleb(-exponent(currency))
    return int(value) if value == value.to_integral_value() else value.normalize()


def commerce(
    *,
    number: str,
    total: int,
    currency: str,
    products: Iterable[Product] = (),
    location: str = "",
    refund: str = "",
    reason: str = "",
) -> bytes:
    """The body of Order Completed, Refunded, Cancelled, Updated or Delivered."""
    properties: dict[str, Any] = {"order_id": number} if number else {}
    if refund:
        properties["refund_id"] = refund
    properties["total"] = major(total, currency)
    properties["currency"] = currency
    if reason:
        properties["reason"] = reason
    told = [
        {
            "position": position,
            "sku": sku,
            **({"name": name} if name and "@" not in name else {}),
            "quantity": quantity,
            "price": major(net // quantity, currency) if quantity else 0,
        }
        for position, sku, name, quantity, net in products
    ]
    if told:
        properties["products"] = told
    body: dict[str, Any] = {"call": "track", "properties": properties}
    if location:
        body["context"] = {"location": location}
    return _encode(body)
