"""Somebody nobody knew, written down with two statements: as `resolve` would, where no rule has to choose."""

from collections import Counter
from itertools import combinations

import msgspec

from edino.customers.api.policies import current_policy
from edino.customers.api.resolving import month_of, profile_key
from edino.customers.queries import newcomers as queries
from edino.customers.rules import partition as rules
from edino.customers.rules.partition import Component
from edino.customers.types import ACT, CustomerRef, Sighting
from edino.kernel.transactions import TryAgain


def newcomer(sighting: Sighting) -> tuple[int, CustomerRef] | None:
    """The profile and the customer of a sighting whose identifiers nobody knew a moment ago.

    In the caller's transaction. None, and nothing is done, when it takes `resolve` to decide; `TryAgain` when somebody
    has met the same person meanwhile.
    """
    policy, items = current_policy(), sighting.identifiers
    confirmed = [item.kind in sighting.confirmed for item in items]
    logins = [sure and policy.kind(item.kind).access for item, sure in zip(items, confirmed, strict=True)]
    parts = [Component(at, 1, {item.kind: 1}, logins[at], {}) for at, item in enumerate(items)]
    crowded = any(len(items) - 1 > policy.kind(item.kind).partners for item in items)
    if crowded or not rules.joins_plainly(parts, policy):
        return None
    ids, profile = queries.reserve(len(items))
    root = min(ids)
    told = {
        "customer": root,
        "size": len(items),
        "kinds_of": msgspec.json.encode(Counter(item.kind for item in items)).decode(),
        "login": any(logins),
        "profile": profile,
        "key": profile_key(sighting),
        "source": sighting.source_id,
        "anchor": ids[0],
        "month": month_of(sighting.at),
        "at": sighting.at,
        "strength": ACT if sighting.act else rules.nudge(sighting.trust),
        "event": sighting.event,
    }
    rows = [(id_, *item, login) for id_, item, login in zip(ids, items, logins, strict=True)]
    pairs = combinations(zip(ids, confirmed, strict=True), 2)
    claims = [(min(a, b), max(a, b), sighting.act or (one and other)) for (a, one), (b, other) in pairs]
    count, made, uid = queries.add(told, rows, claims)
    if count < len(items) or not made:
        raise TryAgain
    return profile, CustomerRef(root, uid)
