"""What stock means, said a second time: from movements and holds alone, without counters, cleverness or SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from edino.inventory.rules.sourcing import FAR, Ask, kilometres
from edino.inventory.types import Location, SourcingRule


@dataclass
class Book:
    """The history of a shop's stock."""

    movements: list[tuple[str, str, int, str]] = field(default_factory=list)  # sku, location, quantity, condition
    promised: list[tuple[str, str, int]] = field(default_factory=list)
    held: list[tuple[str, str, int, int, str]] = field(default_factory=list)  # …, quantity, until, owner
    safety: dict[str, int] = field(default_factory=dict)
    reserves: dict[tuple[str, str | None], int] = field(default_factory=dict)

    def free(self, sku: str, location: str, channel: str, now: int, owner: str = "") -> int:
        """on hand − promised − held − kept back, never below zero."""
        count = sum(q for s, p, q, condition in self.movements if (s, p, condition) == (sku, location, "good"))
        count -= sum(q for s, p, q in self.promised if (s, p) == (sku, location))
        count -= sum(
            q for s, p, q, until, who in self.held if (s, p) == (sku, location) and until > now and who != owner
        )
        count -= self.safety.get(location, 0)
        count -= self.reserves.get((channel, location), self.reserves.get((channel, None), 0))
        return max(0, count)


def plan(
    ask: Ask, places: Sequence[Location], stock: Mapping[tuple[int, int], int], rules: Sequence[SourcingRule]
) -> tuple[list[tuple[str, str, dict[int, int]]], dict[int, int]]:
    """(place, way, goods) in the order they are chosen, and what is short: every ranking written out in full."""
    rules = [rule for rule in rules if rule.active and rule.method in ("", ask.method)]
    barred = set(ask.exclude) | {code for rule in rules if rule.kind == "exclude" for code in rule.locations}
    whole = any(rule.kind == "one_parcel" for rule in rules)
    open_ = [p for p in places if p.active and p.kind != "transit" and p.code not in barred and reaches(ask, p)]
    need = dict(ask.demand)
    chosen: list[tuple[str, str, dict[int, int]]] = []
    while True:
        able = [p for p in open_ if any(min(need[v], stock.get((p.id, v), 0)) > 0 for v in need)]
        if not able or (whole and chosen):
            return chosen, {v: n for v, n in need.items() if n > 0}
        can = {v: min(n, sum(stock.get((p.id, v), 0) for p in able)) for v, n in need.items()}
        if whole:  # nobody splits, so only who has most of it is asked
            gives = {p.id: sum(min(n, stock.get((p.id, v), 0)) for v, n in can.items()) for p in able}
            able = [p for p in able if gives[p.id] == max(gives.values())]
        best = min(able, key=lambda p: (*[rank(rule, ask, p, able, places, stock, can) for rule in rules], p.code))
        if ask.prefer:
            first = [p for p in able if p.code in ask.prefer]
            if first:
                top = min(ask.prefer.index(p.code) for p in first)
                best = next(p for p in first if p.code == ask.prefer[top])
        goods = {v: min(n, stock.get((best.id, v), 0)) for v, n in need.items() if min(n, stock.get((best.id, v), 0))}
        chosen.append((best.code, by(ask, best), goods))
        need = {v: n - goods.get(v, 0) for v, n in need.items()}
        open_ = [p for p in open_ if p is not best]


def reaches(ask: Ask, place: Location) -> bool:
    if ask.method == "delivery":
        return place.ships
    if place.code == ask.pickup:
        return True
    return ask.method == "pickup" and place.ships


def by(ask: Ask, place: Location) -> str:
    if ask.method == "delivery":
        return "ship"
    return "carry" if place.code == ask.pickup else "transfer"


def rank(
    rule: SourcingRule,
    ask: Ask,
    place: Location,
    able: Sequence[Location],
    places: Sequence[Location],
    stock: Mapping[tuple[int, int], int],
    can: Mapping[int, int],
) -> float:
    if rule.kind == "fewest_parcels":
        return fewest(place, able, stock, can)
    ranks = {
        "own_stock": place.code != ask.pickup,
        "same_city": bool(ask.city) and place.city.lower() != ask.city.lower(),
        "stores_last": place.kind == "store",
        "location_order": place.position,
        "nearest": distance(ask, place, places),
    }
    return ranks.get(rule.kind, 0)


def fewest(
    place: Location, able: Sequence[Location], stock: Mapping[tuple[int, int], int], can: Mapping[int, int]
) -> float:
    """0 for a place in some smallest set that has everything; beyond three places, who gives most comes first."""
    for size in range(1, len(able) + 1):
        covers = [group for group in combinations(able, size) if covered(group, stock, can)]
        if covers and size <= 3:
            return 0 if any(place in group for group in covers) else 1
    return -sum(min(n, stock.get((place.id, v), 0)) for v, n in can.items())


def covered(group: Sequence[Location], stock: Mapping[tuple[int, int], int], can: Mapping[int, int]) -> bool:
    return all(sum(stock.get((p.id, v), 0) for p in group) >= n for v, n in can.items())


def distance(ask: Ask, place: Location, places: Sequence[Location]) -> float:
    where = [
        p for p in places if (p.code == ask.pickup if ask.pickup else ask.city and p.city.lower() == ask.city.lower())
    ]
    points = [(p.latitude, p.longitude) for p in where if p.latitude is not None and p.longitude is not None]
    if not points:
        return 0
    here = (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
    if place.latitude is None or place.longitude is None:
        return FAR
    return kilometres(here, (place.latitude, place.longitude))
