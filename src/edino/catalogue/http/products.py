"""Calls about products: bring them in, find them, show one."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from edino.catalogue import api
from edino.catalogue.api.reading import presence
from edino.catalogue.types import CategoryInput, Media, ProductInput, Rejection, Sort, UpsertReport, VariantInput
from edino.catalogue.types.pages import ProductPage, ProductRow
from edino.catalogue.types.taxes import PATTERN
from edino.channels.api import scope
from edino.channels.types import Source
from edino.kernel.errors import Invalid
from edino.kernel.json_api import Body

router = Router(tags=["catalogue"])
MOST = 2_000
Texts = dict[str, str]
Values = dict[str, str | bool | int | float | Decimal | date | None]


class KeyedRequest(HttpRequest):
    """A request whose key was accepted: `auth` is the source that showed it."""

    auth: Source


class MediaGiven(Body):
    """A picture: an https address, or a path below the folder of media."""

    place: str = Field(max_length=1000, examples=["https://shop.example/dawn.jpg"])
    alt: str = Field("", max_length=500)


class VariantGiven(Body):
    """A variant as the source tells it; what is left out stays as it is known."""

    external_id: str = Field("", max_length=200)
    sku: str = Field("", max_length=100, examples=["DAWN-42"])
    options: Texts | None = Field(None, examples=[{"size": "42"}])
    barcodes: list[str] | None = Field(None, max_length=50)
    weight_g: int | None = Field(None, ge=0, le=2_000_000_000)
    active: bool | None = None
    tax: str | None = Field(None, pattern=PATTERN, examples=["standard"])
    attributes: Values | None = None
    media: list[MediaGiven] | None = Field(None, max_length=100)


class ProductGiven(Body):
    """A product as the source tells it; what is left out stays as it is known."""

    external_id: str = Field(min_length=1, max_length=200)
    names: Texts | None = Field(None, examples=[{"ru": "Кроссовки", "en": "Running shoes"}])
    descriptions: Texts | None = None
    code: str | None = Field(None, max_length=100)
    brand: str | None = Field(None, max_length=200)
    categories: list[str] | None = Field(None, max_length=50)
    attributes: Values | None = None
    media: list[MediaGiven] | None = Field(None, max_length=100)
    active: bool | None = None
    variants: list[VariantGiven] | None = Field(None, max_length=2_000)


class ProductsGiven(Body):
    """Products of one source. `full`: these are all it has, so the others go out of sale."""

    products: list[ProductGiven] = Field(max_length=MOST)
    full: bool = False


class CategoryGiven(Body):
    """A category; `parent` is the source's id of the one above, "" at the top."""

    external_id: str = Field(min_length=1, max_length=200)
    names: Texts | None = None
    parent: str | None = Field(None, max_length=200)
    code: str = Field("", max_length=100)
    active: bool | None = None
    position: int | None = Field(None, ge=-1_000_000, le=1_000_000)


class CategoriesGiven(Body):
    """Categories of one source, in any order."""

    categories: list[CategoryGiven] = Field(max_length=10_000)


class FindingAnswer(Schema):
    """What was wrong: the row's place in the request from 0, its field, a code, a sentence."""

    index: int
    field: str
    code: str
    message: str


class UpsertAnswer(Schema):
    """What became of the rows: `rejected` were not written, `remarks` name parts that were left out of written ones."""

    created: int
    changed: int
    unchanged: int
    deactivated: int
    rejected: list[FindingAnswer]
    remarks: list[FindingAnswer]


class RowAnswer(Schema):
    """A product in a list. `price_from` is in minor units of the answer's currency."""

    id: UUID
    slug: str
    name: str
    brand: str
    image: str | None
    variants: int
    rating: float | None
    rating_count: int
    price_from: int | None


class FacetValueAnswer(Schema):
    """A value that a filter offers, and how many products have it."""

    value: str
    label: str
    count: int


class FacetAnswer(Schema):
    """A filter: `name` is what the parameter `filter` calls it."""

    name: str
    label: str
    values: list[FacetValueAnswer]


