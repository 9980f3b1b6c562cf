"""Identity's statements, one typed function each."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from edino.customers.types import ClaimRow, Identifier, Node
from edino.kernel import sql

_SQL = sql.statements("edino.customers", "identity.sql")


class Known(msgspec.Struct, frozen=True, gc=False):
    """A stored identifier with what is kept of its customer."""

    id: int
    kind: str
    value: str
    login: bool
    shared: bool
    customer_id: int
    size: int
    kinds: dict[str, int]
    customer_login: bool
    separated: bool
    epoch: int


class KnownProfile(msgspec.Struct, frozen=True, gc=False):
    """A stored profile: months claimed, first moment in UNIX seconds."""

    id: int
    months: frozenset[int]
    first_at: float


def profiles(
    keys: Sequence[str], months: Iterable[int], first: datetime
) -> tuple[dict[str, int], dict[str, KnownProfile]]:
    """The ids of stored profiles by key; and all about those that were not seen in each of these months, or not
    as early.
    """
    found = sql.tuples(_SQL["profiles"], {"keys": sql.uuids(keys), "months": list(months), "first": first})
    doubtful = [row for row in found if row[2] is not None]
    known = {keys[place]: KnownProfile(id_, frozenset(months), at) for place, id_, months, at in doubtful}
    return {keys[row[0]]: row[1] for row in found}, known


def profiles_by_key(keys: Sequence[str]) -> dict[str, KnownProfile]:
    """Stored profiles by key."""
    found = sql.tuples(_SQL["profiles_by_key"], {"keys": sql.uuids(keys)})
    return {key: KnownProfile(id_, frozenset(months), first) for key, id_, months, first in found}


def identifiers(values: Sequence[Identifier]) -> dict[Identifier, Known]:
    """Stored identifiers by value."""
    params = {"kinds": [item.kind for item in values], "values": [item.value for item in values]}
    found = (Known(*row) for row in sql.tuples(_SQL["identifiers_by_value"], params))
    return {Identifier(known.kind, known.value): known for known in found}


def lock_customers(ids: Iterable[int]) -> dict[int, int]:
    """Lock customers in order; id → epoch."""
    return dict(sql.tuples(_SQL["lock_customers"], {"ids": sorted(ids)}))


def rely_on_customers(ids: Iterable[int]) -> dict[int, int]:
    """Lock customers against change, beside others who do the same; id → epoch."""
    return dict(sql.tuples(_SQL["rely_on_customers"], {"ids": sorted(ids)}))


def customers_of(ids: Iterable[int]) -> dict[int, int]:
    """Identifier id → customer id."""
    return dict(sql.tuples(_SQL["customers_of"], {"ids": list(ids)}))


BLOCK: Final = 32
"""What the sequences of identifiers and profiles count by: one call of them yields so many ids."""


def reserve(identifiers: int, profiles: int) -> tuple[list[int], list[int]]:
    """At least so many ids for identifiers and profiles about to be made."""
    params = {"identifiers": -(-identifiers // BLOCK), "profiles": -(-profiles // BLOCK)}
    ((ones, others),) = sql.tuples(_SQL["reserve"], params)
    return _unrolled(ones), _unrolled(others)


def _unrolled(starts: list[int] | None) -> list[int]:
    return [id_ for start in starts or () for id_ in range(start, start + BLOCK)]


def add_identifiers(rows: Sequence[tuple[int, Identifier, int, bool]]) -> None:
    """(id, identifier, customer id, login) rows; `IntegrityError` when somebody else was first."""
    params = {
        "ids": [row[0] for row in rows],
        "kinds": [row[1].kind for row in rows],
        "values": [row[1].value for row in rows],
        "customers": [row[2] for row in rows],
        "logins": [row[3] for row in rows],
    }
    sql.execute(_SQL["add_identifiers"], params)


def add_customers(rows: Sequence[tuple[int, int, dict[str, int], bool]]) -> None:
    """(id, size, kinds, login) rows of customers that are new."""
    sql.execute(_SQL["add_customers"], _customer_arrays(rows))


def set_customers(rows: Sequence[tuple[int, int, dict[str, int], bool]]) -> None:
    """(id, size, kinds, login) of locked customers that grew."""
    sql.execute(_SQL["set_customers"], _customer_arrays(rows))


def _customer_arrays(rows: Sequence[tuple[int, int, dict[str, int], bool]]) -> dict[str, list[Any]]:
    return {
        "ids": [row[0] for row in rows],
        "sizes": [row[1] for row in rows],
        "kinds": [msgspec.json.encode(row[2]).decode() for row in rows],
        "logins": [row[3] for row in rows],
    }


class NewProfile(msgspec.Struct, frozen=True, gc=False):
    """A profile about to be stored; identifiers strongest first."""

    id: int
    key: str
    source_id: int
    identifier_ids: tuple[int, ...]
    anchor_id: int
    month: int
    first_at: float


def add_profiles(rows: Sequence[NewProfile]) -> int:
    """Store profiles; how many were new."""
    params = {
        "ids": [row.id for row in rows],
        "keys": sql.uuids([row.key for row in rows]),
        "sources": [row.source_id for row in rows],
        "identifier_ids": [",".join(map(str, row.identifier_ids)) for row in rows],
        "anchors": [row.anchor_id for row in rows],
        "months": [row.month for row in rows],
        "firsts": [row.first_at for row in rows],
    }
    return sql.execute(_SQL["add_profiles"], params)


def extend_profiles(rows: Sequence[tuple[int, int, float]]) -> None:
    """(profile id, month, first moment) of sightings beyond what the profiles knew."""
    params = {"ids": [r[0] for r in rows], "months": [r[1] for r in rows], "firsts": [r[2] for r in rows]}
    sql.execute(_SQL["extend_profiles"], params)


class NewClaim(msgspec.Struct, frozen=True, gc=False):
    """A claim about to be stored; `a` < `b`."""

    a: int
    b: int
    source_id: int
    strength: int
    verified: bool
    month: int
    first_at: float
    last_at: float
    event: str


def add_claims(rows: Sequence[NewClaim]) -> None:
    """Store claims, widening those of the same month."""
    params = {
        "a": [row.a for row in rows],
        "b": [row.b for row in rows],
        "sources": [row.source_id for row in rows],
        "strengths": [row.strength for row in rows],
        "verified": [row.verified for row in rows],
        "months": [row.month for row in rows],
        "firsts": [row.first_at for row in rows],
        "lasts": [row.last_at for row in rows],
        "events": sql.uuids([row.event for row in rows]),
    }
    sql.execute(_SQL["add_claims"], params)


def confirm_identifiers(ids: Iterable[int]) -> None:
    """Mark identifiers as confirmed log-ins."""
    sql.execute(_SQL["confirm_identifiers"], {"ids": list(ids)})


def partners(ids: Iterable[int], personal: Iterable[str]) -> list[tuple[int, str, int]]:
    """(identifier, partner kind, how many different partners)."""
    return sql.tuples(_SQL["partners"], {"ids": list(ids), "personal": list(personal)})


def partners_of(ids: Iterable[int]) -> set[int]:
    """Everybody claimed with these identifiers."""
    return {id_ for (id_,) in sql.tuples(_SQL["partners_of"], {"ids": list(ids)})}


def mark_shared(ids: Iterable[int]) -> set[int]:
    """Mark values as shared; those that were not before."""
    return {id_ for (id_,) in sql.tuples(_SQL["mark_shared"], {"ids": list(ids)})}


def reach(ids: Iterable[int]) -> tuple[dict[int, Node], dict[int, int]]:
    """All nodes connected to these, and whose each is now."""
    found = sql.tuples(_SQL["reach"], {"ids": list(ids)})
    return {row[0]: Node(*row[:5]) for row in found}, {row[0]: row[5] for row in found}


def claims_among(ids: Iterable[int]) -> list[ClaimRow]:
    """The claims among these identifiers."""
    return [ClaimRow(*row) for row in sql.tuples(_SQL["claims_among"], {"ids": list(ids)})]


def separations_of(ids: Iterable[int]) -> dict[int, list[tuple[int, int]]]:
    """Identifier → [(separation, side)]."""
    result: dict[int, list[tuple[int, int]]] = {}
    for identifier, separation, side in sql.tuples(_SQL["separations_of"], {"ids": list(ids)}):
        result.setdefault(identifier, []).append((separation, side))
    return result


def with_tenure(ids: Iterable[int]) -> set[int]:
    """Those of these things that had several holders."""
    return {id_ for (id_,) in sql.tuples(_SQL["with_tenure"], {"ids": list(ids)})}


def absorb_customers(absorbed: Sequence[int], into: Sequence[int]) -> None:
    """Move all identifiers of absorbed customers to those that survive."""
    sql.execute(_SQL["absorb_customers"], {"absorbed": list(absorbed), "into": list(into)})


def add_missing_customers(ids: Iterable[int]) -> None:
    """Make sure that these customers have rows."""
    sql.execute(_SQL["add_missing_customers"], {"ids": list(ids)})


def move_identifiers(moves: Sequence[tuple[int, int]]) -> None:
    """(identifier, customer) pairs."""
    sql.execute(_SQL["move_identifiers"], {"ids": [m[0] for m in moves], "customers": [m[1] for m in moves]})


def refresh_customers(ids: Iterable[int]) -> None:
    """Count anew what these customers consist of."""
    sql.execute(_SQL["refresh_customers"], {"ids": list(ids)})


def replace_tenure(things: Iterable[int], spans: Sequence[tuple[int, float, int]]) -> None:
    """(thing, since, customer) spans; `things` are cleared first."""
    sql.execute(_SQL["clear_tenure"], {"ids": list(things)})
    if spans:
        params = {"ids": [s[0] for s in spans], "since": [s[1] for s in spans], "customers": [s[2] for s in spans]}
        sql.execute(_SQL["add_tenure"], params)


def reanchor(ids: Iterable[int]) -> None:
    """Give profiles anchored on these shared values another anchor, where they have one."""
    sql.execute(_SQL["reanchor"], {"ids": list(ids)})


def add_decisions(rows: Sequence[tuple[str, Sequence[int], str, Any]], policy: int, at: datetime) -> None:
    """(what, customers, reason, inputs) rows."""
    params = {
        "whats": [row[0] for row in rows],
        "customers": [",".join(map(str, row[1])) for row in rows],
        "reasons": [row[2] for row in rows],
        "inputs": [msgspec.json.encode(row[3]).decode() for row in rows],
        "policy": policy,
        "at": at,
    }
    sql.execute(_SQL["add_decisions"], params)


def open_cases(rows: Sequence[tuple[str, str, int, int, Any]], at: datetime) -> None:
    """(what, reason, left, right, evidence) rows."""
    params = {
        "whats": [row[0] for row in rows],
        "reasons": [row[1] for row in rows],
        "lefts": [row[2] for row in rows],
        "rights": [row[3] for row in rows],
        "evidence": [msgspec.json.encode(row[4]).decode() for row in rows],
        "at": at,
    }
    sql.execute(_SQL["open_cases"], params)


def policy() -> tuple[int, Any] | None:
    """(version, rules) of the policy in force, if one was ever activated."""
    found = sql.tuples(_SQL["policy"])
    return found[0] if found else None


def blocked_values() -> list[tuple[str, str]]:
    """(kind, pattern) rows."""
    return sql.tuples(_SQL["blocked_values"])


def assignments(after: int, size: int) -> list[tuple[int, str, str, int, bool]]:
    """(id, kind, value, customer, shared) of identifiers after an id."""
    return sql.tuples(_SQL["assignments"], {"after": after, "size": size})
