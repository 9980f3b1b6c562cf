"""Calls about who is who: why a customer is who it is, and taking one apart."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from ninja import Field, Router, Schema
from ninja.params.functions import Header
from pydantic import ConfigDict

from edino.channels.api import actor, scope
from edino.channels.types import Scope, Source
from edino.customers import api
from edino.customers.types.verdicts import Link, Member
from edino.kernel.errors import Invalid
from edino.kernel.idempotency import once
from edino.kernel.transactions import retried
from edino.kernel.web import PROBLEM
from edino.staff import api as staff

router = Router(tags=["customers"])


class KeyedRequest(HttpRequest):
    """A request whose key was accepted: `auth` is the source that showed it."""

    auth: Source


class ClaimAnswer(Schema):
    """What one source said of two identifiers, all its months together."""

    source: int
    strength: int
    verified: bool
    first_at: datetime
    last_at: datetime
    months: int


class LinkAnswer(Schema):
    """Two identifiers claimed together. `refused` is the rule that kept the claim from joining; "" when it does."""

    kind: str
    value: str
    customer: UUID
    strength: int
    verified: bool
    holds: bool
    refused: str
    claims: list[ClaimAnswer]


class MemberAnswer(Schema):
    """An identifier and what holds it in: `sources` of `heard` say that it belongs here."""

    kind: str
    value: str
    confirmed: bool
    shared: bool
    sources: int
    heard: int
    links: list[LinkAnswer]


class FragmentAnswer(Schema):
    """What one source saw together; its facts stay with it wherever it belongs."""

    profile: int
    source: int
    kinds: list[str]
    first_at: datetime


class DecisionAnswer(Schema):
    """A decision about this customer and the version of the rules it was made under."""

    id: int
    what: str
    reason: str
    customers: list[UUID]
    policy: int
    at: datetime


class WhyAnswer(Schema):
    """Why a customer is who it is. Values are masked unless the key has customers:personal."""

    customer: UUID
    policy: int
    masked: bool
    members: list[MemberAnswer]
    fragments: list[FragmentAnswer]
    decisions: list[DecisionAnswer]


class Apart(Schema):
    """An identifier that goes apart, in any usual writing."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(min_length=1, max_length=40, examples=["phone"])
    value: str = Field(min_length=1, max_length=500, examples=["+7 916 123-45-67"])


class SplitRequest(Schema):
    """The identifiers that are somebody else's, and why that is known."""

    model_config = ConfigDict(extra="forbid")

    identifiers: list[Apart] = Field(min_length=1, max_length=200)
    reason: str = Field(min_length=1, max_length=1000)


class SplitAnswer(Schema):
    """The decision by which the split is undone, and all customers that came out of it."""

    decision: int
    customers: list[UUID]


@router.get("/customers/{uid}/why", response=WhyAnswer, auth=scope(Scope.CUSTOMERS_READ), summary="Why one customer")
def why(request: KeyedRequest, uid: UUID) -> WhyAnswer:
    """What holds each identifier of a customer in, how sure, which claims were refused, what was decided."""
    reveal = request.auth.may(Scope.CUSTOMERS_PERSONAL)
    found = api.why(customer=uid, revealed=reveal)
    kinds = {member.id: member.kind for member in found.members}
    with staff.at_place(request):
        operation = "customers.see_personal" if reveal else "customers.why"
        subject = ("customer", str(found.customer.uid))
        staff.audit(actor=actor(request.auth), operation=operation, subject=subject)
    return WhyAnswer(
        customer=found.customer.uid,
        policy=found.policy,
        masked=not reveal,
        members=[_member(member) for member in found.members],
        fragments=[
            FragmentAnswer(
                profile=one.profile,
                source=one.source_id,
                kinds=[kinds[id_] for id_ in one.identifiers if id_ in kinds],
                first_at=one.first_at,
            )
            for one in found.fragments
        ],
        decisions=[
            DecisionAnswer(
                id=one.id,
                what=one.what,
                reason=one.reason,
                customers=list(one.customers),
                policy=one.policy,
                at=one.at,
            )
            for one in found.decisions
        ],
    )


@router.post("/customers/{uid}/split", response=SplitAnswer, auth=scope(Scope.CUSTOMERS_WRITE), summary="Take apart")
def split(
    request: KeyedRequest,
    uid: UUID,
    payload: SplitRequest,
    idempotency_key: str | None = Header(None, alias="Idempotency-Key"),
) -> SplitAnswer | JsonResponse:
    """Decide that these identifiers and the rest of the customer are different people. Needs an Idempotency-Key."""

    def run() -> tuple[int, dict[str, Any]]:
        numbers = _numbers(uid, payload.identifiers)
        with staff.at_place(request):
            work = partial(api.split, customer=uid, identifiers=numbers, reason=payload.reason, by=actor(request.auth))
            made = retried(work)
        return 200, {"decision": made.decision, "customers": [str(ref.uid) for ref in made.customers]}

    body = {"customer": str(uid), "apart": [[one.kind, one.value] for one in payload.identifiers]}
    answer = once(scope=f"customers.split {request.auth.id}", key=idempotency_key, body=body, run=run)
    if answer.status != 200:
        return JsonResponse(answer.body, status=answer.status, content_type=PROBLEM)
    return SplitAnswer(**answer.body)


def _numbers(uid: UUID, given: list[Apart]) -> list[int]:
    """The customer's identifiers that are meant; one that is not theirs is named."""
    theirs = {(member.kind, member.value): member.id for member in api.why(customer=uid, revealed=True).members}
    found = []
    for place, one in enumerate(given):
        try:
            item = api.usable(one.kind, one.value)
        except api.Unusable as error:
            raise Invalid.field(
                f"identifiers[{place}].value", "unusable", f"This is not one of its kind: {error}."
            ) from error
        if item is None or (item.kind, item.value) not in theirs:
            raise Invalid.field(f"identifiers[{place}].value", "not_theirs", "This identifier is not the customer's.")
        found.append(theirs[item.kind, item.value])
    return found


def _member(member: Member) -> MemberAnswer:
    return MemberAnswer(
        kind=member.kind,
        value=member.masked if member.value is None else member.value,
        confirmed=member.login,
        shared=member.shared,
        sources=member.sources,
        heard=member.heard,
        links=[_link(link) for link in member.links],
    )


def _link(link: Link) -> LinkAnswer:
    return LinkAnswer(
        kind=link.other_kind,
        value=link.other_masked,
        customer=link.other_customer,
        strength=link.strength,
        verified=link.verified,
        holds=link.holds,
        refused=link.refused,
        claims=[
            ClaimAnswer(
                source=claim.source_id,
                strength=claim.strength,
                verified=claim.verified,
                first_at=claim.first_at,
                last_at=claim.last_at,
                months=claim.months,
            )
            for claim in link.claims
        ],
    )
