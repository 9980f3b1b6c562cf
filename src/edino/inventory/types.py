"""What crosses the door of inventory."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, get_args
from uuid import UUID

import msgspec

LocationKind = Literal["warehouse", "store", "transit", "partner"]
MovementKind = Literal[
    "received", "adjusted", "sold", "returned", "shipped",
    "transfer_out", "transfer_in", "counted", "damaged", "written_off",
]  # fmt: skip
Condition = Literal["good", "damaged", "quarantine"]
Method = Literal["pickup", "delivery", "carry"]
Way = Literal["ship", "carry", "transfer"]
RuleKind = Literal[
    "own_stock",
    "fewest_parcels",
    "same_city",
    "nearest",
    "location_order",
    "stores_last",
    "keep_safety",
    "exclude",
    "one_parcel",
]
Why = Literal["found", "missing", "broken", "stolen", "sample", "mistake"]
Disposition = Literal["resell", "damaged", "quarantine"]

MOVEMENT_KINDS: tuple[str, ...] = get_args(MovementKind)
LOCATION_KINDS: tuple[str, ...] = get_args(LocationKind)
CORRECTIONS: tuple[str, ...] = get_args(Why)
RULE_KINDS: tuple[str, ...] = get_args(RuleKind)


@dataclass(frozen=True, slots=True)
class Location:
    """A place where goods lie. `opening_hours` is day of the week ("mon"…"sun") → [["10:00", "22:00"], …].

    `sells`: its stock is offered in stores and tills; `ships`: parcels leave from it; `pickup`: shoppers fetch here.
    `safety` units of every variant are kept back; `position` orders locations where a rule asks for an order.
    `daily_parcels` leave in a day of its calendar at most; None: as many as come.
    """

    id: int
    code: str
    name: str
    kind: str
    city: str
    address: str
    time_zone: str
    opening_hours: Mapping[str, list[list[str]]]
    sells: bool
    ships: bool
    pickup: bool
    active: bool
    position: int = 100
    safety: int = 0
    latitude: float | None = None
    longitude: float | None = None
    daily_parcels: int | None = None


@dataclass(frozen=True, slots=True)
class LocationInput:
    """A location as it is given; None: nothing is said, so what is known stays (or the usual begins).

    `daily_parcels` below zero takes the limit away.
    """

    code: str
    name: str | None = None
    kind: str | None = None
    city: str | None = None
    address: str | None = None
    time_zone: str | None = None
    opening_hours: Mapping[str, list[list[str]]] | None = None
    sells: bool | None = None
    ships: bool | None = None
    pickup: bool | None = None
    active: bool | None = None
    position: int | None = None
    safety: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    daily_parcels: int | None = None


class Atp(msgspec.Struct, frozen=True, gc=False):
    """What can be promised of a variant at a location. (A struct: thousands are made at once, at a tenth of the cost.)

    `free` = on_hand − promised − safety, never below zero; `promised` is used and held, due holds left out. `safety`
    is what the location and the channel keep back. `inbound` is what is expected, as (day, quantity).
    """

    variant_id: int
    location_id: int
    on_hand: int
    promised: int
    safety: int
    free: int
    inbound: tuple[tuple[date, int], ...]
    capacity_id: int


@dataclass(frozen=True, slots=True)
class Term:
    """One step of the answer to "why 3?": a word for machines, its amount, a sentence for people."""

    word: str
    amount: int
    why: str


@dataclass(frozen=True, slots=True)
class Trace:
    """How many can be promised of an SKU at a location, and how that number comes about: the terms sum to it."""

    sku: str
    location: str
    channel: str
    terms: tuple[Term, ...]
    free: int
    inbound: tuple[tuple[date, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Movement:
    """Goods that moved: `quantity` is signed, in units of the variant.

    `key` makes it unique within its source, for ever. `expected_from`: what the caller believes is there before;
    when something else is, it is refused. `condition`: which part of the stock it is; only good stock is sold.
    """

    kind: str
    sku: str
    location: str
    quantity: int
    key: str
    occurred_at: datetime
    cause_kind: str = ""
    cause_id: str = ""
    expected_from: int | None = None
    condition: str = "good"


@dataclass(frozen=True, slots=True)
class Rejection:
    """What was wrong with a row: its place in the input (from 0), field, a code for machines, a sentence for people."""

    index: int
    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class MoveReport:
    """What became of movements: written, known already, refused; and the cases that what had happened opened."""

    written: int
    known: int
    rejected: tuple[Rejection, ...] = ()
    cases: int = 0


@dataclass(frozen=True, slots=True)
class Sale:
    """One line a till has sold already; `key` is its own for ever."""

    key: str
    location_id: int
    variant_id: int
    quantity: int
    at: datetime
    cause_kind: str = "receipt"
    cause_id: str = ""


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """A line of a stock file: so many lay there."""

    location: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class SnapshotChange:
    """What a snapshot changes at one place."""

    location: str
    sku: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class SnapshotReport:
    """What a snapshot said and did. `largest` are its greatest changes; `stale` rows were older than what is known.

    `zeroed` of `stocked` levels would become empty; `stopped`: the brake held. Of `unheard` the book begins later.
    """

    uid: UUID
    as_of: datetime
    rows: int
    unchanged: int
    changed: int
    added: int
    removed: int
    stale: int
    zeroed: int
    stocked: int
    stopped: bool
    unknown: Mapping[str, int]
    rejected: tuple[Rejection, ...] = ()
    largest: tuple[SnapshotChange, ...] = ()
    cases: int = 0
    unheard: int = 0


@dataclass(frozen=True, slots=True)
class Demand:
    """So many of a variant are wanted."""

    variant_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """So many of a variant are taken from a location; `fulfilled_from` says how they get to the shopper.

    ship: a parcel to the shopper; carry: from the shelf into his hands; transfer: to the pickup location first.
    """

    variant_id: int
    location_id: int
    quantity: int
    capacity_id: int
    fulfilled_from: Way


@dataclass(frozen=True, slots=True)
class Group:
    """What goes together: one parcel, or one heap at the counter."""

    location_id: int
    way: Way
    lines: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Why a location was chosen or left out: `rule` decided, `text` says it to people."""

    location: str
    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a purchase comes from. `short`: (variant, units nobody has).

    `parcels`: capacities of the days of places that send only so many; one unit of each is to be held.
    """

    allocations: tuple[Allocation, ...]
    groups: tuple[Group, ...]
    short: tuple[tuple[int, int], ...]
    why: tuple[Choice, ...]
    parcels: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SourcingRule:
    """A rule of sourcing. Those of a method (or of every one, "") are asked in the order of `position`."""

    kind: str
    position: int
    method: str = ""
    locations: frozenset[str] = frozenset()
    active: bool = True
    id: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """A time in which so many orders can be picked up at a location."""

    uid: UUID
    location: str
    starts_at: datetime
    ends_at: datetime
    capacity_id: int
    capacity: int
    free: int


@dataclass(frozen=True, slots=True)
class Opening:
    """Slots that are opened each week: on a day (0 is Monday) from `opens` to `closes`, so many minutes each."""

    weekday: int
    opens: time
    closes: time
    minutes: int
    capacity: int


@dataclass(frozen=True, slots=True)
class SlotInput:
    """A slot as it is given: when it begins and ends, how many orders it takes."""

    starts_at: datetime
    ends_at: datetime
    capacity: int


@dataclass(frozen=True, slots=True)
class StockFile:
    """A stock file in the journal. `state`: staged (waits for a person), stopped (by the brake), applied, dismissed.

    `origin` is what brought it; `decided_by` the person who applied or dismissed one that waited.
    """

    uid: UUID
    source: int | None
    as_of: datetime
    is_full: bool
    state: str
    report: SnapshotReport
    by: str
    origin: str
    locations: tuple[str, ...] | None
    created_at: datetime
    applied_at: datetime | None
    decided_by: str
    decided_at: datetime | None
    kept: bool


@dataclass(frozen=True, slots=True)
class Reserve:
    """So many units of every variant that a channel may not sell, at a location or (None) at each without its own."""

    channel: str
    location: str | None
    quantity: int


@dataclass(frozen=True, slots=True)
class Correction:
    """A person said that so many more (or fewer) lie there, and why. `undone_at`: it was taken back."""

    uid: UUID
    variant_id: int
    sku: str
    location: str
    quantity: int
    reason: str
    note: str
    created_at: datetime
    created_by: str
    undone_at: datetime | None
    undone_by: str


@dataclass(frozen=True, slots=True)
class Expected:
    """Goods that are expected, as they stand in the list."""

    id: int
    document: str
    sku: str
    variant_id: int
    location: str
    quantity: int
    due_on: date


@dataclass(frozen=True, slots=True)
class TransferLine:
    """What is sent, and how much of it has come."""

    variant_id: int
    sku: str
    quantity: int
    received: int
    lost: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Goods on their way from one location to another."""

    uid: UUID
    number: int
    origin: str
    destination: str
    state: str
    note: str
    created_at: datetime
    created_by: str
    sent_at: datetime | None
    closed_at: datetime | None
    lines: tuple[TransferLine, ...] = ()


