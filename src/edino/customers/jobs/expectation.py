"""Learning without labels: the chances of agreement among one person's records, in a household and among strangers.

Expectation maximisation (Dempster, Laird and Rubin 1977) for the model of Fellegi and Sunter (1969), over *all*
pairs of records: candidate pairs are seen with their pattern of degrees; a pair that is no candidate is a pair of
strangers. So the strangers' shares are what all pairs show, less what the others took, and no share is bent by the
choice of candidates.

A third class stands between: two people of one household, who agree in what a household shares (family name, phone,
address) as one person's records do, and in all else only by chance. Without it a mother and her son are one person.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

_ROUNDS = 500
_CONVERGED = 1e-7


@dataclass(frozen=True, slots=True)
class Observed:
    """What the records show.

    `seen[field]` is a 0/1 matrix of patterns × degrees (a row of zeros where the field is absent), `counts` the
    number of candidate pairs of each pattern, `totals[field]` the number of all pairs showing each degree,
    `unseen` how many pairs of strangers a degree may have without one having been seen, `shared[field]` is 1 for the
    degrees that a household explains as well as a person does, and 0 for the others.
    """

    seen: Mapping[str, Numbers]
    counts: Numbers
    totals: Mapping[str, Numbers]
    all_pairs: float
    unseen: float
    shared: Mapping[str, Numbers]


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed beforehand: shares of degrees among one person's records, and their weight in pairs.

    `pair_share` is the chance that two records are one person, and as much that they are one household.
    """

    same: Mapping[str, Numbers]
    strength: float
    pair_share: float


@dataclass(frozen=True, slots=True)
class Learned:
    """Chances that a pair is one person or one household, and the shares of degrees in one person and in strangers."""

    person_share: float
    household_share: float
    same: Mapping[str, Numbers]
    strangers: Mapping[str, Numbers]
    rounds: int


def learn(observed: Observed, belief: Belief) -> Learned:
    """The most probable shares given what is seen and believed; deterministic."""
    strangers = {field: _shares(total + observed.unseen) for field, total in observed.totals.items()}
    learned = Learned(belief.pair_share, belief.pair_share, belief.same, strangers, 0)
    moved = 1.0
    while moved > _CONVERGED and learned.rounds < _ROUNDS:
        before, learned = learned, _round(observed, belief, learned)
        moved = max(
            abs(learned.person_share / before.person_share - 1.0),
            abs(learned.household_share / before.household_share - 1.0),
            *(float(np.abs(learned.same[field] - before.same[field]).max()) for field in learned.same),
        )
    return learned


def _round(observed: Observed, belief: Belief, learned: Learned) -> Learned:
    person, household = (observed.counts * chance for chance in chances(observed.seen, learned, observed.shared))
    same: dict[str, Numbers] = {}
    strangers: dict[str, Numbers] = {}
    for field, matrix in observed.seen.items():
        took = matrix.T @ person
        same[field] = (took + belief.strength * belief.same[field]) / (took.sum() + belief.strength)
        taken = took + observed.shared[field] * (matrix.T @ household)
        strangers[field] = _shares(np.maximum(observed.totals[field] - taken, 0.0) + observed.unseen)
    # One pair of each kind is believed in, among as many as hold one.
    among = observed.all_pairs + 1.0 / belief.pair_share
    return Learned(
        person_share=(float(person.sum()) + 1.0) / among,
        household_share=(float(household.sum()) + 1.0) / among,
        same=same,
        strangers=strangers,
        rounds=learned.rounds + 1,
    )


def chances(seen: Mapping[str, Numbers], learned: Learned, shared: Mapping[str, Numbers]) -> tuple[Numbers, Numbers]:
    """Chance of each pattern to be of one person, and of one household; fields are taken as independent."""
    size = len(next(iter(seen.values())))
    person, household = np.zeros(size), np.zeros(size)
    for field, matrix in seen.items():
        bits = np.log2(learned.same[field] / learned.strangers[field])
        person += matrix @ bits
        household += matrix @ (shared[field] * bits)
    return posterior(person, household, learned)


def posterior(person: Numbers, household: Numbers, learned: Learned) -> tuple[Numbers, Numbers]:
    """Chances of one person and of one household from the bits that the fields give for each against strangers."""
    strangers = 1.0 - learned.person_share - learned.household_share
    person = person + np.log2(learned.person_share / strangers)
    household = household + np.log2(learned.household_share / strangers)
    highest = np.maximum(np.maximum(person, household), 0.0)
    of_person, of_household, of_strangers = (np.exp2(bits - highest) for bits in (person, household, 0.0 * person))
    total = of_person + of_household + of_strangers
    return of_person / total, of_household / total


def _shares(numbers: Numbers) -> Numbers:
    return np.asarray(numbers / numbers.sum())
