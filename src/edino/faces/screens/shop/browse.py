"""Looking around: the first page, the catalogue by category with filters, search with suggestions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from edino.catalogue import api as catalogue
from edino.catalogue.types import Assortment, Sort
from edino.catalogue.types.pages import Facet, ProductRow, ProductsPage, Shelf
from edino.catalogue.types.prices import PriceAnswer
from edino.faces.screens.shop.frame import part, show
from edino.faces.screens.shop.visit import ShopRequest, shop_name, visited
from edino.inventory import api as inventory
from edino.kernel.errors import NotFound
from edino.kernel.money import Money
from edino.ui.parts import Back

PAGE: Final = 24
SUGGESTED: Final = 6
SORTS: Final = ("", "new", "price", "-price", "rating")
_LONGEST: Final = 200
_FILTER: Final = re.compile(r"brand$|price$|(option|attribute)\.[\w-]{1,60}$")


@dataclass(frozen=True, slots=True)
class Thing:
    """A product among others."""

    name: str
    url: str
    image: str
    price: Money | None
    was: Money | None
    is_from: bool
    note: str
    rating: float | None
    rating_count: int


def language() -> str:
    """The reader's language, in two letters."""
    return (get_language() or "en")[:2]


def things(rows: Sequence[ProductRow], offered: Assortment, channel: str) -> list[Thing]:
    """Products as cards, each with what its cheapest variant costs now and what it cost before."""
    ids = [id_ for row in rows for id_ in row.variant_ids]
    if not ids:
        return []
    found = catalogue.prices(variant_ids=ids, currency=offered.currency, channel=channel, region=offered.region)
    return [_thing(row, [found[id_] for id_ in row.variant_ids if id_ in found], offered.currency) for row in rows]


def _thing(row: ProductRow, prices: Sequence[PriceAnswer], currency: str) -> Thing:
    best = min(prices, key=lambda one: one.unit, default=None)
    return Thing(
        name=row.name,
        url=reverse("shop_product_named", args=[row.slug]),
        image=row.image or "",
        price=Money(best.unit, currency) if best else None,
        was=Money(best.list_price, currency) if best and best.list_price > best.unit else None,
        is_from=best is not None and max(one.unit for one in prices) > best.unit,
        note=row.brand,
        rating=row.rating,
        rating_count=row.rating_count,
    )


@visited
def home(request: ShopRequest) -> HttpResponse:
    """The first page: where to go, and what is new."""
    return home_page(request)


def home_page(request: ShopRequest) -> HttpResponse:
    """The first page, of the shop and of a kiosk."""
    offered = catalogue.assortment_of(request.guest.source_channel)
    found = catalogue.search(assortment=offered.code, language=language(), sort="new", limit=12)
    tops = [shelf for shelf in catalogue.shelves(language=language()) if shelf.parent_id is None and shelf.active]
    fresh = things(found.rows, offered, request.guest.source_channel)
    kiosk = request.guest.visit.kiosk
    place = next((one.name for one in inventory.locations() if one.code == kiosk), "") if kiosk else ""
    return show(request, "home.html", title=place or shop_name(), here="home", doors=tops, fresh=fresh)


@visited
def everything(request: ShopRequest) -> HttpResponse:
    """All there is."""
    return _shelf(request, None)


@visited
def category(request: ShopRequest, code: str) -> HttpResponse:
    """One category and what lies below it."""
    found = next((one for one in catalogue.shelves(language=language()) if one.code == code and one.active), None)
    if found is None:
        raise NotFound
    return _shelf(request, found)


@visited
def search(request: ShopRequest) -> HttpResponse:
    """What fits some words: in Russian, English or typed on the wrong keyboard, from their beginnings."""
    return _shelf(request, None, words=request.GET.get("q", "").strip()[:_LONGEST])


@visited
def suggest(request: ShopRequest) -> HttpResponse:
    """A few things while somebody types."""
    words = request.GET.get("q", "").strip()[:_LONGEST]
    if len(words) < 2:
        return part(request, "_suggestions.html", things=[], words="")
    offered = catalogue.assortment_of(request.guest.source_channel)
    found = catalogue.search(text=words, assortment=offered.code, language=language(), limit=SUGGESTED)
    more = f"{reverse('shop_search')}?{urlencode({'q': words})}" if found.total > len(found.rows) else ""
    return part(
        request,
        "_suggestions.html",
        things=things(found.rows, offered, request.guest.source_channel),
        words=words,
        total=found.total,
        more=more,
    )


