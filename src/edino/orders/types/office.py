"""Rows of the lists that the office and the stores look at. Amounts are minor units of the row's currency."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BookFilter:
    """Which orders: empty fields do not narrow. `words` is the beginning of a number, or a whole SKU."""

    state: str = ""
    channel: str = ""
    origin: str = ""
    location_id: int | None = None
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class BookRow:
    """An order in the list of the book. `name` is the customer's, as given."""

    id: int
    uid: UUID
    number: str
    state: str
    origin: str
    channel: str
    currency: str
    total: int
    due: int
    name: str
    parked: str
    location_id: int | None
    method: str
    place: str
    placed_at: datetime
    paid: int
    pieces: int


@dataclass(frozen=True, slots=True)
class WorkRow:
    """Goods that wait in a store: a parcel (fulfilment) with what its order says. `name` is the customer's."""

    id: int
    uid: UUID
    kind: str
    state: str
    attempt: int
    location_id: int
    pickup_location_id: int | None
    slot_starts_at: datetime | None
    slot_ends_at: datetime | None
    created_at: datetime
    ready_at: datetime | None
    order_uid: UUID
    number: str
    name: str
    currency: str
    due: int
    paid: int
    pieces: int
    picked: int


@dataclass(frozen=True, slots=True)
class Picked:
    """What was found of a parcel so far: pieces by line key, and who found them."""

    pieces: Mapping[str, int]
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SoldRow:
    """A sold line of which `pieces` may still come back."""

    order_uid: UUID
    number: str
    currency: str
    placed_at: datetime
    line_id: int
    variant_id: int | None
    sku: str
    name: str
    pieces: int
    net: int
    quantity: int


@dataclass(frozen=True, slots=True)
class ReturnFilter:
    """Which returns: empty fields do not narrow. `open`: only those not ended."""

    state: str = ""
    open: bool = False
    way: str = ""
    location_id: int | None = None
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A return in a list."""

    id: int
    uid: UUID
    number: str
    state: str
    way: str
    currency: str
    worth: int
    location_id: int | None
    reason: str
    by: str
    created_at: datetime
    settled_at: datetime | None
    pieces: int
    receiptless: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something of the book that waits for a person: parked, refund_due, refund_failed, overdue, gift_card_….

    `uid` is the order's (of a case: the receipt's), `ref` that of the thing itself (the refund, the parcel, the case);
    `note` the reason, the tender, the carrier, or the till and the card.
    """

    kind: Literal[
        "parked",
        "refund_due",
        "refund_failed",
        "overdue",
        "gift_card_unknown",
        "gift_card_currency",
        "gift_card_ended",
        "gift_card_overdrawn",
    ]
    uid: UUID
    ref: UUID
    number: str
    note: str
    currency: str
    amount: int
    at: datetime
