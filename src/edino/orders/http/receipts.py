"""The call of the tills."""

from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.utils.translation import gettext
from ninja import Field, Router, Schema

from edino.channels import api as channels
from edino.channels.api import scope
from edino.channels.types import Scope
from edino.kernel.json_api import Body
from edino.orders import api
from edino.orders.http.keyed import KeyedRequest, Moment
from edino.orders.types import Receipt, ReceiptLine, ReceiptTender

router = Router(tags=["receipts"])
MOST = 5_000
_Money = Field(ge=0, lt=1 << 48, strict=True)


class ReceiptLineGiven(Body):
    """A line. Quantities are positive in refunds too; `unit` × `quantity` − `discount` = `net`."""

    position: int = Field(ge=0, lt=1 << 31, strict=True)
    code: str = Field(min_length=1, max_length=100, description="SKU or barcode")
    quantity: int = Field(gt=0, le=1_000_000, strict=True)
    unit: int = _Money
    net: int = _Money
    discount: int = Field(0, ge=0, lt=1 << 48, strict=True)
    name: str = Field("", max_length=500)
    tax: str = Field("", max_length=20)
    measure: Decimal | None = Field(None, gt=0, max_digits=12, decimal_places=3)
    refund_of_line: int | None = Field(None, ge=0, lt=1 << 31, strict=True)
    reason: str = Field("", max_length=200)
    disposition: Literal["resell", "damaged", "quarantine", "write_off"] = "resell"


class ReceiptTenderGiven(Body):
    """How a part was paid or given back."""

    tender: Literal["card", "cash", "bank", "gift_card", "points", "other"]
    amount: int = _Money
    reference: str = Field("", max_length=200)


class IdentifierGiven(Body):
    """An identifier of the customer: a card, a phone."""

    kind: str = Field(min_length=1, max_length=40)
    value: str = Field(min_length=1, max_length=500)


class ReceiptGiven(Body):
    """What a till says happened. `id` is made by the till, and is the receipt for ever."""

    id: UUID
    till: str = Field(min_length=1, max_length=100)
    kind: Literal["sale", "refund"]
    occurred_at: Moment
    location: str = Field(min_length=1, max_length=100)
    currency: str = Field(pattern="^[A-Z]{3}$")
    lines: list[ReceiptLineGiven] = Field(max_length=1000)
    tenders: list[ReceiptTenderGiven] = Field(default_factory=list, max_length=20)
    number: str = Field("", max_length=100)
    shift: str = Field("", max_length=100)
    sequence: int | None = Field(None, ge=0, lt=1 << 63, strict=True)
    sent_at: Moment | None = None
    identifiers: list[IdentifierGiven] = Field(default_factory=list, max_length=10)
    staff_name: str = Field("", max_length=200)
    previous_hash: str = Field("", max_length=128)
    hash: str = Field("", max_length=128)
    refund_of: UUID | None = None
    reason: str = Field("", max_length=200)
    leases: list[UUID] = Field(default_factory=list, max_length=100)


class ReceiptsGiven(Body):
    """Receipts of one or more tills, in any order."""

    receipts: list[ReceiptGiven] = Field(min_length=1, max_length=MOST)


class ProblemAnswer(Schema):
    """Why a receipt was rejected, or what in it was passed over."""

    field: str
    code: str
    message: str


class VerdictAnswer(Schema):
    """What became of a receipt: the till may forget it when it is accepted or duplicate."""

    id: UUID
    state: Literal["accepted", "duplicate", "rejected"]
    errors: list[ProblemAnswer]
    warnings: list[ProblemAnswer]
    hash: str
    gap: bool


class ReceiptsAnswer(Schema):
    """A verdict for each receipt, in the order given."""

    verdicts: list[VerdictAnswer]


@router.post("/receipts", response=ReceiptsAnswer, auth=scope(Scope.RECEIPTS_WRITE), summary="Sales of tills")
def receipts(request: KeyedRequest, payload: ReceiptsGiven) -> dict[str, Any]:
    """Take sales and refunds of tills, each once for ever by its id, also a week late and in any order."""
    channels.allow(source=request.auth, amount=len(payload.receipts))
    verdicts = api.receive_receipts(source=request.auth, receipts=[_receipt(one) for one in payload.receipts])
    return {
        "verdicts": [
            {
                "id": one.uid,
                "state": one.state,
                "errors": [_problem(problem) for problem in one.errors],
                "warnings": [_problem(problem) for problem in one.warnings],
                "hash": one.hash,
                "gap": one.gap,
            }
            for one in verdicts
        ]
    }


def _problem(problem: Any) -> dict[str, str]:
    return {"field": problem.field, "code": problem.code, "message": gettext(problem.message)}


def _receipt(one: ReceiptGiven) -> Receipt:
    plain = one.model_dump(exclude={"id", "lines", "tenders", "identifiers", "leases"})
    return Receipt(
        uid=one.id,
        **plain,
        lines=tuple(ReceiptLine(**line.model_dump()) for line in one.lines),
        tenders=tuple(ReceiptTender(**tender.model_dump()) for tender in one.tenders),
        identifiers=tuple((identifier.kind, identifier.value) for identifier in one.identifiers),
        leases=tuple(one.leases),
    )
