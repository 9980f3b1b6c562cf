"""What the report of unusual cashiers counts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

MEASURES: Final = ("cancelled", "returned", "receiptless", "discounted")


@dataclass(frozen=True, slots=True)
class Cashier:
    """A person at a store, by the name that stands on receipts."""

    location_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What a person did at a store: how many sales, and how many of each kind of event."""

    location_id: int
    name: str
    sales: int
    cancelled: int
    returned: int
    receiptless: int
    discounted: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure of a person: `events` of `base`, the peers' `theirs` of `of_theirs`; `enough`: they can be compared."""

    measure: str
    events: int
    base: int
    theirs: int
    of_theirs: int
    enough: bool
    unusual: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """A person with the measures in their order."""

    who: Cashier
    tally: Tally
    measures: tuple[Measured, ...]

    @property
    def unusual(self) -> bool:
        """Whether anything stands out."""
        return any(one.unusual for one in self.measures)


@dataclass(frozen=True, slots=True)
class Deed:
    """One event behind the figures: the order or return, and what it was about. Amounts are minor units."""

    measure: str
    uid: UUID
    number: str
    at: datetime
    currency: str
    amount: int
    why: str
