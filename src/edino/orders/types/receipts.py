"""Till receipts as they cross the door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from edino.orders.types.book import Share, Tender

ReceiptKind = Literal["sale", "refund"]


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A line of a receipt. `code` is a SKU or barcode; quantities are positive in refunds too.

    `unit` is the price of one before discounts, `net` what was paid for all of them. What is weighed counts as one
    piece and says its `measure`. `refund_of_line` is the position of the sale's line that is given back.
    """

    position: int
    code: str
    quantity: int
    unit: int
    net: int
    discount: int = 0
    name: str = ""
    tax: str = ""
    measure: Decimal | None = None
    shares: tuple[Share, ...] = ()
    refund_of_line: int | None = None
    reason: str = ""
    disposition: str = "resell"


@dataclass(frozen=True, slots=True)
class ReceiptTender:
    """How a part was paid or given back."""

    tender: Tender
    amount: int
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a till says happened. `uid` is made by the till and is the receipt for ever.

    `identifiers` are (kind, value) of the customer; `previous_hash` is the hash of this till's receipt before it, ""
    for its first; `refund_of` is the uid of the sale; `leases` are the promises the till used (stock, coupon, points).
    """

    uid: UUID
    till: str
    kind: ReceiptKind
    occurred_at: datetime
    location: str
    currency: str
    lines: tuple[ReceiptLine, ...]
    tenders: tuple[ReceiptTender, ...] = ()
    number: str = ""
    shift: str = ""
    sequence: int | None = None
    sent_at: datetime | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    profile_id: int | None = None
    staff_id: int | None = None
    staff_name: str = ""
    previous_hash: str = ""
    hash: str = ""
    refund_of: UUID | None = None
    reason: str = ""
    leases: tuple[UUID, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReceiptProblem:
    """Why a receipt was rejected, or what in it was passed over: field, code for machines, sentence."""

    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ReceiptVerdict:
    """What became of a receipt. The till may forget it when it is accepted or duplicate.

    `hash` is what its next receipt names as `previous_hash`; `gap`: the receipt before it is not here yet.
    """

    uid: UUID
    state: Literal["accepted", "duplicate", "rejected"]
    errors: tuple[ReceiptProblem, ...] = ()
    warnings: tuple[ReceiptProblem, ...] = ()
    hash: str = ""
    gap: bool = False
    order_uid: UUID | None = None
    return_uid: UUID | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """Counts of a batch: receipts new to the book, lines of goods nobody knows, returns matched and receiptless."""

    sales: int = 0
    refunds: int = 0
    lines: int = 0
    unknown_goods: int = 0
    matched: int = 0
    receiptless: int = 0


@dataclass(frozen=True, slots=True)
class TillGap:
    """A receipt whose predecessor never came: something of this till is missing."""

    till: str
    source_id: int
    receipt_uid: UUID
    number: str
    occurred_at: datetime
    previous_hash: str
