"""The rules of identity in force."""

import re
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from edino.customers import queries
from edino.customers.rules import values
from edino.customers.types import FIRST_POLICY, Identifier, Kind, Policy

FRESH_FOR: Final = 5.0
_cached: tuple[float, Policy] | None = None
_blocked: tuple[float, Mapping[str, re.Pattern[str]]] | None = None


def current_policy() -> Policy:
    """The policy in force; a change is seen by every process within five seconds."""
    global _cached  # noqa: PLW0603 - a cache per process
    if _cached and time.monotonic() - _cached[0] < FRESH_FOR:
        return _cached[1]
    found = queries.policy()
    policy = from_rules(found[0], found[1]) if found else FIRST_POLICY
    _cached = (time.monotonic(), policy)
    return policy


def blocked_values() -> Mapping[str, re.Pattern[str]]:
    """What the retailer has blocked, by kind; a change is seen by every process within five seconds."""
    global _blocked  # noqa: PLW0603 - a cache per process
    if _blocked and time.monotonic() - _blocked[0] < FRESH_FOR:
        return _blocked[1]
    compiled = values.compile_blocked(queries.blocked_values())
    if _blocked is None or compiled != _blocked[1]:
        _judged.cache_clear()
    _blocked = (time.monotonic(), compiled)
    return compiled


def usable(kind: str, given: str) -> Identifier | None:
    """The identifier a given value means, or None when it is nobody's; raises `values.Unusable` when it is not one."""
    found = Judge().of(kind, given)
    if isinstance(found, values.Unusable):
        raise values.Unusable(*found.args)
    return found


class Judge:
    """What given values mean, for as long as a batch takes: `of(kind, given)` is as `usable`, but returns the error."""

    def __init__(self) -> None:
        blocked_values()  # forgets what was judged by another list
        self.of = _judged


@lru_cache(maxsize=65_536)
def _judged(kind: str, given: str) -> Identifier | values.Unusable | None:
    """People come back: what their identifiers mean is remembered until the list of blocked values changes."""
    try:
        item = values.normalise(kind, given)
    except values.Unusable as error:
        return values.Unusable(*error.args)
    if values.is_nobody(item):
        return None
    blocked = _blocked[1] if _blocked else blocked_values()
    return None if blocked and values.is_blocked(item, blocked) else item


def forget_policy() -> None:
    """Look again at the next use."""
    global _cached, _blocked  # noqa: PLW0603 - a cache per process
    _cached = _blocked = None
    _judged.cache_clear()


def from_rules(version: int, stored: Any) -> Policy:
    """A policy from its stored form `{"bound": 100, "kinds": [{"code": …, "weight": …}]}`."""
    kinds = [msgspec.convert(kind, Kind) for kind in stored["kinds"]]
    return Policy(version, {kind.code: kind for kind in kinds}, stored["bound"])


def to_rules(policy: Policy) -> dict[str, Any]:
    """The stored form of a policy."""
    return {"bound": policy.bound, "kinds": [msgspec.to_builtins(kind) for kind in policy.kinds.values()]}
