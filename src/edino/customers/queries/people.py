"""Statements about who somebody is: what was said of them, and what the card shows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from edino.customers.types import CustomerRef, Identifier, Said, Steps
from edino.kernel import sql

_SQL = sql.statements("edino.customers", "people.sql")


class NewTrait(NamedTuple):
    """A field as a source said it; `value` is encoded JSON."""

    profile_id: int
    field: str
    value: str
    verified: bool
    at: datetime
    event: str


def learn(rows: Sequence[NewTrait]) -> list[tuple[int, str, bool, bool]]:
    """Keep what is newer. (profile, field, was it known, did it change) of each row that was."""
    profiles, fields, values, verified, ats, events = map(list, zip(*rows, strict=True))
    params = {"profiles": profiles, "fields": fields, "values": values}
    return sql.tuples(_SQL["learn"], {**params, "verified": verified, "ats": ats, "events": events})


def forget_words(fields: Sequence[tuple[int, str]]) -> None:
    """Drop the search words of (profile, field) pairs."""
    sql.execute(_SQL["forget_words"], {"profiles": [f[0] for f in fields], "fields": [f[1] for f in fields]})


def add_words(rows: Sequence[tuple[int, str, str]]) -> None:
    """(profile, field, word) rows."""
    profiles, fields, words = map(list, zip(*rows, strict=True))
    sql.execute(_SQL["add_words"], {"profiles": profiles, "fields": fields, "words": words})


def whose(uid: UUID) -> CustomerRef | None:
    """The customer that a uid means now."""
    return sql.row(_SQL["whose"], {"uid": uid}, CustomerRef)


def known_as(item: Identifier) -> CustomerRef | None:
    """The customer of an identifier."""
    return sql.row(_SQL["known_as"], {"kind": item.kind, "value": item.value}, CustomerRef)


class CustomerHead(NamedTuple):
    """A customer's own row."""

    id: int
    uid: UUID
    epoch: int
    born_at: datetime
    erased: bool


def customers_by_id(ids: Sequence[int]) -> dict[int, CustomerHead]:
    """Customers by id."""
    return {row[0]: CustomerHead(*row) for row in sql.tuples(_SQL["customers_by_id"], {"ids": list(ids)})}


class HeldProfile(NamedTuple):
    """A profile of a customer, for a span of time or (None, None) for ever."""

    id: int
    source_id: int
    identifier_ids: list[int]
    first_at: datetime
    since: datetime | None
    until: datetime | None


def holdings(customer: int) -> list[HeldProfile]:
    """The profiles of a customer."""
    return [HeldProfile(*row) for row in sql.tuples(_SQL["holdings"], {"customer": customer})]


class OwnIdentifier(NamedTuple):
    """An identifier as the card shows it; `customer_id` differs for those that are shared or borrowed."""

    id: int
    kind: str
    value: str
    login: bool
    shared: bool
    created_at: datetime
    customer_id: int
    lent: bool


def identifiers_of(customer: int, seen: Sequence[int]) -> list[OwnIdentifier]:
    """The identifiers of a customer, and of those seen on his profiles the shared and borrowed ones."""
    found = sql.tuples(_SQL["identifiers_of"], {"customer": customer, "seen": list(seen)})
    return [OwnIdentifier(*row) for row in found]


def traits_of(profiles: Sequence[HeldProfile]) -> list[tuple[str, Said]]:
    """(field, what was said) on these profiles."""
    params = {
        "profiles": [profile.id for profile in profiles],
        "sinces": [profile.since for profile in profiles],
        "untils": [profile.until for profile in profiles],
    }
    return [(row[0], Said(*row[1:])) for row in sql.tuples(_SQL["traits_of"], params)]


def field_rules() -> dict[str, str]:
    """Field → strategy, as the retailer declared."""
    return dict(sql.tuples(_SQL["field_rules"]))


def take_steps(steps: Mapping[int, Steps]) -> None:
    """Note the last steps of profiles."""
    rows = list(steps.values())
    names = ("seen_at", "browsed_at", "chose_at", "paying_at", "ordered_at", "received_at", "cancelled_at")
    arrays: dict[str, list[datetime | None]] = {name: [getattr(row, name) for row in rows] for name in names}
    sql.execute(_SQL["take_steps"], {"profiles": list(steps), **arrays})


def steps_of(profiles: Sequence[int]) -> dict[int, Steps]:
    """The last steps on profiles."""
    found = sql.tuples(_SQL["steps_of"], {"profiles": list(profiles)})
    return {row[0]: Steps(None, *row[1:]) for row in found}


def uids(ids: Sequence[int]) -> dict[int, UUID]:
    """Customer → uid."""
    return dict(sql.tuples(_SQL["uids"], {"ids": list(ids)}))


def anchored_on(identifiers: Sequence[int]) -> set[int]:
    """The profiles that stand on these identifiers."""
    return {id_ for (id_,) in sql.tuples(_SQL["anchored_on"], {"identifiers": list(identifiers)})}


def home_of(profile: int) -> CustomerRef:
    """The customer of a profile that exists."""
    found = sql.row(_SQL["home_of"], {"profile": profile}, CustomerRef)
    if found is None:
        raise LookupError(profile)
    return found
