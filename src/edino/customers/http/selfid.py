"""Calls by which a shopper proves on the site who they are: a code to the phone on the form, or a link."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from pydantic import ConfigDict

from edino.channels.api import scope
from edino.channels.types import Scope, Source
from edino.customers.api import selfid
from edino.kernel.errors import Invalid

router = Router(tags=["customers"])


class KeyedRequest(HttpRequest):
    """A request whose key was accepted: `auth` is the source that showed it."""

    auth: Source


class Contact(Schema):
    """A phone or an e-mail address in any usual writing."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["phone", "email"]
    value: str = Field(min_length=1, max_length=500, examples=["+7 916 123-45-67"])


class StartRequest(Schema):
    """A `code` goes to the contact on the form of a `card`; a `link` to a `contact`, leading to your `page`."""

    model_config = ConfigDict(extra="forbid")

    method: Literal["code", "link"]
    account: str = Field(min_length=1, max_length=200, examples=["masha-7"])
    card: str | None = Field(None, min_length=1, max_length=200, examples=["7700 0001"])
    contact: Contact | None = None
    page: str | None = Field(None, max_length=500, examples=["https://shop.example/hello"])
    language: Literal["en", "ru"] = "en"


class StartAnswer(Schema):
    """Something is on its way if the card or contact is known; the answer is the same when it is not."""

    proof: UUID
    until: datetime


class ConfirmRequest(Schema):
    """The `code` with its `proof`, or the `token` of the link; for the account that asked."""

    model_config = ConfigDict(extra="forbid")

    account: str = Field(min_length=1, max_length=200, examples=["masha-7"])
    proof: UUID | None = None
    code: str | None = Field(None, max_length=20)
    token: str | None = Field(None, max_length=200)


class KnownIdentifier(Schema):
    """A contact or card of the shopper's own."""

    kind: str
    value: str


class ConfirmAnswer(Schema):
    """Who it is. When `linked`, what is known fills the form; when not, staff decide, and nothing is shown."""

    customer: UUID
    linked: bool
    fields: dict[str, Any]
    identifiers: list[KnownIdentifier]


_write = scope(Scope.CUSTOMERS_WRITE)


@router.post("/customers/self-identify/start", response={202: StartAnswer}, auth=_write, summary="Ask for a proof")
def start(request: KeyedRequest, payload: StartRequest) -> Status[StartAnswer]:
    """Send a code or a link to the shopper's contact. Five in an hour for one card, ten for one account."""
    if payload.method == "code":
        if payload.card is None:
            raise Invalid.field("card", "required", "Say which card.")
        sent = selfid.send_code(
            source=request.auth, account=payload.account, card=payload.card, language=payload.language
        )
    else:
        if payload.contact is None or payload.page is None:
            raise Invalid.field("contact", "required", "Say which contact, and to which page the link leads.")
        sent = selfid.send_link(
            source=request.auth,
            account=payload.account,
            contact=(payload.contact.kind, payload.contact.value),
            page=payload.page,
            language=payload.language,
        )
    return Status(202, StartAnswer(proof=sent.proof, until=sent.until))


@router.post("/customers/self-identify/confirm", response=ConfirmAnswer, auth=_write, summary="Give the proof back")
def confirm(request: KeyedRequest, payload: ConfirmRequest) -> ConfirmAnswer:
    """Give a code or a token back: account, card and contact become one customer, by an act of the shopper."""
    if payload.token is not None:
        found = selfid.confirm_link(source=request.auth, account=payload.account, token=payload.token)
    elif payload.proof is not None and payload.code is not None:
        found = selfid.confirm_code(
            source=request.auth, account=payload.account, proof=payload.proof, code=payload.code
        )
    else:
        raise Invalid.field("code", "required", "Give the code with its proof, or the token.")
    return ConfirmAnswer(
        customer=found.customer,
        linked=found.linked,
        fields=dict(found.fields),
        identifiers=[KnownIdentifier(kind=one.kind, value=one.value) for one in found.identifiers],
    )
