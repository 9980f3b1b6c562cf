"""What is asked about: a basket, and a basket of the past."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from edino.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class BasketLine:
    """So many units of a variant at its catalogue price.

    `key` is unique in the basket; `unit` is minor units of the basket's currency; `minimum` is the least a unit may
    cost after every promotion.
    """

    key: str
    variant_id: int
    sku: str
    product_id: int
    category_ids: frozenset[int]
    brand: str
    quantity: int
    unit: int
    minimum: int = 0


@dataclass(frozen=True, slots=True)
class Basket:
    """What somebody would buy, where and when. `delivery` is its price in minor units.

    `customer_id` is the customer as resolved now (`pub.customers_profile`), None for nobody known; `profile_id` the
    profile of this purchase. `first_order` None
    lets the quote find out. `owner` (kind, uid) is who holds limited benefits for this basket already, so that his own
    holds do not stand in his way.
    """

    currency: str
    lines: tuple[BasketLine, ...]
    at: datetime
    codes: tuple[str, ...] = ()
    customer_id: int | None = None
    profile_id: int | None = None
    groups: frozenset[str] = frozenset()
    channel: str = ""
    location: str = ""
    delivery: int = 0
    first_order: bool | None = None
    owner: tuple[str, UUID] | None = None


@dataclass(frozen=True, slots=True)
class PastBasket:
    """An order of the past as a rehearsal sees it.

    `basket` has its lines at their catalogue prices then; `costs` is what one unit cost the shop, by line key, where
    that is known; `number` is what people call the order.
    """

    order_uid: UUID
    basket: Basket
    costs: Mapping[str, int] = field(default_factory=dict)
    number: str = ""


PastBaskets = Callable[[datetime, datetime], Iterator[PastBasket]]
"""Orders placed at or after the first moment and before the second, oldest first."""

past_baskets: Registry[PastBaskets] = Registry("past baskets")
"""Whoever keeps orders offers their baskets here."""

OrderedBefore = Callable[[int], bool]
"""Whether a customer (as resolved now) has ever ordered."""

ordered_before: Registry[OrderedBefore] = Registry("ordered before")
"""Whoever keeps orders answers here, for promotions of the first order."""

OrderNumbers = Callable[[Sequence[UUID]], Mapping[UUID, str]]
"""What people call orders."""

order_numbers: Registry[OrderNumbers] = Registry("order numbers")
"""Whoever keeps orders answers here, for screens that list them."""
