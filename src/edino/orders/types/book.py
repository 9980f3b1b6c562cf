"""Orders as they cross the door. Amounts are minor units of the order's currency; ids are inside ids."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

Origin = Literal["checkout", "till", "import"]
State = Literal["draft", "placed", "part_fulfilled", "fulfilled", "closed", "cancelled", "dropped"]
Method = Literal["pickup", "delivery", "carry"]
Tender = Literal["card", "cash", "cod", "bank", "gift_card", "points", "exchange", "other"]
PaymentState = Literal["pending", "authorised", "captured", "failed", "refunded"]
FulfilmentKind = Literal["pickup", "delivery", "ship_from_store", "carry_out", "transfer"]
FulfilmentState = Literal[
    "to_pick",
    "ready",
    "shipped",
    "arrived",
    "handed_over",
    "delivered",
    "coming_back",
    "came_back",
    "rejected",
    "cancelled",
]
Role = Literal["started", "served", "handed"]
Address = Mapping[str, Any]
TENDERS: Final[tuple[Tender, ...]] = ("card", "cash", "cod", "bank", "gift_card", "points", "exchange", "other")
"""`exchange`: carried over from a return; `other`: a file told of a sale without saying how it was paid."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one promotion took off a line: the frozen rule's id and version, its name then, the amount."""

    promotion_id: int
    version: int
    name: str
    amount: int


@dataclass(frozen=True, slots=True)
class LineInput:
    """A line to be ordered. `gross` = unit × quantity, `net` = gross − discount, Σ shares = discount.

    `key` names the line within the order. `shares` are `Share`s, or promotions' own.
    """

    key: str
    variant_id: int | None
    sku: str
    name: str
    quantity: int
    unit: int
    gross: int
    discount: int
    net: int
    tax: str = ""
    shares: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to tell, as given at checkout. `profile_id` is what the order stays on."""

    profile_id: int | None = None
    name: str = ""
    phone: str = ""
    email: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How it reaches the customer. `location`: code of the place of pickup; `amount` less `discount` is its price."""

    method: Method = "carry"
    amount: int = 0
    discount: int = 0
    city: str = ""
    address: Address = field(default_factory=dict)
    location: str = ""
    slot: UUID | None = None
    slot_starts_at: datetime | None = None
    slot_ends_at: datetime | None = None
    tax: str = ""


@dataclass(frozen=True, slots=True)
class Want:
    """What the order promised itself from a capacity of the kernel: `kind` is stock, slot, coupon, giftcard…"""

    capacity_id: int
    quantity: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class AllocationInput:
    """Goods of the plan: from which location, out of which capacity. `fulfilled_from`: ship, carry, transfer."""

    variant_id: int
    location_id: int
    quantity: int
    capacity_id: int
    fulfilled_from: str = "ship"


@dataclass(frozen=True, slots=True)
class Credit:
    """Whose sale it is: the role of a location, of a member of staff, or of both."""

    role: Role
    location_id: int | None = None
    staff_id: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class OrderInput:
    """An order about to be placed; `frozen` and `why` are promotions' own JSON and are kept as they are."""

    uid: UUID
    source_id: int
    channel: str
    currency: str
    lines: tuple[LineInput, ...]
    cart_uid: UUID | None = None
    number: str | None = None
    assortment: str = ""
    contact: Contact = Contact()
    delivery: Delivery = Delivery()
    frozen: Mapping[str, Any] = field(default_factory=dict)
    why: tuple[Any, ...] = ()
    codes: tuple[str, ...] = ()
    wants: tuple[Want, ...] = ()
    allocations: tuple[AllocationInput, ...] = ()
    credits: tuple[Credit, ...] = ()
    location: str = ""
    exchange_of: UUID | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A payment that is made later: `key` names it within the order, `provider` collects it under its reference."""

    key: str
    tender: Tender
    amount: int
    provider: str = ""
    provider_ref: str = ""


@dataclass(frozen=True, slots=True)
class Fresh:
    """An order as it was placed a moment ago, before anything came of it."""

    uid: UUID
    number: str
    state: State
    source_id: int
    channel: str
    currency: str
    contact: Contact
    delivery: Delivery
    total: int
    due: int
    pickup_code: str
    lines: tuple[LineInput, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the book. `open` pieces are neither cancelled nor handed out; `left` may still come back."""

    id: int
    key: str
    variant_id: int | None
    sku: str
    name: str
    quantity: int
    unit: int
    gross: int
    discount: int
    net: int
    tax: str
    cancelled: int
    fulfilled: int
    returned: int
    shares: tuple[Share, ...] = ()
    measure: str = ""
    less: int = 0

    @property
    def standing(self) -> int:
        """Pieces that are neither cancelled nor returned."""
        return self.quantity - self.cancelled - self.returned

    @property
    def open(self) -> int:
        """Pieces still to be handed out."""
        return self.quantity - self.cancelled - self.fulfilled

    @property
    def left(self) -> int:
        """Pieces that may still come back."""
        return self.fulfilled - self.returned


