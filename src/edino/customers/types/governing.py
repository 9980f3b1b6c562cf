"""The nouns of rules that people change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from edino.customers.types import Policy


class Move(NamedTuple):
    """An identifier that goes, or went, from one customer to another; all are numbers."""

    identifier: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Example:
    """One thing that would happen: customers that join, or one that splits into `parts`; identifiers masked."""

    what: Literal["join", "split"]
    customers: tuple[UUID, ...]
    parts: int
    identifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a version of the rules would do, or did.

    `joined`: customers that come to be one with another; `split`: customers that fall apart; `moved`: identifiers that
    change hands; `shared` and `freed`: values that begin or cease to join nobody; `impacts`: what other domains say of
    it, by name; `examined`: identifiers that were looked at closely.
    """

    version: int
    joined: int
    split: int
    moved: int
    shared: int
    freed: int
    examined: int
    impacts: Mapping[str, int]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A version of the rules. `in_force`: the newest activated one."""

    policy: Policy
    by: str
    made_at: datetime | None
    activated_at: datetime | None
    in_force: bool


@dataclass(frozen=True, slots=True)
class BlockedValue:
    """A value nobody can be known by; `pattern` is a regular expression that must match all of it, kind "*" is any."""

    id: int
    kind: str
    pattern: str
    reason: str
    at: datetime
