"""People: what is learned of them, and who is meant by identifiers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from edino.channels.types import Source
from edino.customers import queries as identity
from edino.customers.api.newcomers import newcomer
from edino.customers.api.policies import current_policy, usable
from edino.customers.api.resolving import resolve
from edino.customers.errors import NobodyGiven, NoSuchCustomer, NotConfirmed
from edino.customers.queries import people as queries
from edino.customers.queries.people import NewTrait
from edino.customers.rules import words
from edino.customers.rules.values import Unusable
from edino.customers.types import AHEAD, EARLIEST, CustomerRef, Identified, Identifier, Sighting
from edino.kernel import clock, ids, log
from edino.kernel.errors import FieldError, Invalid

LARGEST_VALUE: Final = 4096
MOST_IDENTIFIERS: Final = 12
LONGEST_FIELD: Final = 100

Traits = Iterable[tuple[int, datetime, UUID | str, Mapping[str, Any]]]
"""(profile, when it was said, the id of the event that said it, field → value)."""

_encode = msgspec.json.Encoder().encode


def learn(*, source: Source, traits: Traits) -> None:
    """Keep what a source said of profiles, in the caller's transaction.

    Per profile and field the newest by (moment, event) stays, whatever the order of arrival; null takes a field back.
    A value above 4 KB of JSON, or that no database text can hold, is passed over.
    """
    newest: dict[tuple[int, str], NewTrait] = {}
    for profile, at, event, given in traits:
        for name, value in _flat(given):
            encoded = _encoded(name, value)
            if encoded is None:
                continue
            known = newest.get((profile, name))
            if known is None or (at, str(event)) > (known.at, known.event):
                newest[profile, name] = NewTrait(profile, name, encoded, name in source.confirms, at, str(event))
    if newest:
        _find_by_words(queries.learn(list(newest.values())), newest)


def identify(
    *,
    source: Source,
    identifiers: Sequence[tuple[str, str]],
    traits: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    act: bool = False,
) -> Identified:
    """Say that these (kind, given value) identifiers are one person's; whose they are now.

    In the caller's transaction; may raise `TryAgain`, so call it under `transactions.retried`. `act` claims that the
    person did something that binds them, and is believed only of identifiers this source has itself confirmed
    (`NotConfirmed`). `Invalid` names identifiers that cannot be, `NobodyGiven` says that all of them are nobody's.
    """
    items = _usable(identifiers)
    now = clock.now()
    at = at or now
    if not EARLIEST <= at <= now + AHEAD:
        raise Invalid.field("at", "out_of_range", "The time lies before 2000 or more than a day ahead.")
    confirmed = frozenset(item.kind for item in items if item.kind in source.confirms)
    if act and any(item.kind not in confirmed for item in items):
        raise NotConfirmed(fields=[FieldError("act", "not_confirmed", NotConfirmed.__doc__ or "")])
    before = {known.customer_id for known in identity.identifiers(items).values()}
    event = ids.uuid7()
    sighting = Sighting(source.id, source.trust, items, confirmed, at, event, act)
    new = None if before else newcomer(sighting)
    profile = new[0] if new else resolve([sighting])[0]
    if traits:
        learn(source=source, traits=[(profile, at, event, traits)])
    fields = sorted(name for name in traits or {} if 0 < len(name) <= LONGEST_FIELD and name.isprintable())
    body = {"call": "identify", "fields": fields}
    log.append([log.Fact("identify", "behaviour", at, body, profile, source.id, event)])
    home = new[1] if new else queries.home_of(profile)
    absorbed = {customer for customer in before if customer != home.id}
    if absorbed:
        absorbed -= {known.customer_id for known in identity.identifiers(items).values()}
    joined = tuple(sorted(queries.uids(sorted(absorbed)).values())) if absorbed else ()
    return Identified(home.uid, profile, not before, joined, home.id)


def lookup(*, kind: str, value: str) -> CustomerRef:
    """The customer of an identifier in any usual writing; `NoSuchCustomer` when nobody has it."""
    found = queries.known_as(_usable([(kind, value)])[0])
    if found is None:
        raise NoSuchCustomer
    return found


def _usable(given: Sequence[tuple[str, str]]) -> tuple[Identifier, ...]:
    """Normalised, each once, the strongest first."""
    policy = current_policy()
    found: dict[Identifier, None] = {}
    wrong: list[FieldError] = []
    if not 0 < len(given) <= MOST_IDENTIFIERS:
        message = f"Give one to {MOST_IDENTIFIERS} identifiers."
        raise Invalid.field("identifiers", "number", message)
    for place, (kind, value) in enumerate(given):
        if kind not in policy.kinds:
            wrong.append(FieldError(f"identifiers[{place}].kind", "unknown", "There is no such kind of identifier."))
            continue
        try:
            item = usable(kind, value)
        except Unusable as error:
            message = f"This is not one of its kind: {error}."
            wrong.append(FieldError(f"identifiers[{place}].value", "unusable", message))
            continue
        if item is not None:
            found[item] = None
    if wrong:
        raise Invalid(fields=wrong)
    if not found:
        raise NobodyGiven(fields=[FieldError("identifiers", "nobody", NobodyGiven.__doc__ or "")])
    return tuple(sorted(found, key=lambda item: -policy.kind(item.kind).weight))


def _flat(given: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    address = given.get("address")
    if isinstance(address, dict) and isinstance(address.get("city"), str) and "city" not in given:
        yield "city", address["city"]
    for name, value in given.items():
        yield words.field_name(name), value


def _encoded(name: str, value: Any) -> str | None:
    if not 0 < len(name) <= LONGEST_FIELD or not name.isprintable():
        return None
    try:
        encoded = _encode(value)
        text = encoded.decode()
    except (TypeError, ValueError, RecursionError):
        return None
    return None if len(encoded) > LARGEST_VALUE or "\\u0000" in text else text


def _find_by_words(kept: list[tuple[int, str, bool, bool]], newest: Mapping[tuple[int, str], NewTrait]) -> None:
    changed = [(profile, field, known) for profile, field, known, new in kept if new and field in words.SEARCHED]
    stale = [(profile, field) for profile, field, known in changed if known]
    if stale:
        queries.forget_words(stale)
    rows = [
        (profile, field, word)
        for profile, field, _ in changed
        for word in words.words(msgspec.json.decode(newest[profile, field].value))
    ]
    if rows:
        queries.add_words(rows)
