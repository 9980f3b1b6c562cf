"""A change of rules over all customers: what it would do, and doing it. docs/algorithms/identity.md, 8."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from re import Pattern
from typing import Final

from edino.customers import queries
from edino.customers.api import replaying
from edino.customers.queries import governing, verdicts
from edino.customers.queries.governing import Stretch
from edino.customers.rules import partition as rules
from edino.customers.rules import values
from edino.customers.rules.masking import mask
from edino.customers.rules.partition import Component
from edino.customers.types import ClaimRow, Identifier, Node, Partition, Policy
from edino.customers.types.governing import Example, Move, Preview
from edino.kernel.registry import Registry
from edino.kernel.transactions import TryAgain, retried

STRETCH: Final = 50_000
BATCH: Final = 500
EXAMPLES: Final = 20
_GATHERS: Final = 5

Impact = Callable[[Sequence[Move]], int]
policy_impacts: Registry[Impact] = Registry("policy impact")
"""What a change of rules would do elsewhere ("points"): a number per batch of moves, summed over all batches."""

Blocked = Mapping[str, Pattern[str]]


@dataclass(slots=True)
class Tally:
    """What has come out so far."""

    joined: int = 0
    split: int = 0
    moved: int = 0
    examined: int = 0
    impacts: Counter[str] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)

    def report(self, version: int, target: "Target") -> Preview:
        """As a report on a version of the rules."""
        return Preview(
            version=version,
            joined=self.joined,
            split=self.split,
            moved=self.moved,
            shared=len(target.leaving),
            freed=len(target.joining),
            examined=self.examined,
            impacts=dict(self.impacts),
            examples=tuple(self.examples),
        )


@dataclass(slots=True)
class Target:
    """The rules to come, and the values whose mark "joins nobody" they set (`leaving`) or take off (`joining`)."""

    policy: Policy
    blocked: Blocked
    leaving: set[int] = field(default_factory=set)
    joining: set[int] = field(default_factory=set)

    def marked(self, node: Node) -> Node:
        """A node as the rules to come would mark it."""
        shared = node.id in self.leaving or (node.shared and node.id not in self.joining)
        return node if shared == node.shared else node._replace(shared=shared)


@dataclass(frozen=True, slots=True)
class Closure:
    """Nodes connected under the rules to come, or one customer now: whatever changes among them stays among them."""

    nodes: dict[int, Node]
    homes: dict[int, int]
    claims: list[ClaimRow]


def foresee(policy: Policy, blocked: Blocked) -> Preview:
    """What these rules would change on the data as it is now. Nothing is written or locked."""
    target = aim(policy, blocked)
    tally = Tally()
    for _, closure in _candidates(target):
        _count(closure, _replayed(closure, policy), tally)
    return tally.report(policy.version, target)


def apply(policy: Policy, blocked: Blocked) -> Preview:
    """Bring all customers to these rules, batch by batch under locks; what changed. May be run again at any time."""
    target = aim(policy, blocked)
    total = Tally()
    for seeds, _ in _candidates(target):
        _count(*retried(partial(_settle, seeds, target)), total)
    return total.report(policy.version, target)


def aim(policy: Policy, blocked: Blocked) -> Target:
    """Find the values whose mark changes: one walk over all identifiers in stretches."""
    target = Target(policy, blocked)
    personal = [code for code, kind in policy.kinds.items() if kind.personal]
    least = min([kind.partners for kind in policy.kinds.values()] + [policy.kind("").partners])
    for which in _stretches():
        crowds = governing.crowds(which, personal, least)
        for id_, kind, value, shared in governing.stretch(which):
            crowded = crowds.get(id_, 0) > policy.kind(kind).partners
            if shared != (crowded or values.is_blocked(Identifier(kind, value), blocked)):
                (target.joining if shared else target.leaving).add(id_)
    return target


def _stretches() -> Iterator[Stretch]:
    last = governing.last_identifier()
    for after in range(0, last, STRETCH):
        yield Stretch(after, min(after + STRETCH, last))


def _candidates(target: Target) -> Iterator[tuple[set[int], Closure]]:
    """Batches of identifiers with whom something may change, each with its closure; no closure is met twice.

    A customer that is plain under the rules to come, with no claim to another and no mark changed nearby, replays to
    itself (identity.md, 6). What was met is remembered only as far as it lies ahead.
    """
    flipped = target.leaving | target.joining
    near = sorted(flipped | queries.partners_of(flipped)) if flipped else []
    met: set[int] = set()
    for which in _stretches():
        seeds = governing.crossing(which)
        seeds |= {id_ for id_ in near if which.after < id_ <= which.upto}
        seeds |= {one.id for one in governing.several(which) if not _plain(one, target.policy)}
        ordered = sorted(seeds)
        for start in range(0, len(ordered), BATCH):
            fresh = {id_ for id_ in ordered[start : start + BATCH] if id_ not in met}
            if fresh:
                closure = _gather(fresh, target)
                met |= closure.nodes.keys()
                yield fresh, closure
        met = {id_ for id_ in met if id_ > which.upto}


def _plain(one: governing.Several, policy: Policy) -> bool:
    sides = {-1: 0} if one.separated else {}
    return rules.joins_plainly([Component(one.id, one.size, one.kinds, one.login, sides)], policy)


def _gather(seeds: Iterable[int], target: Target) -> Closure:
    """Everything linked to the seeds by claims that would count, or by being one customer now."""
    nodes: dict[int, Node] = {}
    homes: dict[int, int] = {}
    claims: dict[tuple[object, ...], ClaimRow] = {}
    front = governing.nodes(set(seeds))
    while front:
        fresh = {node.id: target.marked(node) for node, _ in front if node.id not in nodes}
        customers = {home for node, home in front if node.id in fresh} - set(homes.values())
        homes.update((node.id, home) for node, home in front if node.id in fresh)
        nodes |= fresh
        front = governing.mates(customers) if customers else []
        free = [id_ for id_, node in fresh.items() if not node.shared]
        found = governing.touching(free) if free else []
        claims.update((tuple(claim), claim) for claim in found)
        ahead = {end for claim in found for end in (claim.a, claim.b)} - nodes.keys()
        front += [pair for pair in governing.nodes(ahead) if not target.marked(pair[0]).shared] if ahead else []
        front = [pair for pair in front if pair[0].id not in nodes]
    within = [claim for claim in claims.values() if claim.a in nodes and claim.b in nodes]
    return Closure(nodes, homes, within)


def _replayed(closure: Closure, policy: Policy) -> Partition:
    return rules.replay(closure.nodes, closure.claims, queries.separations_of(closure.nodes), policy)


def _settle(seeds: set[int], target: Target) -> tuple[Closure, Partition]:
    held: set[int] = set()
    for _ in range(_GATHERS):
        closure = _gather(seeds, target)
        ahead = set(closure.homes.values()) - held
        if held and not ahead:
            break
        queries.lock_customers(ahead)
        held |= ahead
    else:
        raise TryAgain
    flipped = closure.nodes.keys() & (target.leaving | target.joining)
    if flipped:
        closure = _marked(closure, flipped, target)
    partition = _replayed(closure, target.policy)
    found = replaying.Connected(closure.nodes, closure.homes, closure.claims, partition)
    replaying.store(found, target.policy, flipped)
    if flipped:
        governing.anchor_again(flipped | queries.partners_of(flipped))
    return closure, partition


def _marked(closure: Closure, flipped: set[int], target: Target) -> Closure:
    """Set marks by what is so now, under the locks: partners may have come since the target was aimed."""
    personal = [code for code, kind in target.policy.kinds.items() if kind.personal]
    most: dict[int, int] = defaultdict(int)
    for id_, _, count in queries.partners(flipped, personal):
        most[id_] = max(most[id_], count)
    nodes = dict(closure.nodes)
    for id_ in flipped:
        node = nodes[id_]
        crowded = most[id_] > target.policy.kind(node.kind).partners
        blocked = values.is_blocked(Identifier(node.kind, node.value), target.blocked)
        nodes[id_] = node._replace(shared=crowded or blocked)
    governing.mark([id_ for id_ in flipped if nodes[id_].shared], shared=True)
    governing.mark([id_ for id_ in flipped if not nodes[id_].shared], shared=False)
    return Closure(nodes, closure.homes, closure.claims)


def _count(closure: Closure, partition: Partition, tally: Tally) -> None:
    """Add what changes within a closure: it is complete, so that no customer is counted in two."""
    came: dict[int, set[int]] = defaultdict(set)
    went: dict[int, set[int]] = defaultdict(set)
    moves = []
    for id_, root in partition.root.items():
        home = closure.homes[id_]
        came[root].add(home)
        went[home].add(root)
        if home != root:
            moves.append(Move(id_, home, root))
    joins = [homes for homes in came.values() if len(homes) > 1]
    splits = [(home, roots) for home, roots in went.items() if len(roots) > 1]
    tally.joined += len({home for homes in joins for home in homes})
    tally.split += len(splits)
    tally.moved += len(moves)
    tally.examined += len(closure.nodes)
    if moves:
        for name, impact in policy_impacts:
            tally.impacts[name] += impact(moves)
    room = EXAMPLES - len(tally.examples)
    if room > 0 and (joins or splits):
        tally.examples += _examples(closure, joins, splits)[:room]


def _examples(closure: Closure, joins: Sequence[set[int]], splits: Sequence[tuple[int, set[int]]]) -> list[Example]:
    uids = {ref.id: ref.uid for ref in verdicts.refs(set().union(*joins, {home for home, _ in splits}))}
    shown: dict[int, list[str]] = defaultdict(list)
    for id_, home in closure.homes.items():
        shown[home].append(mask(closure.nodes[id_].kind, closure.nodes[id_].value))
    found = []
    for homes in joins:
        names = tuple(name for home in sorted(homes) for name in shown[home])
        found.append(Example("join", tuple(uids[home] for home in sorted(homes)), 1, names[:12]))
    for home, roots in splits:
        found.append(Example("split", (uids[home],), len(roots), tuple(shown[home][:12])))
    return found
