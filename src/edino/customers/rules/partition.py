"""Identity as a pure function: claims in, components out. docs/algorithms/identity.md is the specification."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from edino.customers.types import (
    ACT,
    VERDICT,
    ClaimRow,
    Edge,
    Held,
    Kind,
    Node,
    Partition,
    Policy,
    Refused,
)

Separations = Mapping[int, Sequence[tuple[int, int]]]
"""Node id → [(separation, side 0 or 1)]: two sides of one separation never stand in one component."""


@dataclass(slots=True)
class Component:
    """What the rules need to know of a set of joined identifiers."""

    root: int
    size: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    login: bool = False
    sides: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, node: Node, separations: Separations) -> "Component":
        """The component of a single identifier."""
        return cls(node.id, 1, {node.kind: 1}, node.login, dict(separations.get(node.id, ())))

    def absorb(self, other: "Component") -> None:
        """Take in another component."""
        self.root = min(self.root, other.root)
        self.size += other.size
        self.login |= other.login
        for kind, count in other.kinds.items():
            self.kinds[kind] = self.kinds.get(kind, 0) + count
        self.sides.update(other.sides)


def nudge(trust: int) -> int:
    """What a source's word adds to the weight of kinds: 0..5 for a trust of 0..100."""
    return trust // 20


def strength(a: Kind, b: Kind, added: int) -> int:
    """How much a claim binds: the mean weight of the two kinds and what the claim adds; an act or a verdict is that."""
    return added if added >= ACT else min((a.weight + b.weight) // 2 + added, ACT - 1)


def edges_of(nodes: Mapping[int, Node], claims: Iterable[ClaimRow], policy: Policy) -> list[Edge]:
    """Put the claims of each pair together: strongest, verified by any, first moment and the event of that moment."""
    merged: dict[tuple[int, int], Edge] = {}
    for claim in claims:
        pair = (claim.a, claim.b)
        power = strength(policy.kind(nodes[claim.a].kind), policy.kind(nodes[claim.b].kind), claim.strength)
        old = merged.get(pair)
        if old is None:
            merged[pair] = Edge(claim.a, claim.b, power, claim.verified, claim.first_at, claim.event)
            continue
        at, event = min((old.at, old.event), (claim.first_at, claim.event))
        merged[pair] = Edge(*pair, max(old.strength, power), old.verified or claim.verified, at, event)
    return list(merged.values())


def shared(nodes: Mapping[int, Node], claims: Iterable[ClaimRow], policy: Policy) -> set[int]:
    """The identifiers with more partners of some personal kind than their own kind allows. Acts do not count."""
    partners: dict[tuple[int, str], set[int]] = defaultdict(set)
    for claim in claims:
        if claim.strength >= ACT:
            continue
        for one, other in ((claim.a, claim.b), (claim.b, claim.a)):
            if policy.kind(nodes[other].kind).personal:
                partners[one, nodes[other].kind].add(other)
    return {one for (one, _), others in partners.items() if len(others) > policy.kind(nodes[one].kind).partners}


def obstacle(  # noqa: PLR0911 - a return per rule reads as the table of rules it is
    a: Component, b: Component, edge: Edge, weak: bool, policy: Policy
) -> str | None:
    """Why an edge may not join two components, or None. Every rule is monotone: what it forbids, it forbids of more."""
    if any(b.sides.get(separation, side) != side for separation, side in a.sides.items()):
        return "separated"
    if edge.strength >= VERDICT:
        return None
    for kind, count in a.kinds.items():
        more = b.kinds.get(kind, 0)
        if not more:
            continue
        rule = policy.kind(kind)
        if count + more > rule.limit:
            return f"limit:{kind}"
        if weak and rule.personal:
            return f"contradiction:{kind}"
    if a.login and b.login and not edge.verified:
        return "access"
    if a.size + b.size > policy.bound and not edge.verified:
        return "size"
    return None


def replay(
    nodes: Mapping[int, Node], claims: Sequence[ClaimRow], separations: Separations, policy: Policy
) -> Partition:
    """The partition that a set of claims means: strongest edge first, each followed unless a rule forbids it.

    `nodes` holds every node a claim names. Shared nodes stay alone. The order of `claims` does not matter.
    """
    free = [claim for claim in claims if not (nodes[claim.a].shared or nodes[claim.b].shared)]
    usable = edges_of(nodes, free, policy)
    usable.sort(key=lambda edge: rank(edge, nodes))
    parent = {id_: id_ for id_ in nodes}
    components = {id_: Component.of(node, separations) for id_, node in nodes.items()}
    refused: list[Refused] = []
    taken: list[Edge] = []
    for edge in usable:
        a, b = find(parent, edge.a), find(parent, edge.b)
        if a == b:
            continue
        reason = obstacle(components[a], components[b], edge, is_weak(edge, nodes, policy), policy)
        if reason:
            refused.append(Refused(edge, reason))
            continue
        if components[a].size < components[b].size:
            a, b = b, a
        parent[b] = a
        components[a].absorb(components.pop(b))
        taken.append(edge)
    root = {id_: components[find(parent, id_)].root for id_ in nodes}
    final = [item for item in refused if root[item.edge.a] != root[item.edge.b]]
    return Partition(root, final, holders(nodes, claims, root, policy), taken)


def rank(edge: Edge, nodes: Mapping[int, Node]) -> tuple[object, ...]:
    """The order in which edges are taken; the values break ties, since ids depend on the order of arrival."""
    a, b = nodes[edge.a], nodes[edge.b]
    ends = sorted(((a.kind, a.value), (b.kind, b.value)))
    return (-edge.strength, not edge.verified, edge.at, edge.event, ends)


def is_weak(edge: Edge, nodes: Mapping[int, Node], policy: Policy) -> bool:
    """An edge to a thing, which is no proof against a contradiction."""
    return policy.kind(nodes[edge.a].kind).switches or policy.kind(nodes[edge.b].kind).switches


def find(parent: dict[int, int], node: int) -> int:
    """The representative of a node's set, halving the path on the way (Tarjan)."""
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


def holders(
    nodes: Mapping[int, Node], claims: Iterable[ClaimRow], root: Mapping[int, int], policy: Policy
) -> list[Held]:
    """Who held each thing that was with more than one customer: from each first moment of a month on.

    The first holder holds it from the beginning of time, so what was done before a log-in belongs to who logged in.
    """
    uses: dict[int, list[tuple[float, str, str, int]]] = defaultdict(list)
    for claim in claims:
        for thing, partner in ((claim.a, claim.b), (claim.b, claim.a)):
            node, other = nodes[thing], nodes[partner]
            if node.shared or other.shared or not policy.kind(node.kind).switches:
                continue
            if policy.kind(other.kind).personal:
                uses[thing].append((claim.first_at, other.kind, other.value, root[partner]))
    result: list[Held] = []
    for thing, seen in uses.items():
        if len({use[-1] for use in seen} | {root[thing]}) < 2:
            continue
        last: tuple[float, int] | None = None
        for at, _, _, holder in sorted(seen):
            if last is None or (at > last[0] and holder != last[1]):
                result.append(Held(thing, float("-inf") if last is None else at, holder))
                last = (at, holder)
    return result


def plain(kinds: Mapping[str, int], policy: Policy) -> bool:
    """No personal kind twice: in such a component no rule can ever have to choose."""
    return all(count <= 1 or not policy.kind(kind).personal for kind, count in kinds.items())


def joins_plainly(parts: Sequence[Component], policy: Policy) -> bool:
    """Whether these components may be joined without replaying their claims (identity.md, "the fast path").

    True only if the union breaks no rule whatever the order: no personal kind twice, no limit passed, at most one
    part with a log-in, no separation, not above the bound.
    """
    if sum(part.login for part in parts) > 1 or any(part.sides for part in parts):
        return False
    if sum(part.size for part in parts) > policy.bound:
        return False
    kinds: dict[str, int] = {}
    for part in parts:
        for kind, count in part.kinds.items():
            kinds[kind] = kinds.get(kind, 0) + count
    return plain(kinds, policy) and all(count <= policy.kind(kind).limit for kind, count in kinds.items())
