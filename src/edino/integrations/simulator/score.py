"""How well identifiers were joined into customers, against the truth of a city.

Everything is counted by group, never pair by pair: the cost grows with the identifiers, not with their square, also
when one customer has swallowed the whole city. Definitions: docs/simulator.md.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import comb

from edino.integrations.simulator.city import Identifier
from edino.integrations.simulator.truth import Known


@dataclass(frozen=True, slots=True)
class Score:
    """Precision and recall over pairs of identifiers, and the persons in the worst customer (0: nobody was mixed)."""

    precision: float
    recall: float
    largest_wrong: int
    true_pairs: int
    found_pairs: int
    joined_pairs: int
    right_pairs: int
    wrong_customers: int


class Truth:
    """The truth in memory, by identifier: only what belongs to somebody."""

    def __init__(self, rows: Iterable[Known]) -> None:
        self.of: dict[Identifier, Known] = {
            Identifier(row.kind, row.value): row for row in rows if row.state in {"own", "shared"}
        }


def score(truth: Truth, assignment: Iterable[tuple[str, str, Hashable]]) -> Score:
    """Compare an assignment of identifiers (kind, value in normal form) to customers with the truth.

    Identifiers that the truth does not know, or says are nobody's, are left out. An identifier named twice with
    different customers raises ValueError: a customer is one.
    """
    customer_of: dict[Identifier, Hashable] = {}
    for kind, value, customer in assignment:
        identifier = Identifier(kind, value)
        if customer_of.setdefault(identifier, customer) != customer:
            raise ValueError(f"a {kind} is assigned to two customers")
    members: defaultdict[Hashable, list[Known]] = defaultdict(list)
    for identifier, customer in customer_of.items():
        row = truth.of.get(identifier)
        if row is not None:
            members[customer].append(row)
    joined = sum(comb(len(rows), 2) for rows in members.values())
    right = sum(_pairs_of_one_person(rows) for rows in members.values())
    mixed = [count for rows in members.values() if (count := _persons(rows)) > 1]
    true, found = _chained_pairs(truth.of, customer_of)
    return Score(
        precision=right / joined if joined else 1.0,
        recall=found / true if true else 1.0,
        largest_wrong=max(mixed, default=0),
        true_pairs=true,
        found_pairs=found,
        joined_pairs=joined,
        right_pairs=right,
        wrong_customers=len(mixed),
    )


def best(truth: Truth) -> Iterable[tuple[str, str, int]]:
    """The best that anybody can do: each chain a customer, a shared identifier with the longest chain it is in."""
    lengths = Counter(chain for row in truth.of.values() for chain in row.chains)
    for identifier, row in truth.of.items():
        yield identifier.kind, identifier.value, max(row.chains, key=lambda chain: (lengths[chain], -chain))


def _persons(rows: list[Known]) -> int:
    """Distinct real persons, by the identifiers that only they used."""
    return len({row.persons[0] for row in rows if len(row.persons) == 1})


def _pairs_of_one_person(rows: list[Known]) -> int:
    """Pairs among these identifiers that have a person in common."""
    alone: Counter[int] = Counter()
    shared: list[tuple[int, ...]] = []
    for row in rows:
        if len(row.persons) == 1:
            alone[row.persons[0]] += 1
        else:
            shared.append(row.persons)
    pairs = sum(comb(count, 2) for count in alone.values())
    pairs += sum(alone[person] for persons in shared for person in persons)
    return pairs + len(_meeting(shared))


def _chained_pairs(truth: Mapping[Identifier, Known], customer_of: Mapping[Identifier, Hashable]) -> tuple[int, int]:
    """(pairs of identifiers in one chain, those of them that have one customer)."""
    alone: Counter[int] = Counter()
    alone_in: Counter[tuple[int, Hashable]] = Counter()
    shared: list[tuple[int, ...]] = []
    shared_customers: list[Hashable] = []
    for identifier, row in truth.items():
        customer = customer_of.get(identifier)
        if len(row.chains) == 1:
            alone[row.chains[0]] += 1
            if customer is not None:
                alone_in[row.chains[0], customer] += 1
        else:
            shared.append(row.chains)
            shared_customers.append(customer)
    true = sum(comb(count, 2) for count in alone.values())
    found = sum(comb(count, 2) for count in alone_in.values())
    for chains, customer in zip(shared, shared_customers, strict=True):
        true += sum(alone[chain] for chain in chains)
        found += sum(alone_in[chain, customer] for chain in chains) if customer is not None else 0
    meeting = _meeting(shared)
    true += len(meeting)
    found += sum(
        shared_customers[one] is not None and shared_customers[one] == shared_customers[other] for one, other in meeting
    )
    return true, found


def _meeting(groups: list[tuple[int, ...]]) -> set[tuple[int, int]]:
    """Pairs of places whose groups have a member in common; groups are few and small (families)."""
    places: defaultdict[int, list[int]] = defaultdict(list)
    for place, group in enumerate(groups):
        for member in group:
            places[member].append(place)
    return {pair for together in places.values() for pair in combinations(together, 2)}
