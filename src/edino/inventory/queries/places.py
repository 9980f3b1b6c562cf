"""Statements about locations, slots, rules of sourcing and what channels may not sell."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from edino.inventory.types import Location, LocationInput, Opening, Reserve, Slot, SourcingRule
from edino.kernel import clock, sql

_SQL = sql.statements("edino.inventory", "places.sql")


@dataclass(frozen=True, slots=True)
class _Rule:
    id: int
    kind: str
    position: int
    method: str
    locations: list[str]
    active: bool


def locations(*, kind: str = "", pickup: bool | None = None, code: str = "") -> list[Location]:
    """Locations in their order."""
    return sql.rows(_SQL["locations"], {"kind": kind, "pickup": pickup, "code": code}, Location)


def location_ids(codes: Sequence[str]) -> dict[str, int]:
    """The ids of locations by code; codes that nothing has are missing."""
    return dict(sql.tuples(_SQL["location_ids"], {"codes": list(codes)}))


def save_location(given: LocationInput) -> int:
    """Make or change a location; its id."""
    values = asdict(given)
    hours = values["opening_hours"]
    values["opening_hours"] = None if hours is None else msgspec.json.encode(hours).decode()
    return int(sql.scalar(_SQL["save_location"], values))


def new_slots(count: int) -> list[int]:
    """Ids for slots."""
    return [row[0] for row in sql.tuples(_SQL["new_slots"], {"count": count})]


def add_slots(location_id: int, rows: Sequence[tuple[int, UUID, datetime, datetime, int]]) -> int:
    """Make slots (id, uid, start, end, capacity); how many are new."""
    columns: Mapping[str, Any] = dict(
        zip(("ids", "uids", "starts", "ends", "capacities"), map(list, zip(*rows, strict=True)), strict=True)
    )
    return sql.execute(_SQL["add_slots"], {"location_id": location_id, **columns})


def slots(location: str, since: datetime, until: datetime, at: datetime) -> list[Slot]:
    """The slots that begin in a span of time."""
    return sql.rows(_SQL["slots"], {"location": location, "since": since, "until": until, "at": at}, Slot)


def parcel_days(days: Mapping[int, date]) -> dict[int, tuple[int, int, int]]:
    """(capacity, total, free) of the day of each location that has begun it."""
    given = {"locations": list(days), "days": list(days.values()), "at": clock.now()}
    return {row[0]: row[1:] for row in sql.tuples(_SQL["parcel_days"], given)}


def new_parcel_days(count: int) -> list[int]:
    """Ids for days."""
    return [row[0] for row in sql.tuples(_SQL["new_parcel_days"], {"count": count})]


def add_parcel_days(rows: Sequence[tuple[int, int, date, int]]) -> int:
    """Begin days (id, location, day, capacity); how many are new."""
    columns = zip(("ids", "locations", "days", "capacities"), map(list, zip(*rows, strict=True)), strict=True)
    return sql.execute(_SQL["add_parcel_days"], dict(columns))


def openings(location: str = "") -> list[tuple[str, Opening]]:
    """When slots are opened each week, with the location's code."""
    return [(row[0], Opening(*row[1:])) for row in sql.tuples(_SQL["openings"], {"location": location})]


def replace_openings(location_id: int, given: Sequence[Opening]) -> None:
    """Put these in the place of all that a location had."""
    sql.execute(_SQL["drop_openings"], {"location_id": location_id})
    values = {
        "weekdays": [one.weekday for one in given],
        "opens": [one.opens for one in given],
        "closes": [one.closes for one in given],
        "minutes": [one.minutes for one in given],
        "capacities": [one.capacity for one in given],
    }
    sql.execute(_SQL["add_openings"], {"location_id": location_id, **values})


def sourcing_rules() -> list[SourcingRule]:
    """The rules of sourcing in their order."""
    return [
        SourcingRule(row.kind, row.position, row.method, frozenset(row.locations), row.active, row.id)
        for row in sql.rows(_SQL["sourcing_rules"], {}, _Rule)
    ]


def replace_sourcing_rules(rules: Sequence[SourcingRule]) -> None:
    """Put these rules in the place of all others."""
    sql.execute(_SQL["drop_sourcing_rules"], {})
    values = {
        "kinds": [rule.kind for rule in rules],
        "positions": [rule.position for rule in rules],
        "methods": [rule.method for rule in rules],
        "locations": [",".join(sorted(rule.locations)) for rule in rules],
        "actives": [rule.active for rule in rules],
    }
    sql.execute(_SQL["add_sourcing_rules"], values)


def save_reserve(channel: str, location_id: int | None, quantity: int) -> None:
    """Keep so many units back from a channel."""
    sql.execute(_SQL["save_reserve"], {"channel": channel, "location_id": location_id, "quantity": quantity})


def drop_reserve(channel: str, location_id: int | None) -> None:
    """Keep nothing back from a channel there."""
    sql.execute(_SQL["drop_reserve"], {"channel": channel, "location_id": location_id})


def reserves() -> list[Reserve]:
    """What is kept back from channels."""
    return [Reserve(*row) for row in sql.tuples(_SQL["reserves"])]


def set_safety(variant_id: int, location_id: int, safety: int | None) -> bool:
    """Keep so many of a variant back at a location; whether it has ever lain there."""
    given = {"variant_id": variant_id, "location_id": location_id, "safety": safety}
    return sql.execute(_SQL["set_safety"], given) == 1


def safeties(variant_id: int) -> dict[int, int]:
    """The variant's own safety stock, by location."""
    return dict(sql.tuples(_SQL["safeties"], {"variant_id": variant_id}))
