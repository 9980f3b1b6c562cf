"""What crosses the door about prices. Amounts are minor units of the price list's currency."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from edino.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class PriceAnswer:
    """What a unit costs now. `list_price` is the regular price, the same as `unit` when nothing is reduced.

    `lowest_30d` is the lowest price of the 30 days before the reduction began, of the last 30 days when nothing is
    reduced; None when there was no price then. `exception` is the recorded reason why this channel pays another price.
    `valid_until` is the next moment at which the price may change by what is known today.
    """

    variant_id: int
    unit: int
    list_price: int
    lowest_30d: int | None
    price_list: str
    exception: str | None
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class PriceInput:
    """A price of a list. Without `ends_at` it is the regular one, with it a temporary one; `starts_at` None is now.

    `amount` None: this list has no price for it from then on.
    """

    sku: str
    price_list: str
    amount: int | None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PriceList:
    """A price list. "" as region is everywhere, as customer group everybody. `reserved`: only by an exception."""

    id: int
    code: str
    name: str
    currency: str
    region: str
    customer_group: str
    priority: int
    active: bool
    reserved: bool
    starts_at: datetime | None
    ends_at: datetime | None
    prices: int = 0


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A row of the history, as it was recorded. `source` is the system that told it, `author` the person."""

    id: int
    price_list: str
    currency: str
    amount: int | None
    starts_at: datetime
    ends_at: datetime | None
    recorded_at: datetime
    source: str
    author: str


@dataclass(frozen=True, slots=True)
class PriceException:
    """A recorded reason why a channel's price differs: of one variant (`sku`, `amount`), or by a whole list."""

    id: int
    channel: str
    sku: str
    price_list: str
    currency: str
    amount: int | None
    reason: str
    author: str
    starts_at: datetime
    ends_at: datetime | None
    recorded_at: datetime
    ended_by: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A variant whose price in a channel is not the price. `reason` "" means that nobody recorded why."""

    variant_id: int
    sku: str
    name: str
    channel: str
    currency: str
    price: int | None
    channel_price: int | None
    reason: str
    author: str
    since: datetime | None

    @property
    def recorded(self) -> bool:
        """Whether an exception explains it."""
        return bool(self.reason)


@dataclass(frozen=True, slots=True)
class ChannelRule:
    """Something else than a price that makes a basket cheaper in some channels only, and who recorded why."""

    name: str
    channels: tuple[str, ...]
    reason: str
    author: str
    since: datetime
    url_name: str
    key: str


channel_rules: Registry[Callable[[], Sequence[ChannelRule]]] = Registry("channel rules")
"""Whoever has such rules tells them here, so that the parity report shows every exception."""
