"""The nouns of activity."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from edino.customers.types import Identifier

Klass = Literal["fact", "behaviour"]


@dataclass(slots=True)
class Incoming:
    """One event that passed the door's checks.

    `body` is encoded JSON without raw identifiers; `mark` tells bodies under one key apart; `traits` what the source
    said about the person; `identifiers` strongest first and possibly empty (then the event is nobody's).
    """

    index: int
    type: str
    klass: Klass
    occurred_at: datetime
    key: UUID
    mark: int
    body: bytes
    identifiers: tuple[Identifier, ...]
    confirmed: frozenset[str]
    traits: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an event was rejected, or what in it was passed over: its place in the batch, the field, a code, a sentence."""

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
    lines: list[OrderLine]
    identifiers: tuple[Identifier, ...]
    addition: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of lines: how many were known before, and why others were not taken (`index` is the row)."""

    unchanged: int
    rejected: tuple[Problem, ...]