class ProductsAnswer(Schema):
    """A page of products; `next` is the cursor of the next one, "" at the end."""

    products: list[RowAnswer]
    total: int
    currency: str
    next: str
    facets: list[FacetAnswer]


class TraitAnswer(Schema):
    """An attribute in words, and its value."""

    code: str
    label: str
    text: str
    value: Any


class BarcodeAnswer(Schema):
    """A barcode as it was given; `gtin` is null when it names nothing, and `problem` says why."""

    text: str
    gtin: str | None
    problem: str


class VariantAnswer(Schema):
    """A variant of a product. `price` is in minor units, null when it has none."""

    sku: str
    short_code: str
    options: Texts
    active: bool
    tax: str
    weight_g: int | None
    attributes: list[TraitAnswer]
    barcodes: list[BarcodeAnswer]
    image: str | None
    price: int | None
    regular_price: int | None
    lowest_price_30_days: int | None


class CategoryAnswer(Schema):
    """A category on the way from the top."""

    code: str
    name: str


class PresenceAnswer(Schema):
    """Whether an assortment offers the product, how complete its presentation is there (0–100), and what is missing."""

    assortment: str
    listed: bool
    score: int
    missing: list[str]


class ProductAnswer(Schema):
    """A product as it is shown in one language and channel."""

    id: UUID
    code: str | None
    slug: str
    short_code: str
    name: str
    description: str
    brand: str
    active: bool
    listed: bool
    categories: list[CategoryAnswer]
    attributes: list[TraitAnswer]
    images: list[str]
    currency: str
    variants: list[VariantAnswer]
    rating: float | None
    rating_count: int
    presence: list[PresenceAnswer]


class SearchQuery(Schema):
    """What is looked for. `filter` is repeated: `brand:Noon`, `option.size:42`, `attribute.season:winter`."""

    q: str = Field("", max_length=200)
    channel: str = Field("", max_length=40)
    assortment: str = Field("", max_length=40)
    category: str = Field("", max_length=100)
    filter: list[str] = Field([], max_length=40)
    price: str = Field("", max_length=40, description="from..to in minor units, either may be missing")
    language: str = Field("en", max_length=10)
    sort: Literal["", "relevance", "name", "price", "-price", "new", "rating"] = ""
    cursor: str = Field("", max_length=600)
    limit: int = Field(24, ge=1, le=100)
    facets: bool = False


@router.post("/products", response=UpsertAnswer, auth=scope("catalogue:write"), summary="Bring products in")
def bring_products(request: KeyedRequest, given: ProductsGiven) -> UpsertAnswer:
    """Lay what the source tells over what is known. The same request twice changes nothing; good rows go through."""
    products = [_product(one) for one in given.products]
    return _report(api.upsert_products(source=request.auth, products=products, full=given.full))


@router.post("/categories", response=UpsertAnswer, auth=scope("catalogue:write"), summary="Bring categories in")
def bring_categories(request: KeyedRequest, given: CategoriesGiven) -> UpsertAnswer:
    """Lay the source's tree of categories over the known one. The same request twice changes nothing."""
    categories = [CategoryInput(**one.model_dump()) for one in given.categories]
    return _report(api.upsert_categories(source=request.auth, categories=categories))


@router.get("/products", response=ProductsAnswer, auth=scope("catalogue:read"), summary="Find products")
def find_products(request: KeyedRequest, asked: Query[SearchQuery]) -> ProductsAnswer:
    """What a channel (or assortment) offers under some words and filters, in an order, page by page."""
    offered = api.assortment_of(asked.channel) if not asked.assortment else None
    sort: Sort = asked.sort
    code = offered.code if offered else asked.assortment
    page = api.search(
        text=asked.q,
        assortment=code,
        category=asked.category,
        filters=_filters(asked),
        language=asked.language,
        after=asked.cursor,
        limit=asked.limit,
        sort=sort,
        channel=asked.channel,
        facets=asked.facets,
    )
    currency = next(one.currency for one in api.assortments() if one.code == code)
    return ProductsAnswer(
        products=[_row(row) for row in page.rows],
        total=page.total,
        currency=currency,
        next=page.next,
        facets=[
            FacetAnswer(
                name=facet.name,
                label=facet.label,
                values=[FacetValueAnswer(value=one.value, label=one.label, count=one.count) for one in facet.values],
            )
            for facet in page.facets
        ],
    )


