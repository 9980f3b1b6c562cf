"""The page of one product: what it costs and why, colours and sizes, where it is now, what others say of it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from edino.catalogue import api as catalogue
from edino.catalogue.types.pages import AxisPage, ProductPage, VariantPage
from edino.catalogue.types.prices import PriceAnswer
from edino.faces.screens.shop import reviewing, where, wording
from edino.faces.screens.shop.browse import language, things
from edino.faces.screens.shop.frame import part, show
from edino.faces.screens.shop.visit import Guest, ShopRequest, visited
from edino.faces.screens.shop.where import Standing
from edino.inventory import api as inventory
from edino.inventory.types import Atp, Location
from edino.kernel import clock
from edino.kernel.errors import NotFound
from edino.kernel.money import Money
from edino.promotions import api as promotions
from edino.promotions.types import Basket, BasketLine, Quote
from edino.ui.parts import Back


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of an axis: where it leads, what it is like."""

    word: str
    sku: str
    current: bool
    standing: Standing | None
    image: str


@dataclass(frozen=True, slots=True)
class Axis:
    """By what variants differ, with a cell for each value; the last axis also tells where each is."""

    label: str
    chosen: str
    cells: tuple[Cell, ...]
    tells: bool


@dataclass(frozen=True, slots=True)
class Price:
    """What a piece costs now and why."""

    now: Money
    was: Money | None
    percent: int
    lowest: Money | None
    reasons: tuple[wording.Reason, ...]
    price: PriceAnswer


@visited
def by_uid(request: ShopRequest, uid: Any) -> HttpResponse:
    """A product by its public id; its page has one address."""
    return _page(request, _product(request.guest, uid=uid))


@visited
def by_name(request: ShopRequest, slug: str) -> HttpResponse:
    """A product by its address."""
    return _page(request, _product(request.guest, slug=slug))


@visited
def scanned(request: ShopRequest, code: str) -> HttpResponse:
    """What a printed code stands for. `at` is the store where it hangs, which says nothing about who scans it."""
    target = catalogue.by_short_code(code=code)
    if target is None:
        raise NotFound(_("Nothing has this code. Perhaps a letter was mistyped."))
    request.guest.visit.place = _place(request.GET.get("at", ""))
    address = reverse("shop_product_named", args=[target.slug])
    return HttpResponseRedirect(f"{address}?v={target.sku}" if target.sku else address)


def _place(code: str) -> str:
    """The code of a store that takes shoppers, or nothing."""
    known = {place.code for place in inventory.locations() if place.kind == "store" and place.active}
    return code if code in known else ""


def _product(guest: Guest, **which: Any) -> ProductPage:
    offered = catalogue.assortment_of(guest.source_channel)
    found = catalogue.product(language=language(), assortment=offered.code, **which)
    if not found.active or not found.listed:
        raise NotFound(_("This is not sold here any more."))
    return found


def _page(request: ShopRequest, product: ProductPage) -> HttpResponse:
    guest = request.guest
    offered = catalogue.assortment_of(guest.source_channel)
    active = [one for one in product.variants if one.active]
    rows = (
        inventory.availability(variant_ids=[one.id for one in active], channel=guest.source_channel) if active else {}
    )
    places = {place.id: place for place in inventory.locations() if place.active}
    here = guest.visit.kiosk or guest.visit.place
    standings = {one.sku: where.standing(rows.get(one.id, []), places, here) for one in active}
    chosen = _chosen(active, request.GET.get("v", ""), standings)
    context: dict[str, Any] = {
        "product": product,
        "chosen": chosen,
        "axes": _axes(product, active, chosen, standings) if chosen else (),
        "price": _price(guest, product, chosen) if chosen else None,
        "standing": standings.get(chosen.sku) if chosen else None,
        "place": next((place for place in places.values() if place.code == here), None),
        **_stock(guest, rows.get(chosen.id, []) if chosen else [], places),
        "about": _about(product, chosen),
        "url": reverse("shop_product_named", args=[product.slug]),
    }
    if request.headers.get("HX-Target") == "decide":
        return part(request, "_decide.html", **context)
    beside = catalogue.similar(product_id=product.id, assortment=offered.code, language=language())
    together = catalogue.bought_together(product_id=product.id, assortment=offered.code, language=language())
    return show(
        request,
        "product.html",
        title=product.name,
        here="catalogue",
        crumbs=_crumbs(product),
        pictures=_pictures(product, chosen),
        track=_track(product, chosen, context["price"]),
        similar=things(beside, offered, guest.source_channel),
        together=things(together, offered, guest.source_channel),
        **reviewing.context(guest, product),
        **context,
    )


def _about(product: ProductPage, chosen: VariantPage | None) -> str:
    own = chosen.options if chosen else {}
    return wording.options({axis.code: own.get(axis.code, "") for axis in product.axes})


