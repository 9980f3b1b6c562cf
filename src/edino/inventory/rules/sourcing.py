"""Where a purchase comes from: a pure function of demand, stock, places and rules. See docs/algorithms/stock.md."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import asin, cos, radians, sin, sqrt
from typing import Final

from edino.inventory.types import Location, SourcingRule, Way

Stock = Mapping[tuple[int, int], int]
"""(location, variant) → units that may be taken."""

FAR: Final = 40_000
"""Kilometres of a place that does not say where it is: farther than any other."""
_WIDEST: Final = {1: 10_000, 2: 64, 3: 20}
"""How many places are looked through for a cover of so many parcels; beyond that, who gives most goes first."""
_FIRST: Final = SourcingRule("prefer", 0)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is wanted, and by whom where. `pickup` is a location's code; `city` the shopper's."""

    demand: Mapping[int, int]
    method: str
    pickup: str = ""
    city: str = ""
    exclude: Collection[str] = ()
    prefer: Sequence[str] = ()
    full: Collection[str] = ()
    """Places whose day takes no more parcels: they only give what leaves in the shopper's own hands."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a place gives: variant → units; the rule that chose it, and between how many."""

    place: Location
    way: Way
    lines: Mapping[int, int]
    rule: str
    among: int


@dataclass(frozen=True, slots=True)
class Sourced:
    """The places chosen, in the order of choice; what nobody has; whom a rule left out though he had some.

    `full` were left out since their day takes no more parcels; `whole`: what is short is so since a rule forbids to
    split, though others have it.
    """

    taken: tuple[Taken, ...]
    short: Mapping[int, int]
    left_out: tuple[Location, ...]
    full: tuple[Location, ...] = ()
    whole: bool = False


def source(ask: Ask, places: Sequence[Location], stock: Stock, rules: Sequence[SourcingRule]) -> Sourced:
    """Choose place after place until everything that can be had is taken.

    Among the places that can give something of what is still missing, the rules are asked one after the other, each
    keeping those it likes best, until one place is left; the code breaks the last tie. It gives all it can. Where a
    rule says `one_parcel`, one place gives, the one that has most of it, and the rest is short.
    """
    asked = [rule for rule in rules if rule.active and rule.method in {"", ask.method}]
    whole = any(rule.kind == "one_parcel" for rule in asked)
    able, left_out, full = _candidates(ask, places, stock, asked)
    having = {variant: sum(stock.get((place.id, variant), 0) for place in able) for variant in ask.demand}
    missing = {variant: min(count, having[variant]) for variant, count in ask.demand.items() if having[variant] > 0}
    short = {variant: count - having[variant] for variant, count in ask.demand.items() if count > having[variant]}
    here = _point(ask, places)
    taken: list[Taken] = []
    while missing and not (whole and taken):
        able = [place for place in able if _gives(place, missing, stock)]
        if whole:
            most = max(_gives(place, missing, stock) for place in able)
            able = [place for place in able if _gives(place, missing, stock) == most]
        chosen, rule = _Round(ask, able, missing, stock, here).choose(asked)
        lines = {
            variant: min(count, stock.get((chosen.id, variant), 0))
            for variant, count in missing.items()
            if stock.get((chosen.id, variant), 0)
        }
        taken.append(Taken(chosen, way(ask, chosen), lines, rule, len(able)))
        able.remove(chosen)
        missing = {
            variant: count - lines.get(variant, 0)
            for variant, count in missing.items()
            if count > lines.get(variant, 0)
        }
    lacking = {variant: short.get(variant, 0) + missing.get(variant, 0) for variant in {**short, **missing}}
    return Sourced(tuple(taken), lacking, left_out, full, whole=bool(missing))


def way(ask: Ask, place: Location) -> Way:
    """How goods of a place get to the shopper."""
    if ask.method == "delivery":
        return "ship"
    return "carry" if place.code == ask.pickup else "transfer"


def _candidates(
    ask: Ask, places: Sequence[Location], stock: Stock, rules: Sequence[SourcingRule]
) -> tuple[list[Location], tuple[Location, ...], tuple[Location, ...]]:
    barred = set(ask.exclude).union(*(rule.locations for rule in rules if rule.kind == "exclude"))
    reachable = [
        place
        for place in places
        if place.active and place.kind != "transit" and _reaches(ask, place) and _gives(place, ask.demand, stock)
    ]
    full = [place for place in reachable if place.code in ask.full and way(ask, place) != "carry"]
    able = [place for place in reachable if place.code not in barred and place not in full]
    left_out = tuple(place for place in reachable if place.code in barred)
    return able, left_out, tuple(place for place in full if place.code not in barred)


