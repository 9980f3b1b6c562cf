"""Which promotions cannot meet, and how many codes an order may have."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from edino.channels.api import scope
from edino.channels.types import Scope, Source
from edino.kernel.json_api import Body
from edino.promotions import api
from edino.promotions.api import limits, meetings
from edino.promotions.types.meetings import MeetingKind
from edino.staff import api as staff

router = Router(tags=["pricing"])


class KeyedRequest(HttpRequest):
    """A request whose key was accepted: `auth` is the source that showed it."""

    auth: Source


class PromotionNamed(Schema):
    """A promotion by its id, code and name."""

    id: UUID
    code: str
    name: str


class ConflictAnswer(Schema):
    """How two promotions get along where both would act."""

    promotion: PromotionNamed
    other: PromotionNamed
    kind: MeetingKind = Field(
        description="group: only the one that takes more off; never: not both on one line; both: one does not share "
        "lines, but excepts the other"
    )
    refuses: UUID | None = Field(description="the one that does not share lines")
    first: UUID | None = Field(description="the one that goes first by its priority")


class ConflictsAnswer(Schema):
    """All that have something against each other."""

    conflicts: list[ConflictAnswer]


class CodesOfOrder(Body):
    """How many codes count in one order; those beyond are told that there are too many."""

    max_codes: int = Field(ge=1, le=limits.MOST)


@router.get(
    "/promotions/conflicts",
    response=ConflictsAnswer,
    auth=scope(Scope.PROMOTIONS_WRITE),
    summary="Promotions that cannot meet",
)
def conflicts(request: KeyedRequest, promotion: str = "") -> dict[str, Any]:
    """What fights among the promotions that run now; with `promotion`, a code, what that one would fight with."""
    found = meetings.beside(api.promotion(code=promotion)) if promotion else meetings.running()
    told = []
    for ours, theirs, met in found:
        uids = {None: None, ours.id: ours.uid, theirs.id: theirs.uid}
        one, other = ({"id": each.uid, "code": each.code, "name": each.definition.name} for each in (ours, theirs))
        told.append(
            {
                "promotion": one,
                "other": other,
                "kind": met.kind,
                "refuses": uids[met.refuses],
                "first": uids[met.first],
            }
        )
    return {"conflicts": told}


@router.get(
    "/promotions/codes", response=CodesOfOrder, auth=scope(Scope.PROMOTIONS_WRITE), summary="Codes in one order"
)
def codes(request: KeyedRequest) -> dict[str, int]:
    """How many codes count in one order."""
    return {"max_codes": limits.code_limit()}


@router.put(
    "/promotions/codes", response=CodesOfOrder, auth=scope(Scope.PROMOTIONS_WRITE), summary="Set codes in one order"
)
def set_codes(request: KeyedRequest, payload: CodesOfOrder) -> dict[str, int]:
    """Let so many codes count in one order, from the next basket that is priced."""
    with staff.at_place(request):
        return {"max_codes": limits.save_code_limit(most=payload.max_codes, by=request.auth)}
