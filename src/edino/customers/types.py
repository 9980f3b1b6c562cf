"""The nouns of identity."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

ACT: Final = 100
"""Strength of an act: a code confirmed, points spent. Nothing automatic is as strong; limits still hold."""

VERDICT: Final = 101
"""Strength of a staff member's verdict that two are one person: only a separation stands against it."""


class Identifier(NamedTuple):
    """A normalised value of a kind, such as ("phone", "+79161234567")."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Kind:
    """How identifiers of one kind join people.

    weight: 1..99, the stronger identifier wins; `personal`: names a person rather than a thing; `limit`: at most this
    many per customer; `partners`: a value claimed with more than this many different values of any one personal kind
    is shared and joins nobody; `access`: a confirmed value is a log-in; `switches`: a thing used by several people in
    turn (a device): it never joins two who contradict each other.
    """

    code: str
    weight: int
    personal: bool = True
    limit: int = 5
    partners: int = 4
    access: bool = False
    switches: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules in force: a version, the kinds, the size above which only verified claims join."""

    version: int
    kinds: Mapping[str, Kind]
    bound: int = 100

    def kind(self, code: str) -> Kind:
        """The kind of this code; unknown kinds are weak, impersonal and limited."""
        return self.kinds.get(code) or Kind(code, weight=30, personal=False, limit=20, partners=4)


_KINDS = (
    Kind("user_id", 90, limit=1, partners=6, access=True),
    Kind("crm", 85, limit=3),
    Kind("loyalty_card", 80, limit=1),
    Kind("phone", 70, limit=3, access=True),
    Kind("email", 60, limit=4, access=True),
    Kind("telegram", 55, limit=2),
    Kind("vk", 55, limit=2),
    Kind("viber", 55, limit=3),
    Kind("whatsapp", 55, limit=3),
    Kind("max", 55, limit=2),
    Kind("push_token", 25, personal=False, limit=50, partners=3, switches=True),
    Kind("device", 20, personal=False, limit=80, partners=3, switches=True),
)
FIRST_POLICY: Final = Policy(version=1, kinds={kind.code: kind for kind in _KINDS})


class Node(NamedTuple):
    """An identifier in the graph. `login`: a confirmed log-in; `shared`: has too many partners, joins nobody."""

    id: int
    kind: str
    value: str
    login: bool = False
    shared: bool = False


class Edge(NamedTuple):
    """Two identifiers claimed together, over all their claims: the strongest, whether verified, the first moment.

    `a` and `b` are node ids; `at` is a UNIX time in seconds; `event` the id of the first event that said so.
    """

    a: int
    b: int
    strength: int
    verified: bool
    at: float
    event: UUID


class ClaimRow(NamedTuple):
    """One stored claim, as the replay reads it: a month's worth of the same thing said by the same source."""

    a: int
    b: int
    strength: int
    verified: bool
    first_at: float
    last_at: float
    event: UUID


class Held(NamedTuple):
    """A thing (device) was with this component, named by its root node, from a moment on (UNIX seconds)."""

    node: int
    since: float
    root: int


class Refused(NamedTuple):
    """An edge that was not followed and the rule that forbade it, such as `limit:loyalty_card`."""

    edge: Edge
    reason: str


@dataclass(slots=True)
class Partition:
    """Who is with whom: node id → the smallest node id of its component; what was refused; who holds what."""

    root: dict[int, int]
    refused: list[Refused] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sighting:
    """Identifiers that one source saw together, strongest first, and which of them it had confirmed.

    `at`: when it happened (aware); `event`: the id of the event; `act`: somebody did something that binds them.
    """

    source_id: int
    trust: int
    identifiers: tuple[Identifier, ...]
    confirmed: frozenset[str]
    at: datetime
    event: UUID
    act: bool = False


@dataclass(frozen=True, slots=True)
class CustomerRef:
    """A customer: `id` inside, `uid` outside."""

    id: int
    uid: UUID
