"""Whose cancellations, returns and discounts stand out against the peers of a store: docs/algorithms/cashiers.md."""

from collections.abc import Sequence
from math import exp, fsum, lgamma, log
from typing import Final

from edino.orders.types.cashiers import MEASURES, Cashier, Judged, Measured, Tally

FEWEST: Final = 3
TIMES: Final = 2
RARE: Final = 0.001
PEERS: Final = 30
PEERS_RETURNS: Final = 10


def tail(events: int, expected: float) -> float:
    """The chance of so many events or more where so many are expected (Poisson)."""
    if events <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    below = fsum(exp(count * log(expected) - expected - lgamma(count + 1)) for count in range(events))
    return max(0.0, 1.0 - below)


def judged(tallies: Sequence[Tally]) -> list[Judged]:
    """Each person measured against the others of the same store."""
    found = []
    for one in tallies:
        peers = [other for other in tallies if other.location_id == one.location_id and other is not one]
        found.append(Judged(Cashier(one.location_id, one.name), one, tuple(_measured(one, peers, m) for m in MEASURES)))
    return found


def _measured(one: Tally, peers: Sequence[Tally], measure: str) -> Measured:
    events, of = _counts(one, measure)
    others = [_counts(peer, measure) for peer in peers]
    theirs, base = sum(count for count, _ in others), sum(count for _, count in others)
    enough = base >= (PEERS_RETURNS if measure == "receiptless" else PEERS)
    expected = max(of, 1) * (theirs + 1) / base if base else 0.0
    often = events >= FEWEST and events * base >= TIMES * max(of, 1) * (theirs + 1)
    unusual = enough and often and tail(events, expected) <= RARE
    return Measured(measure, events, of, theirs, base, enough, unusual)


def _counts(one: Tally, measure: str) -> tuple[int, int]:
    """Events of a measure, and of how many."""
    events: int = getattr(one, measure)
    return events, one.returned if measure == "receiptless" else one.sales
