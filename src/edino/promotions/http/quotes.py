"""What a basket costs, and why."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from edino.catalogue import api as catalogue
from edino.channels.api import scope
from edino.channels.types import Scope, Source
from edino.customers import api as customers
from edino.kernel import clock
from edino.kernel.errors import FieldError, Invalid
from edino.kernel.json_api import Body
from edino.promotions import api
from edino.promotions.types import Basket, BasketLine, Quote

router = Router(tags=["pricing"])


class KeyedRequest(HttpRequest):
    """A request whose key was accepted: `auth` is the source that showed it."""

    auth: Source


class LineGiven(Body):
    """So many of a SKU. `key` names the line in the answer; the SKU when it is not given."""

    sku: str = Field(min_length=1, max_length=200)
    quantity: int = Field(1, ge=1, le=100_000)
    key: str = Field("", max_length=100)


class QuoteRequest(Body):
    """A basket. `customer` is who buys, `groups` of customers he belongs to; `delivery` its price in minor units."""

    currency: str = Field(pattern="^[A-Z]{3}$")
    lines: list[LineGiven] = Field(max_length=500)
    codes: list[str] = Field([], max_length=20)
    customer: UUID | None = None
    groups: list[str] = Field([], max_length=50)
    region: str = Field("", max_length=100)
    location: str = Field("", max_length=100)
    delivery: int = Field(0, ge=0, le=10**12)


class ShareAnswer(Schema):
    """What one promotion takes off a line."""

    promotion: str
    version: int
    name: str
    amount: int


class QuotedLineAnswer(Schema):
    """A line: `gross` = `unit` × `quantity`, `net` = `gross` - `discount`, `discount` = the sum of its shares."""

    key: str
    sku: str
    quantity: int
    unit: int
    gross: int
    discount: int
    net: int
    shares: list[ShareAnswer]


class ReasonAnswer(Schema):
    """Why a promotion applied or not; only those that the basket touches are told."""

    promotion: str
    name: str
    applied: bool
    code: str
    text: str
    amount: int


class CodeAnswer(Schema):
    """What became of a code."""

    code: str
    accepted: bool
    reason: str
    text: str


class GiftAnswer(Schema):
    """A gift that was earned: put up to `quantity` of these into the basket, they are free."""

    promotion: str
    name: str
    skus: list[str]
    quantity: int


class QuoteAnswer(Schema):
    """What the basket costs now, in minor units. `missing` are SKUs that are not sold or have no price."""

    currency: str
    lines: list[QuotedLineAnswer]
    missing: list[str]
    delivery: int
    delivery_discount: int
    subtotal: int
    discount: int
    total: int
    why: list[ReasonAnswer]
    codes: list[CodeAnswer]
    gifts: list[GiftAnswer]


@router.post("/quote", response=QuoteAnswer, auth=scope(Scope.CARTS_WRITE), summary="Price a basket")
def quote(request: KeyedRequest, payload: QuoteRequest) -> dict[str, Any]:
    """Price a basket by today's prices and promotions, and say why. Nothing is held or promised by it."""
    keys = [line.key or line.sku for line in payload.lines]
    if len(set(keys)) < len(keys):
        raise Invalid(fields=[FieldError("lines", "twice", "Two lines have the same key.")])
    known = catalogue.variants_by_sku(skus=[line.sku for line in payload.lines])
    sold = {sku: one for sku, one in known.items() if one.active}
    units = catalogue.prices(
        variant_ids=[one.id for one in sold.values()],
        currency=payload.currency,
        channel=request.auth.channel,
        region=payload.region,
        groups=payload.groups,
    )
    lines = []
    for key, line in zip(keys, payload.lines, strict=True):
        info = sold.get(line.sku)
        if info is not None and info.id in units:
            unit = units[info.id].unit
            lines.append(
                BasketLine(key, info.id, info.sku, info.product_id, info.category_ids, info.brand, line.quantity, unit)
            )
    basket = Basket(
        currency=payload.currency,
        lines=tuple(lines),
        at=clock.now(),
        codes=tuple(payload.codes),
        customer_id=None if payload.customer is None else customers.customer_now(uid=payload.customer).id,
        groups=frozenset(payload.groups),
        channel=request.auth.channel,
        location=payload.location,
        delivery=payload.delivery,
    )
    priced = {line.sku for line in lines}
    missing = sorted({line.sku for line in payload.lines} - priced)
    return _answer(api.quote(basket=basket), {line.key: line.sku for line in lines}, missing)


def _answer(found: Quote, skus: dict[str, str], missing: list[str]) -> dict[str, Any]:
    names = {one.id: one.code for one in api.promotions()} if found.why else {}
    return {
        "currency": found.currency,
        "lines": [
            {
                "key": line.key,
                "sku": skus[line.key],
                "quantity": line.quantity,
                "unit": line.unit,
                "gross": line.gross,
                "discount": line.discount,
                "net": line.net,
                "shares": [
                    {
                        "promotion": names[share.promotion_id],
                        "version": share.version,
                        "name": share.name,
                        "amount": share.amount,
                    }
                    for share in line.shares
                ],
            }
            for line in found.lines
        ],
        "missing": missing,
        "delivery": found.delivery,
        "delivery_discount": found.delivery_discount,
        "subtotal": found.subtotal,
        "discount": found.discount,
        "total": found.total,
        "why": [
            {
                "promotion": names[one.promotion_id],
                "name": one.name,
                "applied": one.applied,
                "code": one.code,
                "text": one.text,
                "amount": one.amount,
            }
            for one in found.why
        ],
        "codes": [
            {"code": one.code, "accepted": one.accepted, "reason": one.reason, "text": one.text} for one in found.codes
        ],
        "gifts": [
            {
                "promotion": names[one.promotion_id],
                "name": one.name,
                "skus": list(one.skus),
                "quantity": one.quantity,
            }
            for one in found.gifts
        ],
    }
