"""Identity said a second time, as plainly as possible: no indexes, no shortcuts, sets of values instead of ids."""

from collections.abc import Iterable
from datetime import datetime
from itertools import combinations
from typing import Any
from uuid import UUID

from edino.customers.types import ACT, VERDICT, Identifier, Policy, Sighting

Separation = tuple[frozenset[Identifier], frozenset[Identifier]]
Verdict = tuple[frozenset[Identifier], datetime, UUID]
"""Two identifiers said to be one person's by staff, when, and the verdict's own id."""


def partition(
    sightings: Iterable[Sighting],
    policy: Policy,
    separations: Iterable[Separation] = (),
    verdicts: Iterable[Verdict] = (),
) -> set[frozenset[Identifier]]:
    """The customers that these sightings mean, whatever their order."""
    told = list(sightings)
    values = {item for sighting in told for item in sighting.identifiers}
    logins = {
        item
        for sighting in told
        for item in sighting.identifiers
        if item.kind in sighting.confirmed and policy.kind(item.kind).access
    }
    edges: dict[frozenset[Identifier], list[Any]] = {}
    ordinary: set[frozenset[Identifier]] = set()
    for sighting in told:
        for one, other in combinations(sorted(set(sighting.identifiers)), 2):
            verified = sighting.act or {one.kind, other.kind} <= sighting.confirmed
            mean = (policy.kind(one.kind).weight + policy.kind(other.kind).weight) // 2
            power = ACT if sighting.act else min(mean + sighting.trust // 20, ACT - 1)
            edge = edges.setdefault(frozenset((one, other)), [0, False, (float("inf"), None)])
            if not sighting.act:
                ordinary.add(frozenset((one, other)))
            edge[0] = max(edge[0], power)
            edge[1] = edge[1] or verified
            if (sighting.at.timestamp(), sighting.event) < edge[2] or edge[2][1] is None:
                edge[2] = (sighting.at.timestamp(), sighting.event)
    for pair, decided, event in verdicts:
        edge = edges.setdefault(pair, [0, False, (float("inf"), None)])
        edge[:2] = [VERDICT, True]
        edge[2] = min(edge[2], (decided.timestamp(), event))
    crowded = {value for value in values if _crowded(value, ordinary, policy)}
    groups = {value: frozenset({value}) for value in values}
    order = sorted(edges.items(), key=lambda item: (-item[1][0], not item[1][1], item[1][2], sorted(item[0])))
    for pair, (power, verified, _) in order:
        one, other = pair
        if pair & crowded or groups[one] == groups[other]:
            continue
        whole = groups[one] | groups[other]
        if _may(groups[one], groups[other], pair, power, verified, policy, logins, separations):
            groups.update(dict.fromkeys(whole, whole))
    return set(groups.values())


def _crowded(value: Identifier, pairs: Iterable[frozenset[Identifier]], policy: Policy) -> bool:
    partners = [other for pair in pairs if value in pair for other in pair - {value}]
    kinds = {other.kind for other in partners if policy.kind(other.kind).personal}
    return any(
        len({other for other in partners if other.kind == kind}) > policy.kind(value.kind).partners for kind in kinds
    )


def _may(
    left: frozenset[Identifier],
    right: frozenset[Identifier],
    pair: frozenset[Identifier],
    power: int,
    verified: bool,
    policy: Policy,
    logins: set[Identifier],
    separations: Iterable[Separation],
) -> bool:
    whole = left | right
    if any(whole & one and whole & other for one, other in separations):
        return False
    if power >= VERDICT:
        return True
    for kind in {item.kind for item in left} & {item.kind for item in right}:
        if sum(item.kind == kind for item in whole) > policy.kind(kind).limit:
            return False
        if policy.kind(kind).personal and any(policy.kind(item.kind).switches for item in pair):
            return False
    if left & logins and right & logins and not verified:
        return False
    return len(whole) <= policy.bound or verified
