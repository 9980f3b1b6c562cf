"""Why a customer is who it is: every part, what holds it in, how sure, what was refused and decided."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from edino.customers.api import replaying
from edino.customers.api.policies import current_policy
from edino.customers.api.verdicts import customer_now
from edino.customers.queries import review, verdicts
from edino.customers.queries.review import ClaimsRow, EndRow
from edino.customers.rules import partition as rules
from edino.customers.rules.masking import mask
from edino.customers.types import Node, Policy
from edino.customers.types.verdicts import ClaimView, DecisionView, Fragment, Link, Member, Why

Pair = tuple[int, int]


def why(*, customer: UUID, revealed: bool = False) -> Why:
    """What holds each identifier and profile of a customer in, and what was refused; values only if `revealed`.

    Computed from the claims as they are now, by the same replay that made the customer.
    """
    ref = customer_now(uid=customer)
    policy = current_policy()
    mine = [row.node for row in verdicts.members([ref.id])]
    ids = [node.id for node in mine]
    claims = review.claims_of(ids)
    ends = review.ends({*ids, *(end for row in claims for end in (row.a, row.b))})
    links = _Links(claims, ends, replaying.look(ids, policy), policy)
    fragments = review.fragments(ids)
    return Why(
        customer=ref,
        policy=policy.version,
        members=tuple(_member(node, links, fragments, revealed) for node in mine),
        fragments=fragments,
        refused=tuple(link for node in mine for link in links.of(node.id) if link.refused),
        decisions=_decisions(ids),
        verdicts=tuple(verdicts.standing(ids)),
    )


class _Links:
    """Pairs and what is claimed of them, seen from either end."""

    def __init__(
        self,
        claims: Sequence[ClaimsRow],
        ends: Mapping[int, EndRow],
        connected: replaying.Connected,
        policy: Policy,
    ) -> None:
        self.ends = ends
        self.policy = policy
        self.taken = {(edge.a, edge.b) for edge in connected.partition.taken}
        self.refused = {(item.edge.a, item.edge.b): item.reason for item in connected.partition.refused}
        self.by_pair: dict[Pair, list[ClaimsRow]] = defaultdict(list)
        self.pairs_of: dict[int, list[Pair]] = defaultdict(list)
        for row in claims:
            pair = (row.a, row.b)
            if pair not in self.by_pair:
                self.pairs_of[row.a].append(pair)
                self.pairs_of[row.b].append(pair)
            self.by_pair[pair].append(row)

    def of(self, id_: int) -> tuple[Link, ...]:
        """The links of one identifier, the strongest first."""
        found = (self._link(pair, id_) for pair in self.pairs_of[id_])
        return tuple(sorted(found, key=lambda link: (bool(link.refused), -link.strength, not link.verified)))

    def sources(self, id_: int, *, within: bool) -> set[int]:
        """Who claimed anything of an identifier, or only what holds within its customer. Verdicts are no source."""
        home = self.ends[id_].customer
        return {
            row.source_id
            for pair in self.pairs_of[id_]
            if not within or self.ends[pair[0] + pair[1] - id_].customer == home
            for row in self.by_pair[pair]
            if row.source_id
        }

    def _link(self, pair: Pair, id_: int) -> Link:
        other = self.ends[pair[0] + pair[1] - id_]
        claims = tuple(self._claim(row) for row in self.by_pair[pair])
        shared = other.shared or self.ends[id_].shared
        return Link(
            identifier=id_,
            other=other.id,
            other_kind=other.kind,
            other_masked=mask(other.kind, other.value),
            other_customer=other.customer,
            strength=max(claim.strength for claim in claims),
            verified=any(claim.verified for claim in claims),
            holds=pair in self.taken,
            refused="shared" if shared else self.refused.get(pair, ""),
            claims=claims,
        )

    def _claim(self, row: ClaimsRow) -> ClaimView:
        a, b = (self.policy.kind(self.ends[id_].kind) for id_ in (row.a, row.b))
        power = rules.strength(a, b, row.strength)
        return ClaimView(row.source_id, power, row.verified, row.first_at, row.last_at, row.months)


def _member(node: Node, links: _Links, fragments: Iterable[Fragment], revealed: bool) -> Member:
    mine = [fragment for fragment in fragments if node.id in fragment.identifiers]
    within = [link for link in links.of(node.id) if not link.refused]
    claims = [claim for link in within for claim in link.claims]
    heard = links.sources(node.id, within=False) | {fragment.source_id for fragment in mine}
    alone = {fragment.source_id for fragment in mine if fragment.anchor == node.id and len(fragment.identifiers) == 1}
    return Member(
        id=node.id,
        kind=node.kind,
        masked=mask(node.kind, node.value),
        value=node.value if revealed else None,
        login=node.login,
        shared=node.shared,
        sources=len(links.sources(node.id, within=True) | alone),
        heard=len(heard),
        first_at=min((claim.first_at for claim in claims), default=min((f.first_at for f in mine), default=None)),
        last_at=max((claim.last_at for claim in claims), default=None),
        links=links.of(node.id),
    )


def _decisions(ids: Sequence[int]) -> tuple[DecisionView, ...]:
    found = review.decisions(ids)
    uids = review.uids({id_ for row in found for id_ in row.customer_ids})
    return tuple(
        DecisionView(
            id=row.id,
            what=row.what,
            reason=row.reason,
            customers=tuple(uids[id_] for id_ in row.customer_ids if id_ in uids),
            policy=row.policy,
            at=row.at,
            inputs=row.inputs,
        )
        for row in found
    )