@router.get("/products/{uid}", response=ProductAnswer, auth=scope("catalogue:read"), summary="One product")
def one_product(request: KeyedRequest, uid: UUID, language: str = "en", channel: str = "") -> ProductAnswer:
    """A product with its variants, their prices in the channel, and where its presentation lacks what."""
    offered = api.assortment_of(channel)
    page = api.product(uid=uid, language=language, assortment=offered.code)
    costs = api.prices(variant_ids=[one.id for one in page.variants], currency=offered.currency, channel=channel)
    return _page(page, offered.currency, costs)


def _filters(asked: SearchQuery) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"price": [asked.price]} if asked.price else {}
    for one in asked.filter:
        name, colon, value = one.partition(":")
        if not colon or not value:
            raise Invalid.field("filter", "form", "A filter is written name:value.")
        found.setdefault(name, []).append(value)
    return found


def _product(given: ProductGiven) -> ProductInput:
    told = {name: getattr(given, name) for name in given.model_fields_set - {"media", "variants"}}
    media = None if given.media is None else [Media(one.place, one.alt) for one in given.media]
    variants = None if given.variants is None else [_variant(one) for one in given.variants]
    return ProductInput(**told, media=media, variants=variants)


def _variant(given: VariantGiven) -> VariantInput:
    told = {name: getattr(given, name) for name in given.model_fields_set - {"media", "external_id"}}
    media = None if given.media is None else [Media(one.place, one.alt) for one in given.media]
    return VariantInput(external_id=given.external_id, **told, media=media)


def _report(report: UpsertReport) -> UpsertAnswer:
    return UpsertAnswer(
        created=report.created,
        changed=report.changed,
        unchanged=report.unchanged,
        deactivated=report.deactivated,
        rejected=[_finding(one) for one in report.rejected],
        remarks=[_finding(one) for one in report.remarks],
    )


def _finding(one: Rejection) -> FindingAnswer:
    return FindingAnswer(index=one.index, field=one.field, code=one.code, message=one.message)


def _row(row: ProductRow) -> RowAnswer:
    return RowAnswer(
        id=row.uid,
        slug=row.slug,
        name=row.name,
        brand=row.brand,
        image=row.image,
        variants=row.variants,
        rating=row.rating,
        rating_count=row.rating_count,
        price_from=row.price_from,
    )


def _page(page: ProductPage, currency: str, costs: dict[int, Any]) -> ProductAnswer:
    told = {
        name: getattr(page, name)
        for name in ("code", "slug", "short_code", "name", "description", "brand", "active", "listed")
    }
    return ProductAnswer(
        **told,
        id=page.uid,
        categories=[CategoryAnswer(code=shelf.code, name=shelf.name) for shelf in page.way],
        attributes=[_trait(one) for one in page.traits],
        images=[picture.src() for picture in page.pictures],
        currency=currency,
        variants=[_shown(one, costs.get(one.id)) for one in page.variants],
        rating=page.rating,
        rating_count=page.rating_count,
        presence=[
            PresenceAnswer(assortment=one.assortment, listed=one.is_listed, score=one.score, missing=list(one.missing))
            for one in presence(product_id=page.id)
        ],
    )


def _trait(one: Any) -> TraitAnswer:
    return TraitAnswer(code=one.code, label=one.label, text=one.text, value=one.value)


def _shown(one: Any, cost: Any) -> VariantAnswer:
    return VariantAnswer(
        sku=one.sku,
        short_code=one.short_code,
        options=dict(one.options),
        active=one.active,
        tax=one.tax,
        weight_g=one.weight_g,
        attributes=[_trait(trait) for trait in one.traits],
        barcodes=[BarcodeAnswer(text=code.text, gtin=code.gtin, problem=code.problem) for code in one.barcodes],
        image=one.picture.src() if one.picture else None,
        price=cost.unit if cost else None,
        regular_price=cost.list_price if cost else None,
        lowest_price_30_days=cost.lowest_30d if cost else None,
    )
