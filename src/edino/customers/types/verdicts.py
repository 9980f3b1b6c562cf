"""The nouns of what people decide about identity."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from edino.customers.types import CustomerRef

CaseKind = Literal["conflict", "size", "suggestion"]
CaseVerdict = Literal["same", "different", "later"]
Agreement = Literal["same", "different", "one"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a verdict of staff brought about.

    `decision` is the number by which it is undone (of the separation, or of the joining verdict); `customers` are all
    who came out of it, the one seen first at the head.
    """

    decision: int
    customers: tuple[CustomerRef, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A locked customer: nothing changes who it is before the transaction ends. Every change has raised its `epoch`."""

    customer: CustomerRef
    epoch: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """Whose an identifier is. `shared`: it has too many partners and stays alone."""

    kind: str
    value: str
    customer: UUID
    shared: bool


@dataclass(frozen=True, slots=True)
class ClaimView:
    """What one source said of two identifiers: how often in months, from when to when, how strongly."""

    source_id: int
    strength: int
    verified: bool
    first_at: datetime
    last_at: datetime
    months: int


@dataclass(frozen=True, slots=True)
class Link:
    """Two identifiers and all that was claimed of them together.

    `other` is an identifier of the same customer for a link that holds, of another for one that was refused. `holds`:
    the link is one of those that join the customer; without it another would have to. `refused` is the rule that
    forbade it: separated, limit:KIND, contradiction:KIND, access, size, shared; "" for one that is in force.
    """

    identifier: int
    other: int
    other_kind: str
    other_masked: str
    other_customer: UUID
    strength: int
    verified: bool
    holds: bool
    refused: str
    claims: tuple[ClaimView, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """An identifier of a customer and why it belongs. `value` is None unless the reader may see it.

    `sources` say it belongs here; of `heard` sources that know the identifier at all: "3 of 3 sources".
    """

    id: int
    kind: str
    masked: str
    value: str | None
    login: bool
    shared: bool
    sources: int
    heard: int
    first_at: datetime | None
    last_at: datetime | None
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Fragment:
    """A profile of the customer: what one source saw together. `anchor` is the identifier that says whose it is."""

    profile: int
    source_id: int
    identifiers: tuple[int, ...]
    anchor: int
    first_at: datetime
    months: int


@dataclass(frozen=True, slots=True)
class DecisionView:
    """One decision about this customer, with what it was made from and under which policy."""

    id: int
    what: str
    reason: str
    customers: tuple[UUID, ...]
    policy: int
    at: datetime
    inputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Undoable:
    """A verdict of staff that stands for this customer, and the number by which it is undone."""

    what: Literal["join", "split"]
    decision: int
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Why:
    """Why a customer is who it is: what holds each part in, what was refused and by which rule, what was decided."""

    customer: CustomerRef
    policy: int
    members: tuple[Member, ...]
    fragments: tuple[Fragment, ...]
    refused: tuple[Link, ...]
    decisions: tuple[DecisionView, ...]
    verdicts: tuple[Undoable, ...]


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in the queue. `left` and `right` are the customers now, after all that happened since it was opened."""

    id: int
    what: CaseKind
    reason: str
    left: UUID
    right: UUID
    score: float | None
    opened_at: datetime
    later_until: datetime | None


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of the queue, the cursor of the next one (None on the last), and how many cases of each kind wait."""

    cases: tuple[CaseRow, ...]
    next: str | None
    waiting: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line of two columns: what both sides say of a fact. `agreement`: same, different, one (only one says it)."""

    field: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    agreement: Agreement
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case, side by side. `weight` of a line is in bits for (+) or against (-) one person, where a model gave it."""

    case: CaseRow
    lines: tuple[Comparison, ...]
    evidence: Any
    verdict: str | None
    closed_by: str | None
    closed_at: datetime | None