def _chosen(active: list[VariantPage], asked: str, standings: dict[str, Standing]) -> VariantPage | None:
    """The variant asked for, else the first that is here, else the first that can be bought."""
    named = next((one for one in active if one.sku == asked), None)
    if named is not None or not active:
        return named
    order = sorted(active, key=lambda one: (not standings[one.sku].here, not standings[one.sku].buyable))
    return order[0]


def _axes(
    product: ProductPage, active: list[VariantPage], chosen: VariantPage, standings: dict[str, Standing]
) -> tuple[Axis, ...]:
    """The grid: each axis with its values; a value leads to the variant that keeps what else was chosen."""
    return tuple(
        Axis(
            label=axis.label,
            chosen=chosen.options.get(axis.code, ""),
            cells=_cells(axis, active, chosen, standings, last=place == len(product.axes) - 1),
            tells=place == len(product.axes) - 1,
        )
        for place, axis in enumerate(product.axes)
    )


def _cells(
    axis: AxisPage, active: list[VariantPage], chosen: VariantPage, standings: dict[str, Standing], *, last: bool
) -> tuple[Cell, ...]:
    cells = []
    for value in axis.values:
        with_it = [one for one in active if one.options.get(axis.code) == value]
        if not with_it:
            continue
        best = max(with_it, key=lambda one: (_alike(one, chosen, axis.code), standings[one.sku].buyable))
        if last and _alike(best, chosen, axis.code) < len(chosen.options) - 1:
            continue  # this size was never made in this colour
        image = best.picture.src(80) if best.picture and best.picture.variant_id and not last else ""
        current = chosen.options.get(axis.code) == value
        cells.append(Cell(value, best.sku, current, standings[best.sku] if last else None, image))
    return tuple(cells)


def _alike(one: VariantPage, chosen: VariantPage, but: str) -> int:
    return sum(one.options.get(code) == value for code, value in chosen.options.items() if code != but)


def _price(guest: Guest, product: ProductPage, variant: VariantPage) -> Price | None:
    """The price of one piece as the cart would have it, promotions included."""
    offered = catalogue.assortment_of(guest.source_channel)
    channel = guest.source_channel
    where_ = {"currency": offered.currency, "channel": channel, "region": offered.region}
    found = catalogue.prices(variant_ids=[variant.id], **where_).get(variant.id)  # type: ignore[arg-type]  # texts all
    if found is None:
        return None
    quote = _quote(guest, product, variant, found, offered.currency)
    now = quote.lines[0].net
    was = max(found.list_price, found.unit)
    money = offered.currency
    return Price(
        now=Money(now, money),
        was=Money(was, money) if was > now else None,
        percent=round(100 * (was - now) / was) if was > now else 0,
        lowest=Money(found.lowest_30d, money) if found.lowest_30d is not None and was > now else None,
        reasons=tuple(wording.reason(one, money) for one in quote.why),
        price=found,
    )


def _quote(guest: Guest, product: ProductPage, variant: VariantPage, found: PriceAnswer, currency: str) -> Quote:
    line = BasketLine(
        key=variant.sku,
        variant_id=variant.id,
        sku=variant.sku,
        product_id=product.id,
        category_ids=frozenset(id_ for shelf in product.shelves for id_ in shelf.path),
        brand=product.brand,
        quantity=1,
        unit=found.unit,
    )
    customer = guest.shopper.customer.id if guest.shopper else None
    return promotions.quote(
        basket=Basket(
            currency=currency,
            lines=(line,),
            at=clock.now(),
            channel=guest.source_channel,
            location=guest.visit.kiosk or guest.visit.place,
            customer_id=customer,
        )
    )


def _stock(guest: Guest, rows: list[Atp], places: dict[int, Location]) -> dict[str, Any]:
    found = where.spots(rows, places, guest.visit.city, guest.visit.kiosk or guest.visit.place)
    by_id = {row.location_id: row for row in rows}
    ships = any(row.free > 0 and id_ in places and places[id_].ships for id_, row in by_id.items())
    return {"spots": found, "ships": ships, "arriving": where.arriving(rows)}


def _crumbs(product: ProductPage) -> list[Back]:
    top = Back(_("Catalogue"), reverse("shop_catalogue"))
    return [top, *(Back(shelf.name, reverse("shop_category", args=[shelf.code])) for shelf in product.way)]


def _track(product: ProductPage, chosen: VariantPage | None, price: Price | None) -> str:
    told = {"product_id": str(product.uid), "name": product.name, "brand": product.brand}
    if chosen:
        told["sku"] = chosen.sku
    if price:
        return wording.track(**told, price=float(price.now.amount), currency=price.now.currency)
    return wording.track(**told)


def _pictures(product: ProductPage, chosen: VariantPage | None) -> list[tuple[str, str]]:
    """(address, words) of the pictures of the product and of the chosen variant, its own first."""
    own = chosen.id if chosen else None
    shown = [one for one in product.pictures if one.variant_id in {None, own}] or list(product.pictures)
    return [(one.src(960), one.alt or product.name) for one in sorted(shown, key=lambda one: one.variant_id != own)]
