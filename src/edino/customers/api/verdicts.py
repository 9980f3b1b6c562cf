"""What staff decide about who is who: joins, splits, and taking either back. docs/algorithms/identity.md, 7."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from edino.customers import queries
from edino.customers.api import replaying
from edino.customers.api.policies import current_policy
from edino.customers.errors import (
    AlreadyOne,
    AlreadyUndone,
    NoSuchCustomer,
    NoSuchDecision,
    NotApart,
    NothingToJoin,
    Separated,
)
from edino.customers.queries import review, verdicts
from edino.customers.rules import verdicts as rules
from edino.customers.types import CustomerRef
from edino.customers.types.verdicts import Outcome
from edino.kernel import clock, ids
from edino.kernel.errors import FieldError, Invalid
from edino.kernel.transactions import TryAgain, retried
from edino.staff import api as staff
from edino.staff.types import Actor, Person

LONGEST_REASON = 1000


def split(*, customer: UUID, identifiers: Sequence[int], reason: str, by: Person | Actor) -> Outcome:
    """Decide that these identifiers (by number) and all others of the customer are different people.

    What remains may fall into several customers, if it was held together only by what goes apart.
    """
    _check(reason)
    return retried(partial(_split, customer, frozenset(identifiers), reason, by))


def unsplit(*, decision: int, reason: str, by: Person | Actor) -> Outcome:
    """Take a split back: the claims decide again."""
    _check(reason)
    return retried(partial(_unsplit, decision, reason, by))


def join(*, customers: Sequence[UUID], reason: str, by: Person | Actor) -> Outcome:
    """Decide that these customers are one person, whatever limits say. Only a separation stands against it."""
    _check(reason)
    return retried(partial(_join, tuple(dict.fromkeys(customers)), reason, by))


def unjoin(*, decision: int, reason: str, by: Person | Actor) -> Outcome:
    """Take a join back: the claims decide again."""
    _check(reason)
    return retried(partial(_unjoin, decision, reason, by))


def customer_now(*, uid: UUID) -> CustomerRef:
    """The customer that a public id stands for now, also one retired by a join; NoSuchCustomer."""
    found = verdicts.customer_now(uid)
    if found is None:
        raise NoSuchCustomer
    return found


def _check(reason: str) -> None:
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise Invalid.field("reason", "required", "Say why, in at most 1000 characters.")


def _split(uid: UUID, apart: frozenset[int], reason: str, by: Person | Actor) -> Outcome:
    whole = customer_now(uid=uid)
    members = {member.node.id for member in _locked([whole])}
    if not apart or not apart < members:
        raise NotApart(fields=[FieldError("identifiers", "not_apart", NotApart.__doc__ or "")])
    at = clock.now()
    sides = [(id_, int(id_ in apart)) for id_ in sorted(members)]
    decision = verdicts.add_separation(sides, by.name, reason, at)
    result = replaying.replay(members, current_policy())
    outcome = _outcome(decision, result, members)
    _keep("split", outcome, reason, by, subject=whole.uid, inputs={"separation": decision, "apart": sorted(apart)})
    return outcome


def _unsplit(decision: int, reason: str, by: Person | Actor) -> Outcome:
    sides = verdicts.sides(decision)
    if not sides:
        raise NoSuchDecision
    members = {side[0] for side in sides}
    queries.lock_customers({side[1] for side in sides})
    if not verdicts.revoke_separation(decision, clock.now()):
        raise AlreadyUndone
    result = replaying.replay(members, current_policy())
    outcome = _outcome(decision, result, members)
    review.reopen([ref.id for ref in outcome.customers], "different")
    _keep("unsplit", outcome, reason, by, inputs={"separation": decision})
    return outcome


def _join(uids: tuple[UUID, ...], reason: str, by: Person | Actor) -> Outcome:
    policy = current_policy()
    asked = list(dict.fromkeys(customer_now(uid=uid) for uid in uids))
    if len(asked) < 2:
        raise AlreadyOne
    found = _locked(asked)
    parts = [[member.node for member in found if member.customer == ref.id] for ref in asked]
    heads = [rules.representative(part, policy) for part in parts]
    if None in heads:
        raise NothingToJoin
    members = {member.node.id for member in found}
    # Neither of them holds both sides of a separation, so one that has both here runs between them.
    if between := verdicts.separations_between(members):
        raise Separated(decisions=", ".join(map(str, between)))
    pairs = rules.verdict_pairs(parts, replaying.look(members, policy).partition.taken, policy)
    decision = verdicts.add_verdict(pairs, ids.uuid7(), by.name, reason, clock.now())
    result = replaying.replay(members, policy)
    outcome = _outcome(decision, result, members)
    inputs = {"verdict": decision, "pairs": pairs, "joined": [ref.id for ref in asked]}
    _keep("join", outcome, reason, by, inputs=inputs)
    return outcome


def _unjoin(decision: int, reason: str, by: Person | Actor) -> Outcome:
    known = verdicts.verdict(decision)
    if known is None:
        raise NoSuchDecision
    pairs, _ = known
    members = {id_ for pair in pairs for id_ in pair}
    queries.lock_customers(set(queries.customers_of(members).values()))
    if not verdicts.revoke_verdict(decision, clock.now()):
        raise AlreadyUndone
    verdicts.claim_again(pairs)
    result = replaying.replay(members, current_policy())
    outcome = _outcome(decision, result, members)
    review.reopen([ref.id for ref in outcome.customers], "same")
    _keep("unjoin", outcome, reason, by, inputs={"verdict": decision})
    return outcome


def _locked(customers: Sequence[CustomerRef]) -> list[verdicts.MemberRow]:
    """Lock customers that were just looked up; their identifiers."""
    asked = {ref.id for ref in customers}
    queries.lock_customers(asked)
    found = verdicts.members(asked)
    if {member.customer for member in found} != asked:
        raise TryAgain
    return found


def _outcome(decision: int, result: replaying.Connected, members: set[int]) -> Outcome:
    roots = {result.partition.root[id_] for id_ in members}
    return Outcome(decision, verdicts.refs(roots))


def _keep(
    what: str,
    outcome: Outcome,
    reason: str,
    by: Person | Actor,
    *,
    subject: UUID | None = None,
    inputs: dict[str, Any],
) -> None:
    """The decision, and a line on the trail. What it changed stands on the log since the replay."""
    kept = {**inputs, "by": by.name, "why": reason}
    customers = sorted({ref.id for ref in outcome.customers} | set(inputs.get("joined", ())))
    queries.add_decisions([(what, customers, "staff", kept)], current_policy().version, clock.now())
    operation = "customers.join" if what in {"join", "unjoin"} else "customers.split"
    detail = {"did": what, "decision": outcome.decision, "customers": [str(ref.uid) for ref in outcome.customers]}
    staff.audit(
        actor=by, operation=operation, subject=("customer", str(subject or outcome.customers[0].uid)), detail=detail
    )
