"""Finding people by whatever is at hand: any identifier, the last digits, a part of a name in either alphabet."""

import re
from collections.abc import Sequence
from typing import Final, Literal
from uuid import UUID

from edino.customers.api import reference
from edino.customers.queries import people
from edino.customers.queries import searching as queries
from edino.customers.rules import masking, survivorship, values, words
from edino.customers.types import Found, Identifier, Said

LONGEST: Final = 200
MOST: Final = 50
_DIGITS: Final = re.compile(r"[\d\s()\-–—]+")
_EXACT_KINDS: Final = ("phone", "email", "loyalty_card")
By = Literal["uid", "identifier", "tail", "name"]


def search(*, text: str, reveal: bool = False, limit: int = 20) -> list[Found]:
    """Small cards of who is meant by a text, best reason first; masked unless `reveal` (which the caller audits).

    A uid, any identifier in any usual writing, four or more last digits of a telephone or card, the beginnings of the
    words of a name or city in Latin or Cyrillic. An exact identifier ends the search.
    """
    text = text.strip()[:LONGEST]
    size = min(max(limit, 1), MOST)
    if len(text) < 2 or "\x00" in text:
        return []
    found: dict[int, By] = {}
    uid = _uid(text)
    whose = people.whose(uid) if uid else None
    if whose:
        found[whose.id] = "uid"
    if not found:
        found.update((id_, "identifier") for id_ in queries.by_value(_exact(text), size))
    if not found:
        digits = re.sub(r"\D", "", text)
        if _DIGITS.fullmatch(text) and 4 <= len(digits) <= 12:
            found.update((id_, "tail") for id_ in queries.by_tail(digits, size))
        prefixes = words.words(text)
        if prefixes and max(map(len, prefixes)) > 1:
            for id_ in queries.by_words(prefixes, size):
                found.setdefault(id_, "name")
    return cards(dict(list(found.items())[:size]), reveal=reveal)


def cards(found: dict[int, By], *, reveal: bool) -> list[Found]:
    """The small cards of customers, in the order given."""
    if not found:
        return []
    ids = list(found)
    uids, names = people.uids(ids), queries.names(ids)
    contacts, seen = queries.contacts(ids), queries.last_seen(ids)
    return [
        Found(
            uids[id_],
            _name(names.get(id_, []), reveal=reveal),
            tuple(value if reveal else masking.mask(kind, value) for kind, value in contacts.get(id_, [])[:3]),
            seen.get(id_),
            by,
        )
        for id_, by in found.items()
        if id_ in uids
    ]


def _name(said: Sequence[tuple[str, Said]], *, reveal: bool) -> str:
    fields = survivorship.project(said, reference.field_rules(), reference.trust())
    name = survivorship.full_name({field.name: field.value for field in fields})
    return name if reveal else masking.mask_name(name)


def _uid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _exact(text: str) -> list[str]:
    """Every stored form that this text may mean."""
    forms = {text: None, text.lower(): None}
    for kind in _EXACT_KINDS:
        try:
            item: Identifier = values.normalise(kind, text)
        except values.Unusable:
            continue
        forms[item.value] = None
    return list(forms)
