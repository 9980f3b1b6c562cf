"""What a promotion is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

Layer = Literal["line", "order", "delivery"]
Base = Literal["unit", "net"]
State = Literal["draft", "active", "paused", "ended"]
Kind = Literal[
    "percent",
    "amount",
    "price",
    "bundle",
    "gift",
    "order_percent",
    "order_amount",
    "delivery_percent",
    "delivery_price",
]
LAYERS: Final[tuple[Layer, ...]] = ("line", "order", "delivery")
LAYER_OF: Final[Mapping[str, Layer]] = {
    "percent": "line",
    "amount": "line",
    "price": "line",
    "bundle": "line",
    "gift": "line",
    "order_percent": "order",
    "order_amount": "order",
    "delivery_percent": "delivery",
    "delivery_price": "delivery",
}


@dataclass(frozen=True, slots=True)
class Goods:
    """Which lines: those that fit any of the first four (all empty: every line) and none of the last three."""

    skus: frozenset[str] = frozenset()
    products: frozenset[int] = frozenset()
    categories: frozenset[int] = frozenset()
    brands: frozenset[str] = frozenset()
    without_skus: frozenset[str] = frozenset()
    without_categories: frozenset[int] = frozenset()
    without_brands: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        """Whether nothing in particular is asked for; something may still be left out."""
        return not (self.skus or self.products or self.categories or self.brands)

    @property
    def only_skus(self) -> bool:
        """Whether nothing but the SKU of a line decides whether it fits."""
        others = self.products or self.categories or self.brands
        return bool(self.skus) and not (others or self.without_skus or self.without_categories or self.without_brands)


@dataclass(frozen=True, slots=True)
class Action:
    """What a promotion does. `percent` is in hundredths of a percent (10 % = 1000), `amount` in minor units.

    `goods` None: the goods that count. `times` limits the repeats of a bundle, 0 is no limit; `cap` is the most it
    takes from one basket, None is no limit. See docs/algorithms/pricing.md for `base` and the floors.
    """

    kind: Kind
    percent: int = 0
    amount: int = 0
    buy: int = 0
    get: int = 0
    times: int = 0
    goods: Goods | None = None
    base: Base = "net"
    floor_percent: int = 0
    floor_amount: int = 0
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of a promotion.

    `combines` is the allow-list of an exclusive one: ids of promotions it may meet on a line. `weekdays` are 1 (Monday)
    to 7; `from_minute` to `until_minute` of the day, past midnight if the second is smaller. `channels` needs
    `channel_reason`. `uses`, `budget` (minor units) and `per_customer` limit it; None is no limit. `issue_budget` is
    what one person of the staff may give away of it in a month, counting `issue_value` for each coupon; None: it is not
    given away so.
    """

    name: str
    action: Action
    currency: str = ""
    priority: int = 0
    exclusive: bool = False
    combines: frozenset[int] = frozenset()
    group: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    weekdays: frozenset[int] = frozenset()
    from_minute: int = 0
    until_minute: int = 0
    time_zone: str = "UTC"
    customer_groups: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    channel_reason: str = ""
    locations: frozenset[str] = frozenset()
    first_order: bool = False
    needs_code: bool = False
    counted: Goods = field(default_factory=Goods)
    min_quantity: int = 0
    min_subtotal: int = 0
    uses: int | None = None
    budget: int | None = None
    per_customer: int | None = None
    issue_budget: int | None = None
    issue_value: int = 0

    @property
    def layer(self) -> Layer:
        """When it is worked out: follows from what it does."""
        return LAYER_OF[self.action.kind]


@dataclass(frozen=True, slots=True)
class Rule:
    """A definition as the engine takes it: version `version` of promotion `id`."""

    id: int
    version: int
    definition: Definition


@dataclass(frozen=True, slots=True)
class PromotionInput:
    """A promotion as it is told. `code` names it for other systems and is unique; "" lets one be made up."""

    definition: Definition
    code: str = ""
    state: State = "draft"


@dataclass(frozen=True, slots=True)
class PromotionView:
    """A promotion in its present version, and how it fares. Amounts are minor units of its currency."""

    id: int
    uid: UUID
    code: str
    state: State
    version: int
    definition: Definition
    author: str
    changed_at: datetime
    redemptions: int = 0
    discount: int = 0
