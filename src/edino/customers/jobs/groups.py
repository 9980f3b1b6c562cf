"""From likely pairs to groups that hang together, so that one doubtful pair does not chain two people into one."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

Record = TypeVar("Record", bound=Hashable)

# Of the pairs between two groups, the share that must be likely themselves before the groups become one.
DENSITY = 0.5


def dense_groups(
    pairs: Iterable[tuple[Record, Record]], source_of: Mapping[Record, Hashable], *, density: float = DENSITY
) -> list[Sequence[Record]]:
    """Groups grown from pairs taken surest first (average linkage on likely pairs; Sokal and Michener 1958).

    Two groups join when at least `density` of the pairs between them are among `pairs`, and when no source has a
    record in both: a source is held to be free of duplicates, so each record keeps its single best link there.
    """
    ordered = list(pairs)
    neighbours: dict[Record, set[Record]] = defaultdict(set)
    for left, right in ordered:
        neighbours[left].add(right)
        neighbours[right].add(left)
    group_of: dict[Record, int] = {}
    members: dict[int, list[Record]] = {}
    for record in neighbours:
        group_of[record] = len(members)
        members[len(members)] = [record]
    sources = {group: {source_of[record] for record in records} for group, records in members.items()}
    for left, right in ordered:
        small, large = sorted((group_of[left], group_of[right]), key=lambda group: (len(members[group]), group))
        if small == large or sources[small] & sources[large]:
            continue
        likely = sum(len(neighbours[record].intersection(members[large])) for record in members[small])
        if likely < density * len(members[small]) * len(members[large]):
            continue
        for record in members[small]:
            group_of[record] = large
        members[large].extend(members.pop(small))
        sources[large] |= sources.pop(small)
    return list(members.values())
