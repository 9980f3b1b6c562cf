"""The nouns of activity."""

from dataclasses import dataclass, field
from datetime import datetime
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
