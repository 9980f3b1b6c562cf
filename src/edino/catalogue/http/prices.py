"""Calls about prices: what is told, and what a unit costs."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import AwareDatetime

from edino.catalogue import api
from edino.catalogue.types.prices import PriceInput
from edino.channels.api import scope
from edino.channels.types import Scope, Source
from edino.kernel.json_api import Body

router = Router(tags=["pricing"])
MOST = 10_000


class KeyedRequest(HttpRequest):
    """A request whose key was accepted: `auth` is the source that showed it."""

    auth: Source


class PriceGiven(Body):
    """A price of a list in minor units. With `ends_at` it is temporary; null as amount: none from `starts_at` on."""

    sku: str = Field(min_length=1, max_length=200)
    price_list: str = Field(min_length=1, max_length=200, examples=["base"])
    amount: int | None = Field(ge=0, le=10**15)
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None


class PriceListGiven(Body):
    """A price list to be there. "" as region is everywhere, as customer group everybody; it has no channel."""

    code: str = Field(min_length=1, max_length=200)
    name: str = Field(min_length=1, max_length=200)
    currency: str = Field(pattern="^[A-Z]{3}$")
    region: str = Field("", max_length=100)
    customer_group: str = Field("", max_length=100)
    priority: int = Field(0, ge=-1000, le=1000)
    active: bool = True
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None


class PricesRequest(Body):
    """Price lists that must be there, and rows of them."""

    price_lists: list[PriceListGiven] = Field([], max_length=200)
    rows: list[PriceGiven] = Field([], max_length=MOST)


class RejectionAnswer(Schema):
    """A row that was not taken, by its place in the request (from 0)."""

    index: int
    field: str
    code: str
    message: str


class PricesReport(Schema):
    """What became of the rows. `created`: the first price a list has for a variant; `changed`: a later one."""

    created: int
    changed: int
    unchanged: int
    rejected: list[RejectionAnswer]


class PriceAsked(Schema):
    """Whose price of what, and where."""

    skus: str = Field(min_length=1, max_length=4000, description="up to 100 SKUs, with commas between them")
    currency: str = Field(pattern="^[A-Z]{3}$")
    region: str = Field("", max_length=100)
    group: str = Field("", max_length=100)


class PriceRow(Schema):
    """What a unit costs, in minor units. `lowest_30d` is what a reduction must be compared with (2019/2161/EU)."""

    sku: str
    unit: int
    list_price: int
    lowest_30d: int | None
    price_list: str
    exception: str | None
    valid_until: AwareDatetime | None


class PricesAnswer(Schema):
    """Prices in one currency; a SKU without one is missing."""

    currency: str
    prices: list[PriceRow]


@router.post("/prices", response=PricesReport, auth=scope(Scope.PRICES_WRITE), summary="Set prices")
def set_prices(request: KeyedRequest, payload: PricesRequest) -> dict[str, Any]:
    """Record prices; the history is kept. The same request again changes nothing, so it may simply be repeated."""
    for one in payload.price_lists:
        api.save_price_list(**one.dict(), by=request.auth)
    report = api.set_prices(source=request.auth, rows=[PriceInput(**row.dict()) for row in payload.rows])
    return {
        "created": report.created,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "rejected": [
            {"index": one.index, "field": one.field, "code": one.code, "message": one.message}
            for one in report.rejected
        ],
    }


@router.get("/prices", response=PricesAnswer, auth=scope(Scope.CATALOGUE_READ), summary="What things cost")
def get_prices(request: KeyedRequest, asked: Query[PriceAsked]) -> dict[str, Any]:
    """Prices as the source's own channel has them: another channel has others only by a recorded exception."""
    skus = [sku for sku in dict.fromkeys(asked.skus.split(",")) if sku][:100]
    ids = {one.sku: one.id for one in api.variants_by_sku(skus=skus).values()}
    found = api.prices(
        variant_ids=list(ids.values()),
        currency=asked.currency,
        channel=request.auth.channel,
        region=asked.region,
        groups={asked.group} - {""},
    )
    rows = [(sku, found[ids[sku]]) for sku in skus if sku in ids and ids[sku] in found]
    return {
        "currency": asked.currency,
        "prices": [
            {
                "sku": sku,
                "unit": one.unit,
                "list_price": one.list_price,
                "lowest_30d": one.lowest_30d,
                "price_list": one.price_list,
                "exception": one.exception,
                "valid_until": one.valid_until,
            }
            for sku, one in rows
        ],
    }
