"""Returns as they cross the door."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

ReturnState = Literal["requested", "approved", "received", "inspected", "settled", "refused", "withdrawn"]
Way = Literal["store", "post", "till", "import"]
Disposition = Literal["resell", "damaged", "quarantine", "write_off"]


@dataclass(frozen=True, slots=True)
class ReturnPolicy:
    """The limit of returns without a receipt: per customer and `days` at most `times`, at most `amount` minor units."""

    days: int
    times: int
    amount: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """What of the limit is left for a customer: so many returns, worth so much in minor units of `currency`."""

    policy: ReturnPolicy
    currency: str
    times: int
    amount: int


@dataclass(frozen=True, slots=True)
class ReturnLineInput:
    """Goods that come back: of a sold line (`line_id`), or only a `code` (SKU, barcode) without proof."""

    quantity: int
    line_id: int | None = None
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What became of a line's goods."""

    line_id: int
    disposition: Disposition
    note: str = ""


@dataclass(frozen=True, slots=True)
class ExchangeLine:
    """What the customer takes instead."""

    sku: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """A line of a return. `amount` is its worth; `sold_line_id` is None when it is receiptless."""

    id: int
    sold_line_id: int | None
    order_uid: UUID | None
    order_number: str
    variant_id: int | None
    sku: str
    name: str
    quantity: int
    amount: int
    reason: str
    disposition: str
    note: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """One settlement: what the goods were worth, refunded by tender, carried over to an exchange, still to be paid."""

    worth: int
    refunded: int
    carried: int
    to_pay: int
    tenders: Mapping[str, int]
    gift_card: str = ""


@dataclass(frozen=True, slots=True)
class Return:
    """A return with its lines."""

    id: int
    uid: UUID
    number: str
    state: ReturnState
    way: Way
    currency: str
    location_id: int | None
    location: str
    profile_id: int | None
    reason: str
    by: str
    worth: int
    exchange_uid: UUID | None
    compensation: str
    settlement: Mapping[str, Any]
    created_at: datetime
    settled_at: datetime | None
    version: int
    lines: tuple[ReturnLine, ...]