def _reaches(ask: Ask, place: Location) -> bool:
    if ask.method == "carry":
        return place.code == ask.pickup
    return place.ships or (ask.method == "pickup" and place.code == ask.pickup)


def _gives(place: Location, missing: Mapping[int, int], stock: Stock) -> int:
    return sum(min(count, stock.get((place.id, variant), 0)) for variant, count in missing.items())


@dataclass(frozen=True, slots=True)
class _Round:
    """One choice: who is asked for what, and where the shopper is. `likes` gives ranks: the smaller the better."""

    ask: Ask
    able: Sequence[Location]
    missing: Mapping[int, int]
    stock: Stock
    here: tuple[float, float] | None

    def choose(self, rules: Sequence[SourcingRule]) -> tuple[Location, str]:
        """The place to take from, and the rule that decided: the last one that left anybody out."""
        left, decided = list(self.able), "only" if len(self.able) == 1 else "code"
        for rule in [_FIRST, *rules]:
            likes = self.likes(rule.kind) if len(left) > 1 else None
            if likes is None:
                continue
            worth = {place.id: likes(place) for place in left}
            best = min(worth.values())
            kept = [place for place in left if worth[place.id] == best]
            if len(kept) < len(left):
                left, decided = kept, rule.kind
        return min(left, key=lambda place: place.code), decided

    def likes(self, rule: str) -> Callable[[Location], float] | None:
        """How a rule ranks places. None: it has no opinion here."""
        if rule == "fewest_parcels":
            return _covering(self.able, self.missing, self.stock)
        if (rule == "same_city" and not self.ask.city) or (rule == "nearest" and not self.here):
            return None
        wished = {code: place for place, code in reversed(list(enumerate(self.ask.prefer)))}
        ranks: dict[str, Callable[[Location], float]] = {
            "prefer": lambda place: wished.get(place.code, len(wished)),
            "own_stock": lambda place: place.code != self.ask.pickup,
            "same_city": lambda place: place.city.casefold() != self.ask.city.casefold(),
            "nearest": lambda place: _distance(self.here, place),
            "stores_last": lambda place: place.kind == "store",
            "location_order": lambda place: place.position,
        }
        return ranks.get(rule)


def _covering(able: Sequence[Location], missing: Mapping[int, int], stock: Stock) -> Callable[[Location], float]:
    """Places that belong to a smallest set which has everything still missing come first."""
    given = {
        place.id: tuple(min(count, stock.get((place.id, variant), 0)) for variant, count in missing.items())
        for place in able
    }
    wanted = tuple(missing.values())
    most = sorted(able, key=lambda place: (-sum(given[place.id]), place.code))
    for size, widest in _WIDEST.items():
        chosen = {
            place.id
            for group in combinations(most[:widest], size)
            if all(
                sum(parts) >= need for need, *parts in zip(wanted, *(given[place.id] for place in group), strict=True)
            )
            for place in group
        }
        if chosen:
            return lambda place: place.id not in chosen
    return lambda place: -sum(given[place.id])


def _point(ask: Ask, places: Sequence[Location]) -> tuple[float, float] | None:
    """Where the shopper is, as far as we know: his pickup location, or the middle of our places in his city."""
    known = [
        (place.latitude, place.longitude)
        for place in places
        if place.latitude is not None
        and place.longitude is not None
        and (place.code == ask.pickup if ask.pickup else ask.city and place.city.casefold() == ask.city.casefold())
    ]
    if not known:
        return None
    return sum(point[0] for point in known) / len(known), sum(point[1] for point in known) / len(known)


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> int:
    """The way between two points (latitude, longitude) of the earth, by haversine, to the nearest kilometre."""
    south, north = radians(a[0]), radians(b[0])
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin(radians(b[1] - a[1]) / 2) ** 2
    return round(2 * 6371 * asin(min(1.0, sqrt(half))))


def _distance(here: tuple[float, float] | None, place: Location) -> int:
    if here is None or place.latitude is None or place.longitude is None:
        return FAR
    return kilometres(here, (place.latitude, place.longitude))