@visited
def nowhere(request: ShopRequest, rest: str) -> HttpResponse:
    """An address of the shop that there is not."""
    raise NotFound(_("There is no page at this address."))


def _shelf(request: ShopRequest, here: Shelf | None, words: str | None = None) -> HttpResponse:
    offered = catalogue.assortment_of(request.guest.source_channel)
    filters = {name: request.GET.getlist(name) for name in request.GET if _FILTER.match(name)}
    sort = request.GET.get("sort", "")
    found: ProductsPage = catalogue.search(
        text=words or "",
        assortment=offered.code,
        category=here.id if here else None,
        filters=filters,
        language=language(),
        sort=cast("Sort", sort) if sort in SORTS else "",
        after=request.GET.get("after", "")[:_LONGEST],
        limit=PAGE,
        channel=request.guest.source_channel,
        facets=True,
    )
    context: dict[str, Any] = {
        "things": things(found.rows, offered, request.guest.source_channel),
        "total": found.total,
        "facets": _facets(found),
        "chosen": _chosen(request, found),
        "more": _with(request.GET, after=found.next) if found.next else "",
        "sorts": [(code, label, code == sort) for code, label in _sorts(searching=bool(words))],
        "words": words,
        "shelf": here,
        "branches": _branches(here),
        "way": _way(here),
    }
    if request.headers.get("HX-Target") == "more":
        return part(request, "_more.html", **context)
    if request.headers.get("HX-Target") == "shelf":
        return part(request, "_shelf.html", opened=True, **context)
    if words:
        title = _("“%(words)s”") % {"words": words}
    elif words is not None:
        title = _("Search")
    else:
        title = here.name if here else _("Catalogue")
    return show(request, "shelf.html", title=title, here="catalogue", **context)


def _facets(found: ProductsPage) -> list[Facet]:
    """What narrows the answer down. Categories have their own place, and one value narrows nothing."""
    named = [replace(one, label=_("Brand")) if one.name == "brand" else one for one in found.facets]
    return [
        one
        for one in named
        if one.name != "category" and (len(one.values) > 1 or any(value.chosen for value in one.values))
    ]


def _sorts(*, searching: bool) -> list[tuple[str, str]]:
    return [
        ("", _("Best match") if searching else _("As we arrange it")),
        ("new", _("New first")),
        ("price", _("Cheapest first")),
        ("-price", _("Dearest first")),
        ("rating", _("Best rated first")),
    ]


def _chosen(request: HttpRequest, found: ProductsPage) -> list[tuple[str, str]]:
    """(word, the address without it) of each filter that is set."""
    chosen = []
    for facet in found.facets:
        for value in facet.values:
            if value.chosen:
                left = request.GET.copy()
                left.setlist(facet.name, [one for one in left.getlist(facet.name) if one != value.value])
                left.pop("after", None)
                chosen.append((value.label, f"?{left.urlencode()}"))
    return chosen


def _with(query: QueryDict, **values: str) -> str:
    changed = query.copy()
    for name, value in values.items():
        changed[name] = value
    return f"?{changed.urlencode()}"


def _branches(here: Shelf | None) -> list[tuple[Shelf, bool]]:
    """What lies directly below, or beside when there is nothing below."""
    tree = [one for one in catalogue.shelves(language=language()) if one.active]
    below = [one for one in tree if one.parent_id == (here.id if here else None)]
    if not below and here is not None:
        below = [one for one in tree if one.parent_id == here.parent_id]
    return [(one, here is not None and one.id == here.id) for one in below]


def _way(here: Shelf | None) -> list[Back]:
    """From the top down to above this shelf."""
    if here is None:
        return []
    tree = {one.id: one for one in catalogue.shelves(language=language())}
    above = [tree[id_] for id_ in here.path[:-1] if id_ in tree]
    top = Back(_("Catalogue"), reverse("shop_catalogue"))
    return [top, *(Back(one.name, reverse("shop_category", args=[one.code])) for one in above)]
