"""Calls about people: who is this, what may be done, hand it over, forget it."""

from datetime import datetime
from functools import partial
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from ninja import Field, Router, Schema
from ninja.params.functions import Header
from pydantic import AwareDatetime, ConfigDict

from edino.channels.api import actor, require_scope, scope
from edino.channels.types import Scope, Source
from edino.customers import api
from edino.customers.types import AHEAD, CONTACT_KINDS, EARLIEST, Consent, Found, Identifier
from edino.customers.types.answers import PermissionAnswer
from edino.kernel import clock
from edino.kernel.errors import FieldError, Invalid
from edino.kernel.idempotency import once
from edino.kernel.transactions import retried
from edino.kernel.web import PROBLEM
from edino.staff import api as staff

router = Router(tags=["customers"])


class KeyedRequest(HttpRequest):
    """A request whose key was accepted: `auth` is the source that showed it."""

    auth: Source


class Given(Schema):
    """An identifier in any usual writing."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(min_length=1, max_length=40, examples=["phone"])
    value: str = Field(min_length=1, max_length=500, examples=["+7 916 123-45-67"])


class IdentifyRequest(Schema):
    """Identifiers of one person, and what is said of them. `act`: the person did something that binds them."""

    model_config = ConfigDict(extra="forbid")

    identifiers: list[Given] = Field(min_length=1, max_length=12)
    traits: dict[str, Any] = {}
    at: AwareDatetime | None = None
    act: bool = False


class IdentifyAnswer(Schema):
    """Whose they are now; whether nobody knew any of them; the customers that were joined into this one."""

    customer: UUID
    created: bool
    joined: list[UUID]


class SmallCard(Schema):
    """A customer in few words; `masked` unless the key has customers:personal."""

    customer: UUID
    name: str
    contacts: list[str]
    seen_at: datetime | None
    masked: bool


class ConsentRequest(Schema):
    """A statement about a contact point. Without a value it speaks of every point of the kind, and may only refuse."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(min_length=1, max_length=40, examples=["phone"])
    value: str | None = Field(None, min_length=1, max_length=500, examples=["+7 916 123-45-67"])
    purpose: str = Field(min_length=1, max_length=40, examples=["marketing"])
    brand: str = Field("", max_length=100)
    state: Literal["granted", "refused", "withdrawn"]
    at: AwareDatetime | None = None
    proof: dict[str, Any] = {}


class ConsentsRequest(Schema):
    """Statements, recorded all or none."""

    model_config = ConfigDict(extra="forbid")

    consents: list[ConsentRequest] = Field(min_length=1, max_length=100)


class ConsentsAnswer(Schema):
    """How many statements were new, and every permission of the customer after them."""

    customer: UUID
    recorded: int
    permissions: list[PermissionAnswer]


class EraseRequest(Schema):
    """Whom to erase: all of the customer, or the half that these identifiers are. `anonymise` keeps it together."""

    model_config = ConfigDict(extra="forbid")

    identifiers: list[Given] = Field([], max_length=200)
    anonymise: bool = False


class EraseAnswer(Schema):
    """How many identifiers lost their values."""

    customer: UUID
    erased: int


@router.post("/customers/identify", response=IdentifyAnswer, auth=scope(Scope.CUSTOMERS_WRITE), summary="Who is this")
def identify(request: KeyedRequest, payload: IdentifyRequest) -> IdentifyAnswer:
    """Say that identifiers are one person's. The same call again changes nothing."""
    _check_moment("at", payload.at)
    told = retried(
        partial(
            api.identify,
            source=request.auth,
            identifiers=[(given.kind, given.value) for given in payload.identifiers],
            traits=payload.traits,
            at=payload.at,
            act=payload.act,
        )
    )
    return IdentifyAnswer(customer=told.uid, created=told.created, joined=list(told.joined))


@router.post("/customers/lookup", response=SmallCard, auth=scope(Scope.CUSTOMERS_READ), summary="Whose is this")
def lookup(request: KeyedRequest, payload: Given) -> SmallCard:
    """The customer of an identifier. 404 when nobody has it."""
    found = api.lookup(kind=payload.kind, value=payload.value)
    reveal = request.auth.may(Scope.CUSTOMERS_PERSONAL)
    card: Found = api.search(text=str(found.uid), reveal=reveal)[0]
    if reveal:
        _note(request, "customers.see_personal", card.uid)
    return SmallCard(
        customer=card.uid, name=card.name, contacts=list(card.contacts), seen_at=card.seen_at, masked=not reveal
    )


