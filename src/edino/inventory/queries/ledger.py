"""Statements about levels, movements, cases, subscriptions and what is expected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from edino.inventory.types import Drift
from edino.kernel import sql

_SQL = sql.statements("edino.inventory", "ledger.sql")


@dataclass(frozen=True, slots=True)
class Line:
    """A movement as it is written. `settles`: the goods had been promised."""

    level_id: int
    capacity_id: int
    kind: str
    condition: str
    quantity: int
    cause_kind: str
    cause_id: str
    key: UUID
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that was opened or told a new number."""

    uid: UUID
    level_id: int
    missing: int
    cause_kind: str
    cause_id: str


@dataclass(frozen=True, slots=True)
class Told:
    """A subscription that has come to its end."""

    uid: UUID
    profile_id: int
    variant_id: int
    location_id: int | None
    kind: str
    quantity: int


def variant_ids(skus: Sequence[str]) -> dict[str, int]:
    """The ids of variants by SKU; SKUs that nothing has are missing."""
    return dict(sql.tuples(_SQL["variant_ids"], {"skus": list(skus)}))


def levels(pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], tuple[int, int]]:
    """(variant, location) → (level, capacity), of those there are."""
    given = {"variants": [pair[0] for pair in pairs], "locations": [pair[1] for pair in pairs]}
    return {
        (variant, place): (level, capacity) for variant, place, level, capacity in sql.tuples(_SQL["levels"], given)
    }


def new_levels(count: int) -> list[int]:
    """Ids for levels."""
    return [row[0] for row in sql.tuples(_SQL["new_levels"], {"count": count})]


def add_levels(rows: Sequence[tuple[int, int, int, int]]) -> None:
    """Make levels (id, variant, location, capacity) where there are none."""
    ids, variants, places, capacities = (list(column) for column in zip(*rows, strict=True))
    sql.execute(_SQL["add_levels"], {"ids": ids, "variants": variants, "locations": places, "capacities": capacities})


def known_movements(keys: Sequence[UUID]) -> dict[UUID, tuple[int, str, int, str]]:
    """What is recorded under keys: (level, kind, quantity, condition)."""
    found = sql.tuples(_SQL["known_movements"], {"keys": list(keys)})
    return {key: (level, kind, quantity, condition) for key, level, kind, quantity, condition in found}


def lock_totals(capacities: Sequence[int]) -> dict[int, int]:
    """What lies at levels, by capacity; it stays so until the transaction ends."""
    return dict(sql.tuples(_SQL["lock_totals"], {"capacities": list(capacities)}))


def write(lines: Sequence[Line], *, source_id: int | None, by: str, now: datetime) -> set[UUID]:
    """Append movements; the keys of those that are new."""
    given = {
        "levels": [line.level_id for line in lines],
        "kinds": [line.kind for line in lines],
        "conditions": [line.condition for line in lines],
        "quantities": [line.quantity for line in lines],
        "cause_kinds": [line.cause_kind for line in lines],
        "cause_ids": [line.cause_id for line in lines],
        "keys": [line.key for line in lines],
        "ats": [line.occurred_at.isoformat() for line in lines],
    }
    values = {**given, "source_id": source_id, "by": by, "now": now}
    return {key for (key,) in sql.tuples(_SQL["write"], values)}


def set_aside(changes: Sequence[tuple[int, int, int]]) -> None:
    """Change damaged and quarantined ones of levels: (level, damaged, quarantine)."""
    ids, damaged, quarantine = (list(column) for column in zip(*changes, strict=True))
    sql.execute(_SQL["set_aside"], {"levels": ids, "damaged": damaged, "quarantine": quarantine})


def open_cases(rows: Sequence[tuple[UUID, int, str, str]], now: datetime) -> list[Opened]:
    """Open cases (uid, capacity, kind of cause, its id) where more is promised than lies there."""
    uids, capacities, kinds, ids = (list(column) for column in zip(*rows, strict=True))
    given = {"uids": uids, "capacities": capacities, "cause_kinds": kinds, "cause_ids": ids, "now": now}
    return sql.rows(_SQL["open_cases"], given, Opened)


def level_words(ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """The SKU and location code of levels."""
    return {level: (sku, code) for level, sku, code in sql.tuples(_SQL["level_words"], {"ids": list(ids)})}


def tell_waiting(variants: Sequence[int] | None, now: datetime) -> list[Told]:
    """End the subscriptions that can be served now, of these variants or of all."""
    values = {"variants": None if variants is None else list(variants), "now": now}
    return sql.rows(_SQL["tell_waiting"], values, Told)


def subscribe(
    uid: UUID, variant_id: int, location_id: int | None, *, profile_id: int, kind: str, now: datetime
) -> UUID | None:
    """Let a profile wait; None when it waits already."""
    found = sql.scalar(
        _SQL["subscribe"],
        {
            "uid": uid,
            "variant_id": variant_id,
            "location_id": location_id,
            "profile_id": profile_id,
            "kind": kind,
            "now": now,
        },
    )
    return found if isinstance(found, UUID) else None


def waiting(variant_id: int, location_id: int | None, profile_id: int, kind: str) -> UUID:
    """The subscription that waits already."""
    values = {"variant_id": variant_id, "location_id": location_id, "profile_id": profile_id, "kind": kind}
    found = sql.scalar(_SQL["waiting"], values)
    assert isinstance(found, UUID)  # noqa: S101 - it was found taken in this transaction
    return found


def expect(rows: Sequence[tuple[int, str, int, date]], *, source_id: int | None, now: datetime) -> int:
    """What is expected: (level, document, quantity, day); how many rows changed."""
    ids, documents, quantities, days = (list(column) for column in zip(*rows, strict=True))
    values = {
        "levels": ids,
        "documents": documents,
        "quantities": quantities,
        "days": [day.isoformat() for day in days],
    }
    return sql.execute(_SQL["expect"], {**values, "source_id": source_id, "now": now})


def expected_no_more(rows: Sequence[tuple[int, str, int]]) -> None:
    """So many of a document came to a level: (level, document, quantity)."""
    ids, documents, quantities = (list(column) for column in zip(*rows, strict=True))
    sql.execute(_SQL["expected_no_more"], {"levels": ids, "documents": documents, "quantities": quantities})


def drift() -> list[Drift]:
    """Levels whose numbers are not the sums of their movements."""
    return sql.rows(_SQL["drift"], {}, Drift)


def skus(variants: Sequence[int]) -> dict[int, str]:
    """The SKUs of variants."""
    return dict(sql.tuples(_SQL["skus"], {"ids": list(variants)}))


def codes(locations: Sequence[int]) -> dict[int, str]:
    """The codes of locations."""
    return dict(sql.tuples(_SQL["codes"], {"ids": list(locations)}))
