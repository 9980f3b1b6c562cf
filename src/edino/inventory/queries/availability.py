"""Statements about what can be promised."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

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
    told: dict[str, list[tuple[int, str, str | None]]] = {"place": [], "level": [], "loose": [], "coming": []}
    for what, key, text, odd in sql.tuples(_SQL["availability"], values):
        told[what].append((key, text, odd))
    kept = {place: (safety, reserve) for _, text, _ in told["place"] for place, safety, reserve in _triples(text)}
    loose = {capacity: int(text) for capacity, text, _ in told["loose"]}
    coming = {variant: _expected(text) for variant, text, _ in told["coming"]}
    usual = {place: safety + reserve for place, (safety, reserve) in kept.items()}
    found: list[Atp] = []
    for variant, text, odd in told["level"]:
        levels = _quadruples(f"[[{text}]]")
        if odd or loose or variant in coming:
            found += _unusual(
                variant, levels, own=_triples(odd), kept=kept, loose=loose, coming=coming.get(variant, {})
            )
        else:
            found += [
                Atp(variant, place, total, taken, back, max(total - taken - back, 0), (), capacity)
                for place, capacity, total, taken in levels
                if (back := usual.get(place)) is not None  # else it is closed, or on the road
            ]
    return found


def _unusual(
    variant: int,
    levels: list[tuple[int, int, int, int]],
    *,
    own: list[tuple[int, int, int]],
    kept: Mapping[int, tuple[int, int]],
    loose: Mapping[int, int],
    coming: Mapping[int, tuple[tuple[date, int], ...]],
) -> Iterator[Atp]:
    """The levels of a variant where more has to be looked at; `own`: (place, safety or −1, slack)."""
    odd = {place: (safety, slack) for place, safety, slack in own}
    for place, capacity, total, taken in levels:
        if place not in kept:
            continue
        safety, reserve = kept[place]
        itself, slack = odd.get(place, (-1, 0))
        back = (safety if itself < 0 else itself) + reserve
        promised = taken - loose.get(capacity, 0)
        free = max(total + slack - promised - back, 0)
        yield Atp(variant, place, total, promised, back, free, coming.get(place, ()), capacity)


def _expected(text: str) -> dict[int, tuple[tuple[date, int], ...]]:
    """What is expected at each place, the first day first."""
    found: dict[int, tuple[tuple[date, int], ...]] = {}
    for place, day, quantity in _coming(text):
        found[place] = (*found.get(place, ()), (day, quantity))
    return found


def _triples(text: str | None) -> list[tuple[int, int, int]]:
    return _three(f"[[{text}]]") if text else []


_quadruples: Final = msgspec.json.Decoder(list[tuple[int, int, int, int]]).decode
_three: Final = msgspec.json.Decoder(list[tuple[int, int, int]]).decode
_coming: Final = msgspec.json.Decoder(list[tuple[int, date, int]]).decode


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
