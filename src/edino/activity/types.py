"""The nouns of activity."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from edino.customers.types import Identifier

Klass = Literal["fact", "behaviour"]


class Incoming(msgspec.Struct, frozen=True, gc=False):
    """One event that passed the door's checks.

    `body` is JSON as text without raw identifiers; `mark` tells bodies under one key apart; `traits` what the source
    said about the person; `identifiers` strongest first and possibly empty (then the event is nobody's).
    """

    index: int
    type: str
    klass: Klass
    occurred_at: datetime
    key: str
    mark: int
    body: str
    identifiers: tuple[Identifier, ...]
    confirmed: frozenset[str]
    traits: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an event was rejected, or what in it was passed over: its place in the batch, field, code, sentence."""

    index: int
    field: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of a batch. Every event is in exactly one count; conflicts are accepted and reported beside."""

    accepted: int
    duplicates: int
    conflicts: int
    rejected: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order or receipt as a file gives it; a negative quantity or price gives goods or money back.

    `row` is where it stands in the file, `ordinal` its number within the order: together with the order's number the
    natural key. `refund_of` is the order that a return belongs to, where that is known.
    """

    row: int
    order_id: str
    ordinal: int
    sku: str
    quantity: Decimal
    price: Decimal
    ordered_at: datetime
    name: str = ""
    currency: str = ""
    country: str = ""
    location: str = ""
    refund_of: str = ""
    identifiers: tuple[Identifier, ...] = ()


@dataclass(slots=True)
class OrderFact:
    """Lines of one order that go to the log together, all sold or all given back."""

    type: str
    number: str
    key: UUID
    at: datetime
    lines: dict[int, OrderLine] = field(default_factory=dict)
    identifiers: tuple[Identifier, ...] = ()
    addition: bool = False
    profile_id: int | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of lines: how many were known before, and why others were not taken (`index` is the row).

    `fresh` are the facts that were appended, with the profile each stands on.
    """

    unchanged: int
    rejected: tuple[Problem, ...]
    fresh: tuple[OrderFact, ...] = ()


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One thing a customer did: `uid` outside, `type` as on the log, where and through which source, the body."""

    id: int
    uid: UUID
    type: str
    klass: Klass
    occurred_at: datetime
    received_at: datetime
    source_id: int | None
    source: str
    channel: str
    profile_id: int | None
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Items, newest first, and the cursor of the next page, or None at the end."""

    items: tuple[TimelineItem, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class CartLine:
    """Goods in a cart: `price` is of one, in major units of `currency` ("" where nobody said it)."""

    sku: str
    name: str
    quantity: Decimal
    price: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Cart:
    """The cart as the log last told it, where it was last touched, and when."""

    lines: tuple[CartLine, ...]
    at: datetime
    source: str
    channel: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What is open with a customer: a cart that was not bought, the last order, the last refund, the last contact."""

    cart: Cart | None
    order: TimelineItem | None
    refund: TimelineItem | None
    contact: TimelineItem | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something of a source was not taken ("rejected") or was passed over ("warning")."""

    id: int
    at: datetime
    severity: str
    field: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class SourceIntake:
    """What came from a source since a moment."""

    source_id: int
    last_at: datetime
    accepted: int
    duplicates: int
    conflicts: int
    rejected: int


@dataclass(frozen=True, slots=True)
class HourCount:
    """Accepted events of a source in an hour."""

    source_id: int
    hour: datetime
    accepted: int
