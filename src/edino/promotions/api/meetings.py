"""Which promotions cannot meet, before a basket shows it."""

from collections.abc import Iterator
from itertools import combinations

from edino.promotions.api.saving import promotions
from edino.promotions.rules.meeting import meeting
from edino.promotions.types import PromotionView
from edino.promotions.types.meetings import Meeting

Met = tuple[PromotionView, PromotionView, Meeting]


def beside(found: PromotionView) -> Iterator[Met]:
    """How a promotion, running or not, gets along with each of those that run now."""
    others = [one for one in promotions() if one.id != found.id and one.state == "active"]
    yield from _told((found, other) for other in others)


def running() -> Iterator[Met]:
    """How those that run now get along with one another."""
    yield from _told(combinations([one for one in promotions() if one.state == "active"], 2))


def _told(pairs: Iterator[tuple[PromotionView, PromotionView]]) -> Iterator[Met]:
    for ours, theirs in pairs:
        found = meeting((ours.id, ours.definition), (theirs.id, theirs.definition))
        if found is not None:
            yield ours, theirs, found