@dataclass(frozen=True, slots=True)
class Allocated:
    """One allocation through its whole life: promised, then gone, or given up."""

    id: int
    line_id: int
    fulfilment_id: int | None
    variant_id: int
    location_id: int
    capacity_id: int
    quantity: int
    gone: int
    given_up: int
    fulfilled_from: str

    @property
    def promised(self) -> int:
        """Pieces that still wait at the location."""
        return self.quantity - self.gone - self.given_up


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """Goods of one location on one way to the customer."""

    id: int
    uid: UUID
    kind: FulfilmentKind
    state: FulfilmentState
    location_id: int
    location: str
    pickup_location: str
    attempt: int
    reason: str
    carrier: str
    tracking: str
    slot_starts_at: datetime | None
    slot_ends_at: datetime | None
    ready_at: datetime | None
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Paid:
    """A part of what is paid at hand-over, in minor units. `code` is that of a gift card, which nobody keeps."""

    tender: str
    amount: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment. `refunded` counts money given back and money promised back."""

    id: int
    uid: UUID
    tender: Tender
    state: PaymentState
    amount: int
    captured: int
    refunded: int
    provider: str
    provider_ref: str
    created_at: datetime
    captured_at: datetime | None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that goes back. `tender` is how; `state` is due, done or failed; `cause` names what it is for."""

    id: int
    uid: UUID
    order_uid: UUID | None
    payment_uid: UUID | None
    tender: Tender
    amount: int
    currency: str
    state: Literal["due", "done", "failed"]
    cause_kind: str
    cause_key: str
    provider: str
    provider_ref: str
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Order:
    """An order with all that hangs on it, as one statement reads it."""

    id: int
    uid: UUID
    number: str
    state: State
    origin: Origin
    cart_uid: UUID | None
    source_id: int | None
    channel: str
    assortment: str
    currency: str
    contact: Contact
    delivery: Delivery
    subtotal: int
    discount: int
    total: int
    due: int
    pickup_code: str
    parked: str
    exchange_of: UUID | None
    created_at: datetime
    placed_at: datetime | None
    closed_at: datetime | None
    version: int
    frozen: Mapping[str, Any]
    why: tuple[Any, ...]
    codes: tuple[str, ...]
    wants: tuple[Want, ...]
    comment: str
    lines: tuple[Line, ...]
    fulfilments: tuple[Fulfilment, ...]
    allocations: tuple[Allocated, ...]
    payments: tuple[Payment, ...]
    refunds: tuple[Refund, ...]
    credits: tuple[Credit, ...]

    @property
    def paid(self) -> int:
        """Captured less what went back or is promised back."""
        return sum(one.captured - one.refunded for one in self.payments)

    @property
    def outstanding(self) -> int:
        """What is still to be paid; below zero it is too much."""
        return self.due - self.paid


@dataclass(frozen=True, slots=True)
class OrderListing:
    """An order in a list."""

    id: int
    uid: UUID
    number: str
    state: State
    origin: Origin
    channel: str
    currency: str
    total: int
    due: int
    paid: int
    lines: int
    pieces: int
    method: str
    parked: str
    placed_at: datetime | None
    profile_id: int | None


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of an order's history: what, by whom, why."""

    at: datetime
    what: str
    by: str
    why: str
    detail: Mapping[str, Any]
