"""Which value of a field survives when sources differ. docs/algorithms/survivorship.md is the specification."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from edino.customers.types import FieldView, Said

DEFAULT: Final = "most_recent"
DEFAULTS: Final[Mapping[str, str]] = {
    "first_name": "verified_first",
    "last_name": "verified_first",
    "middle_name": "verified_first",
    "name": "verified_first",
    "birthday": "verified_first",
    "gender": "source_priority",
    "city": "most_recent",
    "address": "most_recent",
    "company": "longest",
    "language": "most_frequent",
    "created_at": "first_seen",
    "tags": "union",
}
"""Field → strategy, where the retailer has declared nothing else."""

Trust = Mapping[int, int]
"""Source → how far it is trusted, 0..100; one that is not here counts as 0."""

Order = Callable[[Said, Trust], tuple[Any, ...]]


def text(value: Any) -> str:
    """A value as the text that compares and breaks ties: JSON with sorted members."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _recent(said: Said, _trust: Trust) -> tuple[Any, ...]:
    return (said.at,)


def _first(said: Said, _trust: Trust) -> tuple[Any, ...]:
    return (-said.at.timestamp(),)


def _trusted(said: Said, trust: Trust) -> tuple[Any, ...]:
    return (trust.get(said.source_id, 0), said.at)


def _verified(said: Said, trust: Trust) -> tuple[Any, ...]:
    return (said.verified, trust.get(said.source_id, 0), said.at)


def _frequent(said: Said, trust: Trust) -> tuple[Any, ...]:
    return (said.profiles, said.at, trust.get(said.source_id, 0))


def _longest(said: Said, trust: Trust) -> tuple[Any, ...]:
    return (len(text(said.value)), said.at, trust.get(said.source_id, 0))


_ORDERS: Final[Mapping[str, Order]] = {
    "most_recent": _recent,
    "first_seen": _first,
    "source_priority": _trusted,
    "verified_first": _verified,
    "most_frequent": _frequent,
    "longest": _longest,
}
STRATEGIES: Final = (*_ORDERS, "union")
_BY_EACH: Final = {"first_seen"}
"""Strategies that look at the first moment a value was said; the others at the last."""


def survive(name: str, said: Iterable[Said], strategy: str, trust: Trust) -> FieldView | None:
    """The view of one field over what all profiles of a customer say; None when everything said is null or empty.

    The result depends on the set of what was said, never on its order: ties end with source and value.
    """
    given = [one for one in said if one.value not in (None, "", [], {})]
    if not given:
        return None
    if strategy == "union":
        return _union(name, given)
    order = _ORDERS.get(strategy, _recent)
    values = _by_value(given, order, trust, earliest=strategy in _BY_EACH)
    ranked = sorted(values, key=lambda one: (order(one, trust), -one.source_id, text(one.value)), reverse=True)
    return FieldView(name, ranked[0].value, strategy if strategy in _ORDERS else DEFAULT, ranked[0], tuple(ranked[1:]))


def project(rows: Iterable[tuple[str, Said]], declared: Mapping[str, str], trust: Trust) -> tuple[FieldView, ...]:
    """Every field of a customer, in the order of their names, by the strategies declared or by default."""
    fields: dict[str, list[Said]] = {}
    for name, said in rows:
        fields.setdefault(name, []).append(said)
    strategies = {**DEFAULTS, **declared}
    views = (survive(name, said, strategies.get(name, DEFAULT), trust) for name, said in sorted(fields.items()))
    return tuple(view for view in views if view is not None)


def full_name(values: Mapping[str, Any]) -> str:
    """How to call somebody: first and last name, or the whole name as given; "" when nobody said."""
    parts = [values.get("first_name"), values.get("last_name")]
    named = " ".join(part for part in parts if isinstance(part, str) and part)
    whole = values.get("name")
    return named or (whole if isinstance(whole, str) else "")


def _by_value(given: Sequence[Said], order: Order, trust: Trust, *, earliest: bool) -> list[Said]:
    """Profiles that say the same thing count as one voice: the best of them, with their number."""
    groups: dict[str, list[Said]] = {}
    for one in given:
        groups.setdefault(text(one.value), []).append(one)
    best = []
    for same in groups.values():
        top = max(same, key=lambda one: (order(one, trust), -one.source_id, one.at, one.verified))
        at: datetime = min(one.at for one in same) if earliest else top.at
        best.append(Said(top.value, top.source_id, at, top.verified, len(same)))
    return best


def _union(name: str, given: Sequence[Said]) -> FieldView:
    items: dict[str, Any] = {}
    for one in given:
        for item in one.value if isinstance(one.value, list) else [one.value]:
            items.setdefault(text(item), item)
    latest = max(given, key=lambda one: (one.at, -one.source_id, text(one.value)))
    merged = [items[key] for key in sorted(items)]
    profiles = len(given)
    said = Said(merged, latest.source_id, latest.at, all(one.verified for one in given), profiles)
    return FieldView(name, merged, "union", said)
