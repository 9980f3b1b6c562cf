"""Telling promotions, making coupons and gift cards."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from ninja import Field, Router, Schema
from ninja.params.functions import Header
from pydantic import AwareDatetime

from edino.channels.api import scope
from edino.channels.types import Scope, Source
from edino.customers import api as customers
from edino.kernel.idempotency import once
from edino.kernel.json_api import Body
from edino.kernel.web import PROBLEM
from edino.promotions import api
from edino.promotions.api.giftcards import gift_card_code
from edino.promotions.api.naming import category_ids, promotion_ids
from edino.promotions.types import Action, Definition, Goods, Kind, PromotionInput
from edino.staff import api as staff

router = Router(tags=["pricing"])
Words = list[str]


class KeyedRequest(HttpRequest):
    """A request whose key was accepted: `auth` is the source that showed it."""

    auth: Source


class GoodsGiven(Body):
    """Which goods: those that fit any of the first three lists (all empty: every line), and none of the others."""

    skus: Words = Field([], max_length=10_000)
    categories: Words = Field([], max_length=1000, description="codes of categories")
    brands: Words = Field([], max_length=1000)
    without_skus: Words = Field([], max_length=10_000)
    without_categories: Words = Field([], max_length=1000, description="codes of categories")
    without_brands: Words = Field([], max_length=1000)

    def told(self, field: str) -> Goods:
        """With the numbers of categories in place of their codes."""
        return Goods(
            skus=frozenset(self.skus),
            categories=category_ids(self.categories, field=f"{field}.categories"),
            brands=frozenset(self.brands),
            without_skus=frozenset(self.without_skus),
            without_categories=category_ids(self.without_categories, field=f"{field}.without_categories"),
            without_brands=frozenset(self.without_brands),
        )


class ActionGiven(Body):
    """What it does. `percent` is in hundredths of a percent (10 % is 1000), amounts in minor units."""

    kind: Kind
    percent: int = 0
    amount: int = 0
    buy: int = 0
    get: int = 0
    times: int = 0
    goods: GoodsGiven | None = None
    base: Literal["unit", "net"] = "net"
    floor_percent: int = 0
    floor_amount: int = 0
    cap: int | None = None


class PromotionGiven(Body):
    """A promotion. Told again with the same `code` it becomes another version of it."""

    code: str = Field("", max_length=80)
    state: Literal["draft", "active", "paused", "ended"] = "draft"
    name: str = Field(min_length=1, max_length=200)
    action: ActionGiven
    currency: str = Field("", max_length=3)
    priority: int = Field(0, ge=-1000, le=1000)
    exclusive: bool = False
    combines: Words = Field([], max_length=500, description="codes of promotions an exclusive one may meet")
    group: str = Field("", max_length=80)
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    weekdays: list[int] = Field([], max_length=7)
    from_minute: int = 0
    until_minute: int = 0
    time_zone: str = Field("UTC", max_length=80)
    customer_groups: Words = Field([], max_length=100)
    channels: Words = Field([], max_length=50)
    channel_reason: str = Field("", max_length=1000)
    locations: Words = Field([], max_length=10_000)
    first_order: bool = False
    needs_code: bool = False
    counted: GoodsGiven | None = None
    min_quantity: int = 0
    min_subtotal: int = 0
    uses: int | None = None
    budget: int | None = None
    per_customer: int | None = None
    issue_budget: int | None = None
    issue_value: int = 0

    def told(self) -> PromotionInput:
        """The promotion with our numbers in place of names."""
        action = self.action
        values = self.dict(exclude={"code", "state", "action", "counted", "combines"})
        for name in ("weekdays", "customer_groups", "channels", "locations"):
            values[name] = frozenset(values[name])
        goods = action.goods.told("action.goods") if action.goods else None
        definition = Definition(
            action=Action(**action.dict(exclude={"goods"}), goods=goods),
            counted=self.counted.told("counted") if self.counted else Goods(),
            combines=promotion_ids(self.combines, field="combines"),
            **values,
        )
        return PromotionInput(definition, self.code.strip(), self.state)


class PromotionAnswer(Schema):
    """A promotion as it stands now."""

    id: UUID
    code: str
    state: str
    version: int


class CouponsRequest(Body):
    """Coupons of a promotion: `count` random codes, or one `code`, or one for a `customer`."""

    promotion: str = Field(min_length=1, max_length=80, description="its code")
    count: int = Field(1, ge=1, le=10_000)
    code: str = Field("", max_length=40)
    customer: UUID | None = None
    uses: int | None = Field(1, ge=1, le=10**9, description="null is no limit")
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    reason: str = Field("", max_length=1000)


class CouponsAnswer(Schema):
    """The codes that were made."""

    codes: list[str]


class GiftCardRequest(Body):
    """A gift card to be made, worth `amount` minor units."""

    amount: int = Field(ge=1, le=10**12)
    currency: str = Field(pattern="^[A-Z]{3}$")
    expires_at: AwareDatetime | None = None


class GiftCardIssued(Schema):
    """A new gift card. Only a hash of its code is kept: repeat the call with the same key to see it again."""

    id: int
    code: str
    currency: str
    balance: int


class GiftCardAsked(Body):
    """A code of a gift card, in any writing."""

    code: str = Field(min_length=4, max_length=80)


class GiftCardAnswer(Schema):
    """What can be spent now."""

    masked: str
    currency: str
    balance: int
    expires_at: AwareDatetime | None


@router.post("/promotions", response=PromotionAnswer, auth=scope(Scope.PROMOTIONS_WRITE), summary="Tell a promotion")
def save(request: KeyedRequest, payload: PromotionGiven) -> dict[str, Any]:
    """Make a promotion or add a version to the one of this code; the same again changes nothing."""
    with staff.at_place(request):
        made = api.save_promotion(promotion=payload.told(), by=request.auth)
    return {"id": made.uid, "code": made.code, "state": made.state, "version": made.version}


@router.post("/coupons", response=CouponsAnswer, auth=scope(Scope.PROMOTIONS_WRITE), summary="Make coupons")
def issue_coupons(
    request: KeyedRequest,
    payload: CouponsRequest,
    idempotency_key: str | None = Header(None, alias="Idempotency-Key"),
) -> CouponsAnswer | JsonResponse:
    """Make coupons; valid online and at the till alike. Needs an Idempotency-Key."""

    def run() -> tuple[int, dict[str, Any]]:
        values = payload.dict(exclude={"promotion", "customer"})
        customer = None if payload.customer is None else customers.customer_now(uid=payload.customer).id
        with staff.at_place(request):
            codes = api.issue_coupons(promotion_code=payload.promotion, customer_id=customer, by=request.auth, **values)
        return 200, {"codes": codes}

    body = payload.model_dump(mode="json")
    answer = once(scope=f"promotions.coupons {request.auth.id}", key=idempotency_key, body=body, run=run)
    if answer.status != 200:
        return JsonResponse(answer.body, status=answer.status, content_type=PROBLEM)
    return CouponsAnswer(**answer.body)


@router.post("/gift-cards", response=GiftCardIssued, auth=scope(Scope.PROMOTIONS_WRITE), summary="Make a gift card")
def issue_gift_card(
    request: KeyedRequest,
    payload: GiftCardRequest,
    idempotency_key: str | None = Header(None, alias="Idempotency-Key"),
) -> GiftCardIssued | JsonResponse:
    """Make a gift card, when it was paid for. Needs an Idempotency-Key; the stored answer does not hold the code."""
    seed = f"{request.auth.id} {idempotency_key}"

    def run() -> tuple[int, dict[str, Any]]:
        with staff.at_place(request):
            made = api.issue_gift_card(**payload.dict(), by=request.auth, seed=seed)
        return 200, {"id": made.card.id, "currency": made.card.currency, "balance": made.card.issued}

    body = payload.model_dump(mode="json")
    answer = once(scope=f"promotions.gift_cards {request.auth.id}", key=idempotency_key, body=body, run=run)
    if answer.status != 200:
        return JsonResponse(answer.body, status=answer.status, content_type=PROBLEM)
    return GiftCardIssued(**answer.body, code=gift_card_code(seed=seed))


@router.post(
    "/gift-cards/balance", response=GiftCardAnswer, auth=scope(Scope.CARTS_WRITE), summary="Balance of a gift card"
)
def balance(request: KeyedRequest, payload: GiftCardAsked) -> dict[str, Any]:
    """What can be spent of a gift card now. The code is in the body: addresses end in logs."""
    card = api.gift_card(code=payload.code)
    return {
        "masked": card.masked,
        "currency": card.currency,
        "balance": card.balance,
        "expires_at": card.expires_at,
    }
