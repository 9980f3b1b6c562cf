"""The slow path: take everything connected, replay its claims, and store only what came out different."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from edino.customers import queries
from edino.customers.rules import partition as rules
from edino.customers.types import ClaimRow, Node, Partition, Policy, Refused
from edino.kernel import clock, log
from edino.kernel.transactions import TryAgain

JOINED = "customers.joined"
SPLIT = "customers.split"
_REACHES = 5
"""While it is being locked, what is connected may grow; so often it is followed."""


@dataclass(frozen=True, slots=True)
class Connected:
    """All that is connected to some identifiers, where each is now, and what the claims among them mean."""

    nodes: dict[int, Node]
    homes: dict[int, int]
    claims: list[ClaimRow]
    partition: Partition


def replay(seeds: Iterable[int], policy: Policy) -> Connected:
    """Replay all that is connected to these identifiers, under the locks of their customers, and store it."""
    asked = sorted(set(seeds))
    held: set[int] = set()
    for _ in range(_REACHES):
        nodes, homes = queries.reach(asked)
        ahead = set(homes.values()) - held
        if not ahead and (held or not homes):
            break
        queries.lock_customers(ahead)
        held |= ahead
    else:
        raise TryAgain
    found = _replayed(nodes, homes, policy)
    store(found, policy, asked)
    return found


def look(seeds: Iterable[int], policy: Policy) -> Connected:
    """Replay all that is connected to these identifiers, and store nothing."""
    return _replayed(*queries.reach(sorted(set(seeds))), policy)


def _replayed(nodes: dict[int, Node], homes: dict[int, int], policy: Policy) -> Connected:
    claims = queries.claims_among(nodes)
    return Connected(nodes, homes, claims, rules.replay(nodes, claims, queries.separations_of(nodes), policy))


def store(found: Connected, policy: Policy, changed: Iterable[int]) -> None:
    """Write the difference between where identifiers are and where the partition puts them.

    `changed` are identifiers of which something else is new: a log-in, a mark, a side. Their customers, and those that
    win or lose an identifier, are counted again and get a new epoch; all others stay as they are.
    """
    nodes, homes, partition = found.nodes, found.homes, found.partition
    moves = [(id_, root) for id_, root in partition.root.items() if homes[id_] != root]
    at = clock.now()
    touched = {homes[id_] for id_ in changed if id_ in homes}
    if moves:
        roots = {root for _, root in moves}
        queries.add_missing_customers(roots)
        queries.move_identifiers(moves)
        _announce(homes, partition.root, policy.version, at)
        touched |= roots | {homes[id_] for id_, _ in moves}
    queries.refresh_customers(touched)
    things = [id_ for id_, node in nodes.items() if policy.kind(node.kind).switches]
    if things:
        queries.replace_tenure(things, [(h.node, h.since, h.root) for h in partition.held])
    _open_cases(nodes, partition, policy, at)


def _announce(homes: dict[int, int], roots: dict[int, int], policy: int, at: datetime) -> None:
    came: dict[int, set[int]] = defaultdict(set)
    went: dict[int, set[int]] = defaultdict(set)
    for id_, root in roots.items():
        came[root].add(homes[id_])
        went[homes[id_]].add(root)
    joins = [(old, root) for root, olds in came.items() for old in sorted(olds) if old != root and len(olds) > 1]
    announce_joins(joins, policy, at)
    splits = [(old, sorted(new)) for old, new in went.items() if len(new) > 1]
    if splits:
        queries.add_decisions([("split", [old, *new], "replay", {}) for old, new in splits], policy, at)
        log.append(log.Fact(SPLIT, "fact", at, {"customer": old, "parts": new}) for old, new in splits)


def announce_joins(joins: Sequence[tuple[int, int]], policy: int, at: datetime) -> None:
    """Keep the decision of each (absorbed, survivor) and say so on the log."""
    if not joins:
        return
    queries.add_decisions([("join", [root, old], "claims", {}) for old, root in joins], policy, at)
    log.append(log.Fact(JOINED, "fact", at, {"customer": root, "absorbed": old}) for old, root in joins)


def _open_cases(nodes: dict[int, Node], partition: Partition, policy: Policy, at: datetime) -> None:
    rows: dict[tuple[int, int], tuple[str, str, int, int, object]] = {}
    for item in partition.refused:
        if item.reason == "separated" or rules.is_weak(item.edge, nodes, policy):
            continue
        left, right = sorted((partition.root[item.edge.a], partition.root[item.edge.b]))
        what = "size" if item.reason == "size" else "conflict"
        rows.setdefault((left, right), (what, item.reason, left, right, _evidence(item, nodes)))
    if rows:
        queries.open_cases(list(rows.values()), at)


def _evidence(item: Refused, nodes: dict[int, Node]) -> dict[str, object]:
    edge = item.edge
    ends = [{"identifier": id_, "kind": nodes[id_].kind, "login": nodes[id_].login} for id_ in (edge.a, edge.b)]
    return {"ends": ends, "strength": edge.strength, "verified": edge.verified, "at": edge.at, "event": str(edge.event)}
