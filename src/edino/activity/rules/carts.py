"""The cart that events of a customer leave behind."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from edino.activity.types import Cart, CartLine, TimelineItem


def cart_now(items: Sequence[TimelineItem]) -> Cart | None:
    """The cart that events of carts and orders, newest first, leave behind; None when it is empty or was bought.

    A cart seen whole (Cart Viewed, Checkout Started) replaces what was there; an order empties it.
    """
    lines: dict[str, CartLine] = {}
    touched: TimelineItem | None = None
    for item in reversed(items):
        properties = item.body.get("properties")
        given = properties if isinstance(properties, dict) else {}
        if item.type == "Order Completed":
            lines = {}
        elif item.type == "Product Removed":
            lines.pop(_sku(given), None)
        elif item.type == "Product Added":
            _put(lines, given)
        elif isinstance(given.get("products"), list):
            lines = {}
            for product in given["products"]:
                if isinstance(product, dict):
                    _put(lines, product)
        else:
            continue
        touched = item
    if not lines or touched is None:
        return None
    return Cart(tuple(lines.values()), touched.occurred_at, touched.source, touched.channel)


def _put(lines: dict[str, CartLine], product: Mapping[str, Any]) -> None:
    sku = _sku(product)
    before = lines.get(sku)
    quantity = _decimal(product.get("quantity")) or Decimal(1)
    lines[sku] = CartLine(
        sku,
        str(product.get("name") or sku),
        quantity + before.quantity if before else quantity,
        _decimal(product.get("price")),
        str(product.get("currency") or ""),
    )


def _sku(product: Mapping[str, Any]) -> str:
    return str(product.get("sku") or product.get("product_id") or product.get("name") or "")


def _decimal(value: Any) -> Decimal | None:
    """A number as an event may give it; None for what is no number, or none that a shop would use."""
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        return None
    return number if number.is_finite() and (not number or -9 < number.adjusted() < 15) else None
