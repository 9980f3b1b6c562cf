"""A thing in the hand: its price, every size and colour, where each lies, and selling it from wherever it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from edino.catalogue import api as catalogue
from edino.catalogue.errors import NoSuchProduct
from edino.catalogue.types import VariantInfo
from edino.catalogue.types.pages import ProductPage, VariantPage
from edino.checkout import api as checkout
from edino.faces.screens.store import frame, sales, selling, wording
from edino.faces.screens.store.frame import StoreRequest, at_store
from edino.inventory import api as inventory
from edino.inventory.types import Atp
from edino.kernel.errors import Refusal
from edino.staff import api as staff
from edino.ui.parts import Text
from edino.ui.screen import Action, Column, Fact, Listing, Product, Status, Stock, StockLine, When, Why, short

CHANNEL: Final = "store"


@dataclass(frozen=True, slots=True)
class Row:
    """A variant of the product: how many here, how many elsewhere."""

    place: int
    name: object
    here: object
    elsewhere: object
    url: str


_VARIANTS: Final[Listing[Row]] = Listing(
    name="variants",
    title=gettext_lazy("Sizes and colours"),
    columns=(
        Column("name", gettext_lazy("Which")),
        Column("here", gettext_lazy("Here"), place="side"),
        Column("elsewhere", gettext_lazy("Elsewhere")),
    ),
    key="place",
    url=lambda row: row.url,
    sort="place",
    page_size=500,
    export=False,
    pager=False,
)


@at_store("store.work")
def product(request: StoreRequest, uid: UUID) -> HttpResponse:
    """A product by name: its first variant stands for it."""
    page = catalogue.product(uid=uid, language=get_language() or "en")
    first = next((one for one in page.variants if one.active), page.variants[0] if page.variants else None)
    if first is None:
        raise NoSuchProduct
    return redirect("store_goods", sku=first.sku)


@at_store("store.work")
def goods(request: StoreRequest, sku: str) -> HttpResponse:
    """Everything one is asked about a thing at the counter."""
    language = get_language() or "en"
    info = catalogue.variants_by_sku(skus=[sku], language=language).get(sku)
    if info is None:
        raise NoSuchProduct
    page = catalogue.product(uid=info.product_uid, language=language)
    variants = [one for one in page.variants if one.active or one.id == info.id]
    stock = inventory.availability(variant_ids=[one.id for one in variants], channel=CHANNEL)
    names = {place.id: place.name for place in frame.places() if place.active}
    mine = stock.get(info.id, [])
    options = " · ".join([*map(str, info.options.values()), info.sku])
    return frame.page(
        request,
        "goods",
        title=info.name,
        lead=options,
        back=frame.back(),
        product=Product(info.name, options, image=info.image or ""),
        facts=list(_facts(request, info)),
        stock=Stock(list(_where(request, mine, names))),
        actions=list(_actions(request, info, mine)),
        table=_VARIANTS.read(request, short(list(_rows(request, page, variants, stock, info.id)), "place")),
    )


@at_store("carts.serve")
@require_POST
def put(request: StoreRequest, sku: str) -> HttpResponse:
    """One more into the sale at hand; from elsewhere it is picked up here later, or sent."""
    uid = sales.current(request) or sales.begin(request).uid
    method = request.POST.get("way", "carry")
    try:
        have = next((line.quantity for line in checkout.stored(uid=uid).lines if line.sku == sku), 0)
        shown = checkout.put_line(uid=uid, sku=sku, quantity=have + 1, by=sales.hand(request))
        if method in {"pickup", "delivery"}:
            delivery = selling.way(request, method, shown, {})
            checkout.set_delivery(uid=uid, delivery=delivery, by=sales.hand(request))
    except Refusal as refusal:
        messages.error(request, wording.why_not(refusal))
        return redirect("store_goods", sku=sku)
    return redirect("store_cart", uid=uid)


@at_store("carts.serve")
@require_POST
def tell(request: StoreRequest, sku: str) -> HttpResponse:
    """The customer of the sale at hand is told when it is back."""
    uid = sales.current(request)
    profile = checkout.stored(uid=uid).profile_id if uid else None
    if profile is None:
        messages.error(request, _("Scan the customer's card first: then it is known whom to tell."))
        return redirect("store_goods", sku=sku)
    inventory.subscribe(sku=sku, profile_id=profile)
    messages.success(request, _("The customer is told when it is back."))
    return redirect("store_goods", sku=sku)


def _facts(request: StoreRequest, info: VariantInfo) -> Iterator[Fact]:
    offered = catalogue.assortment_of(CHANNEL)
    found = catalogue.prices(
        variant_ids=[info.id], currency=offered.currency, channel=CHANNEL, region=offered.region
    ).get(info.id)
    if found is None:
        yield Fact(_("Price"), Status(_("has no price"), "bad"))
    else:
        why = Why(_("From the price list “%(name)s”.") % {"name": found.price_list})
        price = format_html("<b>{}</b>", wording.sum_of(found.unit, offered.currency))
        yield Fact(_("Price"), price, why=why)
        if found.list_price != found.unit:
            yield Fact(_("Usual price"), wording.sum_of(found.list_price, offered.currency))
    if not info.active:
        yield Fact(_("State"), Status(_("not sold any more"), "warn"))
    if info.barcodes:
        yield Fact(_("Barcode"), info.barcodes[0])


def _where(request: StoreRequest, mine: Sequence[Atp], names: Mapping[int, str]) -> Iterator[StockLine]:
    """Here first, then where there is most."""
    here = next((one for one in mine if one.location_id == request.store.id), None)
    free = here.free if here else 0
    state = Status(_("on the shelf"), "good") if free else Status(_("none"), "bad")
    yield StockLine(_("Here, %(name)s") % {"name": request.store.name}, state, free)
    others = [one for one in mine if one.location_id != request.store.id and one.location_id in names]
    for one in sorted(others, key=lambda one: (-one.free, names[one.location_id])):
        if one.free:
            yield StockLine(names[one.location_id], Status(_("has it"), "info"), one.free)
        elif one.inbound:
            day = format_html("{} {}", _("expected"), When(one.inbound[0][0], "date"))
            yield StockLine(names[one.location_id], Status(day, "quiet", "clock"), one.inbound[0][1])


def _actions(request: StoreRequest, info: VariantInfo, mine: Sequence[Atp]) -> Iterator[Action]:
    if not staff.may(request.staff, "carts.serve") or not info.active:
        return
    url = reverse("store_put", args=[info.sku])
    here = sum(one.free for one in mine if one.location_id == request.store.id)
    if here:
        yield Action(_("Put into the sale"), url, "post", "shopping-basket", "primary", values=[("way", "carry")])
    elif any(one.free for one in mine):
        yield _elsewhere(url, "pickup", _("Order it to this store"), "store", primary=True)
        yield _elsewhere(url, "delivery", _("Have it sent"), "truck", primary=False)
    else:
        yield Action(_("Tell when it is back"), reverse("store_tell", args=[info.sku]), "post", "bell")


def _elsewhere(url: str, way: str, word: Text, icon: str, *, primary: bool) -> Action:
    return Action(word, url, "post", icon, "primary" if primary else "", values=[("way", way)])


def _rows(
    request: StoreRequest,
    page: ProductPage,
    variants: Sequence[VariantPage],
    stock: Mapping[int, Sequence[Atp]],
    chosen: int,
) -> Iterator[Row]:
    for place, one in enumerate(variants):
        rows: Sequence[Any] = stock.get(one.id, [])
        here = sum(row.free for row in rows if row.location_id == request.store.id)
        others = [row.free for row in rows if row.location_id != request.store.id and row.free]
        name = " · ".join(map(str, one.options.values())) or one.sku
        shown = Status(name, "info", "check") if one.id == chosen else name
        told = Status(_("%(number)d here") % {"number": here}, "good") if here else Status(_("not here"), "quiet")
        values = {"number": sum(others), "places": len(others)}
        away = _("%(number)d, places: %(places)d") % values if others else _("none")
        yield Row(place, shown, told, away, reverse("store_goods", args=[one.sku]))