@dataclass(frozen=True, slots=True)
class CountLine:
    """What was counted of an SKU, and what the book said at that moment."""

    variant_id: int
    sku: str
    counted: int
    book: int

    @property
    def difference(self) -> int:
        """Found beyond the book, or missing when below zero."""
        return self.counted - self.book


@dataclass(frozen=True, slots=True)
class Count:
    """A count of a location. `is_full`: what was not found is not there."""

    uid: UUID
    number: int
    location: str
    state: str
    is_full: bool
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None
    lines: tuple[CountLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Inbound:
    """Goods that are expected; the same document, SKU and location again replaces what was known of it."""

    sku: str
    location: str
    quantity: int
    due_on: date
    document: str


@dataclass(frozen=True, slots=True)
class Case:
    """More was promised than lies there, because of something that had already happened."""

    uid: UUID
    sku: str
    location: str
    missing: int
    on_hand: int
    promised: int
    cause_kind: str
    cause_id: str
    opened_at: datetime
    state: str
    resolution: str = ""
    resolved_at: datetime | None = None
    resolved_by: str = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """A level whose number is not the sum of its movements."""

    location: str
    sku: str
    what: str
    kept: int
    summed: int


@dataclass(frozen=True, slots=True)
class CityStock:
    """How many of a variant can be had in a city, and in how many places."""

    variant_id: int
    city: str
    free: int
    places: int
