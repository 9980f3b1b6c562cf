"""Statements about locations, slots, rules of sourcing and what channels may not sell."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from edino.inventory.types import Location, LocationInput, Slot, SourcingRule
from edino.kernel import sql

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


def reserves() -> list[tuple[str, str | None, int]]:
    """(channel, location or None for each, quantity) of what is kept back."""
    return sql.tuples(_SQL["reserves"])
