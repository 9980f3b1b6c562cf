"""Codes that are worth something: coupons and gift cards."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CouponView:
    """A coupon as staff see it. `left` is the uses that are free, None for no limit."""

    id: int
    code: str
    promotion_id: int
    promotion: str
    kind: Literal["single", "batch", "personal"]
    customer_id: int | None
    uses: int | None
    left: int | None
    ends_at: datetime | None
    void: bool
    issued_by: str
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CouponPage:
    """A page of coupons, and how many there are in all."""

    rows: list[CouponView]
    total: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Coupons that were made together. `used` counts coupons with at least one use."""

    uid: UUID
    promotion_id: int
    promotion: str
    issued_by: str
    reason: str
    created_at: datetime
    coupons: int
    used: int


@dataclass(frozen=True, slots=True)
class GiftCard:
    """A gift card. `masked` shows the end of its code only; `balance` is what can be spent now, in minor units."""

    id: int
    masked: str
    balance: int
    currency: str
    capacity_id: int
    expires_at: datetime | None
    void: bool = False
    issued: int = 0
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a gift card's ledger: what was put on it (above zero) or taken from it."""

    kind: Literal["issued", "spent", "refunded", "expired"]
    amount: int
    order_uid: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class CardMove:
    """What a till says it took from a gift card (above zero) or put back on it (below), named by code or by id.

    `key` is the same for ever, so that it counts once.
    """

    key: str
    order_uid: UUID
    amount: int
    currency: str
    code: str = ""
    card_id: int | None = None


@dataclass(frozen=True, slots=True)
class CardMoved:
    """What became of a move: the card, None when nobody knows it; what is odd about it, and by how much."""

    card_id: int | None
    odd: Literal["", "unknown", "currency", "ended", "overdrawn"] = ""
    over: int = 0


@dataclass(frozen=True, slots=True)
class Redemption:
    """What a promotion took off in one order. `given_back` is what was returned of it."""

    order_uid: UUID
    at: datetime
    version: int
    amount: int
    given_back: int
    code: str
    customer_id: int | None
