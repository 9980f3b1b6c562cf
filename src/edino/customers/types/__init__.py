"""The nouns of identity."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

import msgspec

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
    """One stored claim, as the replay reads it: a month's worth of the same thing said by the same source.

    `strength` is what the claim adds to the weight of its kinds (0..5), or ACT, or VERDICT.
    """

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
    """Who is with whom: node id → the smallest node id of its component; what was refused; who holds what.

    `taken` are the edges that joined two components, a spanning forest of the customers.
    """

    root: dict[int, int]
    refused: list[Refused] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    taken: list[Edge] = field(default_factory=list)


class Sighting(msgspec.Struct, frozen=True, gc=False):
    """Identifiers that one source saw together, strongest first, and which of them it had confirmed.

    `at`: when it happened (aware); `event`: the id of the event, or its text; `act`: somebody did something that
    binds them.
    """

    source_id: int
    trust: int
    identifiers: tuple[Identifier, ...]
    confirmed: frozenset[str]
    at: datetime
    event: UUID | str
    act: bool = False


@dataclass(frozen=True, slots=True)
class CustomerRef:
    """A customer: `id` inside, `uid` outside."""

    id: int
    uid: UUID


# People: what is known of a customer, and what may be done with it.

CONTACT_KINDS: Final = ("phone", "email", "push_token", "web_push", "telegram", "vk", "viber", "whatsapp", "max")
"""The kinds a message can be sent to: permission belongs to each such contact point."""

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD: Final = timedelta(hours=24)
"""What is said to have happened before the one, or later than the other from now, is a clock gone wrong."""

REACHED_BY: Final = MappingProxyType(
    {
        "mobile_push": "push_token",
        "web_push": "web_push",
        "email": "email",
        "telegram": "telegram",
        "vk": "vk",
        "max": "max",
        "viber": "viber",
        "whatsapp": "whatsapp",
        "sms": "phone",
        "call_centre": "phone",
    }
)
"""Channel → the kind of contact point through which it reaches somebody, the cheap ones first."""

ERASED: Final = "erased"
"""The kind an identifier has after its value was erased."""

State = Literal["granted", "refused", "withdrawn"]
StageCode = Literal["new", "browsing", "choosing", "buying", "waiting", "owner", "choosing_again", "lapsing", "lost"]


@dataclass(frozen=True, slots=True)
class Consent:
    """A statement about one contact point, as whoever took it tells it.

    `brand` "" stands for all. `verified`: said by who had just proved that the point is theirs. `proof`: how it was
    given (form, version of the text, keyed hash of the address, event id), JSON without personal data.
    """

    identifier: Identifier
    purpose: str
    state: State
    at: datetime
    brand: str = ""
    verified: bool = False
    proof: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statement:
    """A recorded statement as the rules of permission read it.

    `verified`: made by the proven owner of the point; a refusal counts so at any confirmed log-in.
    """

    point: int
    purpose: str
    brand: str
    state: State
    at: datetime
    verified: bool
    key: UUID


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a contact point may be used for. `silent_allows`: as long as nobody refused."""

    code: str
    name_en: str
    name_ru: str
    silent_allows: bool


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether a contact point may be used for a purpose in the name of a brand, and why.

    `why`: own (its own statement), bound (a refusal at another point of the customer, `by_point`), silent, unverified
    (a grant came after a refusal, from nobody who had proved the point theirs). `since`: when that was stated.
    """

    point: int
    kind: str
    masked: str
    purpose: str
    brand: str
    allowed: bool
    state: Literal["granted", "refused", "silent"]
    why: Literal["own", "bound", "silent", "unverified"]
    since: datetime | None = None
    by_point: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One value of a field: who says so, when last, whether verified, on how many profiles."""

    value: Any
    source_id: int
    at: datetime
    verified: bool
    profiles: int = 1


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field of the customer: the value that survived, by which strategy, from whom; and what others say."""

    name: str
    value: Any
    strategy: str
    said: Said
    others: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class IdentifierView:
    """An identifier of a customer. `value` is None unless the reader may see it.

    `verified`: a confirmed log-in; `shared`: has too many partners, joins nobody; `lent`: a device that was with
    several customers in turn; `source_ids`: who saw it.
    """

    id: int
    kind: str
    masked: str
    value: str | None
    verified: bool
    shared: bool
    lent: bool
    since: datetime
    source_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PreferenceView:
    """What somebody likes at a contact point: `name` such as channel, frequency, topic:running."""

    point: int
    kind: str
    masked: str
    name: str
    value: Any
    at: datetime


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether a channel reaches the customer with advertising; if not, why: no_point, shared, silent, refused."""

    channel: str
    kind: str
    allowed: bool
    why: Literal["", "no_point", "shared", "silent", "refused"]
    points: int


@dataclass(frozen=True, slots=True)
class Steps:
    """The last moment of each kind of step towards buying and owning; None: never."""

    first_at: datetime | None = None
    seen_at: datetime | None = None
    browsed_at: datetime | None = None
    chose_at: datetime | None = None
    paying_at: datetime | None = None
    ordered_at: datetime | None = None
    received_at: datetime | None = None
    cancelled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StageView:
    """Where in the life of a customer somebody stands, and since when."""

    code: StageCode
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Holding:
    """Facts of a profile that happened from `since` until before `until` belong to the customer asked for."""

    profile_id: int
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """A customer as the card shows it. Without the right to see personal data, names and values are masked."""

    id: int
    uid: UUID
    epoch: int
    revealed: bool
    name: str
    since: datetime
    seen_at: datetime | None
    erased: bool
    fields: tuple[FieldView, ...]
    identifiers: tuple[IdentifierView, ...]
    permissions: tuple[Permission, ...]
    preferences: tuple[PreferenceView, ...]
    stage: StageView
    reach: tuple[Reach, ...]
    holdings: tuple[Holding, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A small card in the results of a search. `by`: what the words were found in."""

    uid: UUID
    name: str
    contacts: tuple[str, ...]
    seen_at: datetime | None
    by: Literal["uid", "identifier", "tail", "name"]


@dataclass(frozen=True, slots=True)
class Identified:
    """What became of given identifiers: whose they are, whether nobody knew any of them, who was joined."""

    uid: UUID
    profile_id: int
    created: bool
    joined: tuple[UUID, ...]
    customer_id: int


Exporter = Callable[[Sequence[Holding]], Any]
"""What a domain offers in `registry.exporters`: its JSON about the owner of these holdings."""

Eraser = Callable[[Sequence[Holding]], None]
"""What a domain offers in `registry.erasers`: takes personal data of these holdings away, in the open transaction."""
