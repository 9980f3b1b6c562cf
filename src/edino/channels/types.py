"""What crosses the door of channels."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Scope(StrEnum):
    """What a key may be used for."""

    EVENTS_WRITE = "events:write"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    CUSTOMERS_PERSONAL = "customers:personal"
    IMPORTS_WRITE = "imports:write"
    EXPORTS_READ = "exports:read"
    CATALOGUE_READ = "catalogue:read"
    CATALOGUE_WRITE = "catalogue:write"
    PRICES_WRITE = "prices:write"
    PROMOTIONS_WRITE = "promotions:write"
    STOCK_READ = "stock:read"
    STOCK_WRITE = "stock:write"
    CARTS_WRITE = "carts:write"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    DELIVERIES_WRITE = "deliveries:write"
    RECEIPTS_WRITE = "receipts:write"
    RETURNS_WRITE = "returns:write"
    EXCHANGE = "exchange"
    ADMIN = "admin"


class Ability(StrEnum):
    """What can be done in a channel."""

    SELL = "sell"
    MESSAGE = "message"
    TALK = "talk"
    PHYSICAL = "physical"
    SELF_SERVICE = "self_service"
    DELIVER = "deliver"
    EXCHANGE = "exchange"


@dataclass(frozen=True, slots=True)
class Channel:
    """A kind of place where a retailer meets shoppers. `usual_trust` and `usual_confirms` start a new source of it."""

    code: str
    name_en: str
    name_ru: str
    kind: str
    abilities: frozenset[str]
    usual_trust: int
    usual_confirms: frozenset[str]

    def name(self, language: str) -> str:
        """The name in the language asked for; English for any language but Russian."""
        return self.name_ru if language.startswith("ru") else self.name_en

    def can(self, ability: str) -> bool:
        """Whether the channel has an ability."""
        return ability in self.abilities


@dataclass(frozen=True, slots=True)
class Source:
    """A system that sends, as its key presents it.

    `trust` 0–100 ranks sources where facts disagree; `confirms` are identifier kinds that this source has itself
    verified; `rate_limit` is events per second and process, 0 for none. `scopes` and `key_id` belong to the key that
    was shown, and are empty for a source looked up without one.
    """

    id: int
    name: str
    channel: str
    brand: str
    trust: int
    confirms: frozenset[str]
    scopes: frozenset[str]
    rate_limit: int
    key_id: int | None
    time_zone: str = "UTC"

    def may(self, scope: str) -> bool:
        """Whether the key has a scope; `admin` has them all."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


@dataclass(frozen=True, slots=True)
class SourceListing:
    """A source in the list of sources."""

    id: int
    name: str
    channel: str
    channel_name_en: str
    channel_name_ru: str
    brand: str
    trust: int
    confirms: list[str]
    rate_limit: int
    time_zone: str
    is_active: bool
    keys: int
    last_used_on: date | None


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How a source is doing, told by whoever takes its events in."""

    last_seen_at: datetime | None
    accepted_today: int = 0
    rejected_today: int = 0


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A page another domain has about a source: its words, the name of its address (with `number`), who may open it."""

    label: Any
    url_name: str
    operation: str
    icon: str = "activity"


@dataclass(frozen=True, slots=True)
class KeyListing:
    """A key as it can be shown after its creation: never the secret."""

    id: int
    prefix: str
    scopes: list[str]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_on: date | None


@dataclass(frozen=True, slots=True)
class Brand:
    """Who speaks to the shopper."""

    code: str
    name: str
    sender_name: str
    sender_email: str


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key in force with its source, as the check of a key reads it."""

    key_id: int
    hash: bytes
    scopes: list[str]
    last_used_on: date | None
    expires_at: datetime | None
    id: int
    name: str
    channel: str
    brand: str
    trust: int
    confirms: list[str]
    rate_limit: int
    time_zone: str

    def source(self) -> Source:
        """The source that shows this key."""
        return Source(
            id=self.id,
            name=self.name,
            channel=self.channel,
            brand=self.brand,
            trust=self.trust,
            confirms=frozenset(self.confirms),
            scopes=frozenset(self.scopes),
            rate_limit=self.rate_limit,
            key_id=self.key_id,
            time_zone=self.time_zone,
        )
