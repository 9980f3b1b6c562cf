"""The nouns of shoppers' own log-in."""

from dataclasses import dataclass
from datetime import datetime

from edino.customers.types import CustomerRef, FieldView, Holding, Identifier, IdentifierView, Permission


@dataclass(frozen=True, slots=True)
class Shopper:
    """Whoever proved a contact in this browser.

    `contact` is what was proved, `identifier_id` its number, `profile_id` the profile on which what is done from now
    on is kept, `customer` whose the contact is at this moment.
    """

    contact: Identifier
    identifier_id: int
    profile_id: int
    customer: CustomerRef
    until: datetime


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A log-in that succeeded: the secret that the browser keeps, readable this once, and who it is."""

    token: str
    shopper: Shopper


@dataclass(frozen=True, slots=True)
class Own:
    """What a shopper may see of what is known: only what stands with something he has proved, unmasked.

    `identifiers` are contacts, cards and log-ins that stand with something proved, `proved` the numbers of those that
    were proved themselves; `holdings` the profiles whose facts (orders, returns) are his to see; `permissions` those
    of the proved contact points.
    """

    name: str
    fields: tuple[FieldView, ...]
    identifiers: tuple[IdentifierView, ...]
    proved: frozenset[int]
    permissions: tuple[Permission, ...]
    holdings: tuple[Holding, ...]

    def values(self, kind: str) -> tuple[str, ...]:
        """The proved values of a kind."""
        return tuple(one.value or "" for one in self.identifiers if one.kind == kind and one.id in self.proved)

    def known(self, kind: str) -> str:
        """A value of a kind to begin with, a proved one if there is any."""
        return next(iter((*self.values(kind), *(one.value or "" for one in self.identifiers if one.kind == kind))), "")
