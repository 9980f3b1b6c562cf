"""What changes seldom and is asked for at every card: purposes, declared strategies, trust in sources."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, TypeVar

from edino.channels import api as channels
from edino.customers.queries import consents, people
from edino.customers.types import Purpose

Value = TypeVar("Value")
_FRESH_FOR: Final = 5.0


class _Kept(Generic[Value]):
    """A value asked for again after five seconds."""

    def __init__(self, ask: Callable[[], Value]) -> None:
        self.ask = ask
        self.kept: tuple[float, Value] | None = None

    def __call__(self) -> Value:
        if self.kept is None or time.monotonic() - self.kept[0] > _FRESH_FOR:
            self.kept = (time.monotonic(), self.ask())
        return self.kept[1]


def _ask_purposes() -> Mapping[str, Purpose]:
    return {purpose.code: purpose for purpose in consents.purposes()}


def _ask_trust() -> Mapping[int, int]:
    return {source.id: source.trust for source in channels.list_sources()}


def _ask_physical() -> frozenset[int]:
    places = {code for code, channel in channels.channels_by_code().items() if channel.can("physical")}
    return frozenset(source.id for source in channels.list_sources() if source.channel in places)


purposes: _Kept[Mapping[str, Purpose]] = _Kept(_ask_purposes)
"""Code → purpose, those of this installation."""
field_rules: _Kept[Mapping[str, str]] = _Kept(people.field_rules)
"""Field → strategy, as the retailer declared."""
trust: _Kept[Mapping[int, int]] = _Kept(_ask_trust)
"""Source → how far it is trusted."""
places: _Kept[frozenset[int]] = _Kept(_ask_physical)
"""The sources where what is bought is carried away at once."""


def forget() -> None:
    """Ask again at the next use."""
    kept: list[_Kept[Any]] = [purposes, field_rules, trust, places]
    for one in kept:
        one.kept = None
