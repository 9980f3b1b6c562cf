"""Statements about what can be promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import msgspec

from edino.inventory.types import Atp, CityStock
from edino.kernel import sql
from edino.kernel.holds import Owner

_SQL = sql.statements("edino.inventory", "availability.sql")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a number of stock is made of."""

    total: int
    slack: int
    used: int
    held: int
    safety: int
    own_safety: bool
    reserve: int
    damaged: int
    quarantine: int
    active: bool
    level_id: int


def availability(
    variants: Sequence[int], locations: Sequence[int] | None, channel: str, at: datetime, owner: Owner | None
) -> list[Atp]:
    """What can be promised of variants at locations."""
    values = {
        "variants": list(variants),
        "locations": None if locations is None else list(locations),
        "channel": channel,
        "at": at,
        "owner": owner.uid if owner else None,
        "owner_kind": owner.kind if owner else "",
    }
    found = sql.tuples(_SQL["availability"], values)
    expected = {variant: _expected(coming) for variant, levels, coming in found if levels is None}
    return [
        Atp(
            variant,
            place,
            total,
            promised,
            kept,
            max(0, total + slack - promised - kept),
            expected[variant].get(place, ()) if variant in expected else (),
            capacity,
        )
        for variant, levels, _ in found
        if levels is not None
        for place, total, promised, kept, slack, capacity in _levels(levels.translate(_AS_JSON))
    ]


def _expected(coming: list[Any]) -> dict[int, tuple[tuple[date, int], ...]]:
    """What is expected at each place, the first day first."""
    return {
        place: tuple([(date.fromisoformat(day), quantity) for day, quantity in expected]) for place, expected in coming
    }


_AS_JSON: Final = str.maketrans("{}", "[]")
_levels: Final = msgspec.json.Decoder(list[tuple[int, int, int, int, int, int]]).decode


def by_city(variants: Sequence[int], channel: str, at: datetime) -> list[CityStock]:
    """What can be had in each city."""
    found = sql.rows(_SQL["by_city"], {"variants": list(variants), "channel": channel, "at": at}, CityStock)
    return sorted(found, key=lambda one: (one.variant_id, one.city))


def parts(variant_id: int, location_id: int, channel: str, at: datetime) -> Parts | None:
    """The parts of one number; None where the variant never was."""
    values = {"variant_id": variant_id, "location_id": location_id, "channel": channel, "at": at}
    return sql.row(_SQL["parts"], values, Parts)


def inbound(variant_id: int, location_id: int) -> list[tuple[date, int]]:
    """What is expected: (day, quantity)."""
    return sql.tuples(_SQL["inbound"], {"variant_id": variant_id, "location_id": location_id})
