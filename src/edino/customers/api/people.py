"""People: what is learned of them, and the card that puts it together."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from edino.channels.types import Source
from edino.customers.queries import people as queries
from edino.customers.queries.people import NewTrait
from edino.customers.rules import words

LARGEST_VALUE: Final = 4096
LONGEST_FIELD: Final = 100

Traits = Iterable[tuple[int, datetime, UUID, Mapping[str, Any]]]
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
            if known is None or (at, event) > (known.at, known.event):
                newest[profile, name] = NewTrait(profile, name, encoded, name in source.confirms, at, event)
    if newest:
        _find_by_words(queries.learn(list(newest.values())), newest)


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
