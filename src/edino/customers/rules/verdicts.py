"""What a verdict "these customers are one person" has to claim, so that they are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from edino.customers.rules.partition import Component, joins_plainly
from edino.customers.types import VERDICT, Edge, Node, Policy

Pair = tuple[int, int]


def representative(nodes: Sequence[Node], policy: Policy) -> Node | None:
    """The identifier that stands for a customer: the strongest that is not shared, a person's before a thing's."""
    usable = [node for node in nodes if not node.shared]
    return max(usable, key=lambda node: _standing(node, policy), default=None)


def _standing(node: Node, policy: Policy) -> tuple[bool, int, int]:
    kind = policy.kind(node.kind)
    return (not kind.switches, kind.weight, -node.id)


def verdict_pairs(customers: Sequence[Sequence[Node]], taken: Sequence[Edge], policy: Policy) -> list[Pair]:
    """The pairs to claim: each customer's representative with the first one's.

    Where the union is not plain, that alone would let rules tear off what is twice in it (a second card, another
    log-in). Then what holds each customer together now is claimed as well, except what earlier verdicts hold: those are
    undone by themselves. `taken` is a spanning forest of these customers.
    """
    chosen = [representative(nodes, policy) for nodes in customers]
    first, *others = [node.id for node in chosen if node is not None]
    pairs = {(min(first, other), max(first, other)) for other in others}
    everybody = {node.id: node for nodes in customers for node in nodes}
    logins = sum(node.login for node in everybody.values())
    if logins > 1 or not joins_plainly([_component(nodes) for nodes in customers], policy):
        pairs |= {(edge.a, edge.b) for edge in _trunk(everybody, taken, policy) if edge.strength < VERDICT}
    return sorted(pairs)


def _component(nodes: Sequence[Node]) -> Component:
    whole = Component.of(nodes[0], {})
    for node in nodes[1:]:
        whole.absorb(Component.of(node, {}))
    return whole


def _trunk(nodes: Mapping[int, Node], taken: Sequence[Edge], policy: Policy) -> list[Edge]:
    """The forest without its leaves that are things, and theirs in turn: what joins personal identifiers."""
    edges = [edge for edge in taken if edge.a in nodes and edge.b in nodes]
    while True:
        degree: dict[int, int] = defaultdict(int)
        for edge in edges:
            degree[edge.a] += 1
            degree[edge.b] += 1
        leaves = {id_ for id_, count in degree.items() if count == 1 and policy.kind(nodes[id_].kind).switches}
        if not leaves:
            return edges
        edges = [edge for edge in edges if edge.a not in leaves and edge.b not in leaves]