@router.put("/customers/{uid}/consents", response=ConsentsAnswer, auth=scope(Scope.CUSTOMERS_WRITE), summary="Consent")
def consents(request: KeyedRequest, uid: UUID, payload: ConsentsRequest) -> ConsentsAnswer:
    """Record what a customer permits or forbids at their contacts. What is recorded already is not recorded twice."""
    with staff.at_place(request):
        recorded = retried(partial(_record, request.auth, uid, payload.consents))
    customer = api.customer_now(uid=uid)
    permissions = [PermissionAnswer.of(one) for one in api.permissions(uid=uid)]
    return ConsentsAnswer(customer=customer.uid, recorded=recorded, permissions=permissions)


@router.get("/customers/{uid}/export", response=dict[str, Any], auth=scope(Scope.EXPORTS_READ), summary="Hand over")
def export(request: KeyedRequest, uid: UUID) -> dict[str, Any]:
    """All that is held of a customer. The key needs customers:personal as well; the trail keeps who asked."""
    with staff.at_place(request):
        require_scope(source=request.auth, scope=Scope.CUSTOMERS_PERSONAL)
    document = api.export(uid=uid)
    _note(request, "customers.export", uid)
    return document


@router.post("/customers/{uid}/erase", response=EraseAnswer, auth=scope(Scope.CUSTOMERS_WRITE), summary="Erase")
def erase(
    request: KeyedRequest,
    uid: UUID,
    payload: EraseRequest,
    idempotency_key: str | None = Header(None, alias="Idempotency-Key"),
) -> EraseAnswer | JsonResponse:
    """Erase a customer or one half. Needs an Idempotency-Key, and customers:personal beside customers:write."""
    with staff.at_place(request):
        require_scope(source=request.auth, scope=Scope.CUSTOMERS_PERSONAL)
    half = _usable(payload.identifiers)

    def run() -> tuple[int, dict[str, Any]]:
        work = partial(api.erase, uid=uid, identifiers=half, by=request.auth.name, keep_together=payload.anonymise)
        erased = retried(work)
        _note(request, "customers.erase", uid)
        return 200, {"customer": str(api.customer_now(uid=uid).uid), "erased": erased}

    body = {"customer": str(uid), "anonymise": payload.anonymise, "half": [one.value for one in payload.identifiers]}
    answer = once(scope=f"customers.erase {request.auth.id}", key=idempotency_key, body=body, run=run)
    if answer.status != 200:
        return JsonResponse(answer.body, status=answer.status, content_type=PROBLEM)
    return EraseAnswer(**answer.body)


def _record(source: Source, uid: UUID, told: list[ConsentRequest]) -> int:
    customer = api.customer_now(uid=uid)
    points = api.person(uid=customer.uid, reveal=True).identifiers
    rows: list[Consent] = []
    wrong: list[FieldError] = []
    for place, one in enumerate(told):
        _check_moment(f"consents[{place}].at", one.at)
        own = [Identifier(point.kind, point.value or "") for point in points if point.kind == one.kind]
        if one.value is not None:
            wanted = _usable([Given(kind=one.kind, value=one.value)], f"consents[{place}]")
            own = [item for item in own if item in wanted]
        elif one.state == "granted":
            own = []
        if one.kind not in CONTACT_KINDS or not own:
            wrong.append(FieldError(f"consents[{place}].value", "not_theirs", _NOT_THEIRS))
        at = one.at or clock.now()
        rows += [Consent(item, one.purpose, one.state, at, brand=one.brand, proof=one.proof) for item in own]
    if wrong:
        raise Invalid(fields=wrong)
    return api.record_consents(consents=rows, source=source)


def _usable(given: list[Given], field: str = "identifiers") -> list[Identifier]:
    found: list[Identifier] = []
    for place, one in enumerate(given):
        try:
            item = api.usable(one.kind, one.value)
        except api.Unusable as error:
            where = f"{field}[{place}].value" if field == "identifiers" else f"{field}.value"
            raise Invalid.field(where, "unusable", f"This is not one of its kind: {error}.") from error
        if item is not None:
            found.append(item)
    if given and not found:
        raise Invalid.field(field, "nobody", "None of these identifiers can be used to know somebody.")
    return found


def _check_moment(field: str, at: datetime | None) -> None:
    if at is not None and not EARLIEST <= at <= clock.now() + AHEAD:
        raise Invalid.field(field, "out_of_range", "The time lies before 2000 or more than a day ahead.")


def _note(request: KeyedRequest, operation: str, uid: UUID) -> None:
    with staff.at_place(request):
        staff.audit(actor=actor(request.auth), operation=operation, subject=("customer", str(uid)))


_NOT_THEIRS = "This contact does not belong to the customer."
