"""A YML feed as records. An offer is a variant; offers of one `group_id` are one product."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from edino.integrations.exchange import values
from edino.integrations.exchange.oddities import Oddities
from edino.integrations.exchange.reading import Document, elements, forget, local
from edino.integrations.exchange.records import (
    Category,
    Goods,
    Header,
    Offer,
    Picture,
    Price,
    Prices,
    PriceType,
    Record,
    Rest,
    Store,
)

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

ROOTS: Final = ("yml_catalog",)
NAME_LONGEST: Final = 150
SHOP_LONGEST: Final = 20
_RATES: Final = frozenset({"0", "5", "7", "10", "20", "22"})
_COUNTED: Final = ("count", "stock_quantity", "quantity_in_stock")
"""How feeds for Yandex, and those of Ukrainian marketplaces, call the pieces that can be had."""
# fmt: off
_KNOWN: Final = frozenset({
    "url", "price", "oldprice", "currencyId", "categoryId", "picture", "store", "pickup", "delivery",
    "delivery-options", "pickup-options", "vendor", "vendorCode", "description", "sales_notes",
    "manufacturer_warranty", "country_of_origin", "barcode", "param", "count", "outlets", "outlet", "name",
    "typePrefix", "model", "option", "shop-sku", "market-sku", "weight", "dimensions", "local_delivery_cost",
    "enable_auto_discounts", "available", "adult", "age", "downloadable", "expiry", "rec", "min-quantity",
    "step-quantity", "cpa", "group_id", "purchase_price", "additional_expenses", "market_category", "vat",
    "credit-template", "service-life-days", "warranty-days", "period-of-validity-days", "condition", "disabled",
    "tn-ved-codes", "tn-ved-code", "cargo-types", "cofinance_price", "video", "author", "publisher", "series",
    "year", "ISBN", "volume", "part", "language", "binding", "page_extent", "table_of_contents", "performed_by",
    "performance_type", "storage", "format", "recording_length", "artist", "title", "media", "starring", "director",
    "originalName", "country", "worldRegion", "region", "days", "dataTour", "hotel_stars", "room", "meal",
    "included", "transport", "price_min", "price_max", "place", "hall", "hall_part", "date", "is_premiere",
    "is_kids", "supplier", "custom_label_0", "stock_quantity", "quantity_in_stock",
})
# fmt: on


class Reader:
    """Reads one feed. `zone` is where its dates without a zone belong."""

    def __init__(self, document: Document, odd: Oddities, *, zone: str = "Europe/Moscow") -> None:
        self.document = document
        self.odd = odd
        self.zone = ZoneInfo(zone)
        self.shop = ""
        self._site = ""
        self._currencies: dict[str, bool] = {}
        self._groups: set[str] = set()

    def records(self) -> Iterator[Record]:
        """Everything the feed says; Unreadable at the first thing that is no XML."""
        offers = 0
        names = ("category", "offer", "currency", "name", "company", "url")
        for event, element in elements(self.document, names, roots=ROOTS, format_name="YML", odd=self.odd):
            name = local(element)
            parent = element.getparent()
            inside = local(parent) if parent is not None else ""
            if event == "start":
                if name == "yml_catalog":
                    yield self._header(element)
                continue
            if name == "category" and inside == "categories":
                yield from self._category(element)
            elif name == "offer" and inside == "offers":
                offers += 1
                yield from self._offer(element)
            elif name == "currency" and inside == "currencies":
                self._currency(element)
            elif inside == "shop":
                self._shop(name, element)
            if inside in {"categories", "offers"}:
                forget(element)
        if not offers:
            self.odd.note("empty_document", self.document.name, line=1)
        for code, used in self._currencies.items():
            if not used:
                self.odd.note("currency_unused", code)

    def _header(self, element: "Element") -> Header:
        said = element.get("date")
        as_of = values.made_at(said, self.zone)
        line = element.sourceline or 1
        if not said:
            self.odd.note("no_date", self.document.name, line=line)
        elif as_of is None:
            self.odd.note("date_unreadable", said, line=line)
        return Header(kind="yml", as_of=as_of, catalog="yml", full=True, has="all")

    def _shop(self, name: str, element: "Element") -> None:
        """Whose feed it is: ids are unique within a shop only, and one source may bring the feeds of several."""
        said = values.words(element.text)
        if name == "url":
            self.shop = urlsplit(said if "//" in said else f"//{said}").hostname or said or self.shop
            self._site = said if said.startswith(("https://", "http://")) else f"https://{said}" if said else ""
        elif not self.shop:
            self.shop = said
        if name == "name" and len(said) > SHOP_LONGEST:
            self.odd.note("name_long", said, line=element.sourceline or 0)

    def _scoped(self, id_: str) -> str:
        return f"{self.shop}/{id_}" if self.shop else id_

    def _currency(self, element: "Element") -> None:
        said = element.get("id") or ""
        if said:
            self._currencies[said] = self._currencies.get(said, False)

    def _category(self, element: "Element") -> Iterator[Record]:
        line, id_ = element.sourceline or 0, (element.get("id") or "").strip()
        name = values.words("".join(element.itertext()))
        if not id_:
            self.odd.note("no_id", name or "category", line=line)
            return
        parent = element.get("parentId")
        if parent is None and element.get("parent_id") is not None:
            parent = element.get("parent_id")
            self.odd.note("parent_attribute", f"{id_}: {name}", line=line)
        if not name:
            self.odd.note("category_no_name", id_, line=line)
        elif " > " in name:
            self.odd.note("category_path_in_name", name, line=line)
        parent = (parent or "").strip()
        above = "" if parent in {"", "0"} else self._scoped(parent)
        yield Category(id=self._scoped(id_), name=name or id_, parent=above, line=line)

    def _offer(self, element: "Element") -> Iterator[Record]:
        line = element.sourceline or 0
        id_ = (element.get("id") or "").strip()
        told: dict[str, str] = {}
        for child in element:
            name = local(child)
            if name not in _KNOWN:
                self.odd.note("unknown_element", f"<{name}>", line=child.sourceline or line)
            told.setdefault(name, (child.text or "").strip())
        name = self._name(told, id_, line)
        if not id_:
            self.odd.note("no_id", name or "offer", line=line)
            return
        self._remarks(element, told, name, line)
        params = self._params(element)
        group = (element.get("group_id") or "").strip()
        own, id_ = id_, self._scoped(id_)
        goods = self._scoped(f"group:{group}") if group else id_
        pictures = self._pictures(element, name, line)
        article = values.words(told.get("vendorCode"))
        category = values.words(told.get("categoryId"))
        if goods not in self._groups:
            self._groups.add(goods)
            yield Goods(
                id=goods,
                line=line,
                name=name,
                article="" if group else article,
                categories=(self._scoped(category),) if category else (),
                description=told.get("description", ""),
                brand=values.words(told.get("vendor")),
                attributes=_extras(told) if group else params | _extras(told),
                pictures=pictures,
                weight_g=self._weight(told.get("weight", ""), line),
                tax=self._tax(told.get("vat", ""), name, line),
                catalog="yml",
            )
        printed = [child.text or "" for child in element if local(child) == "barcode"]
        codes = [values.words(code) for text in printed for code in re.split(r"[,;]", text)]
        barcodes = tuple(dict.fromkeys(code for code in codes if code))
        for code in barcodes:
            if not values.barcode_fits(code):
                self.odd.note("barcode_wrong", f"{code}: {name}", line=line)
        yield Offer(
            id=id_,
            goods=goods,
            line=line,
            name=name,
            article=values.words(told.get("shop-sku")) or article or (f"{self.shop}-{own}" if self.shop else own),
            barcodes=barcodes,
            options=params if group else {},
            pictures=pictures if group else (),
            deleted=values.truth(told.get("disabled")) is True,
            catalog="yml",
        )
        yield from self._price(told, id_, name, line)
        yield from self._stock(element, told, id_, name, line)

    def _remarks(self, element: "Element", told: dict[str, str], name: str, line: int) -> None:
        if not told.get("categoryId"):
            self.odd.note("no_category", name, line=line)
        if values.truth(element.get("available")) is False:
            self.odd.note("not_available", name, line=line)
        if values.truth(told.get("disabled")):
            self.odd.note("offer_disabled", name, line=line)
        if len(name) > NAME_LONGEST:
            self.odd.note("name_long", name, line=line)

    def _name(self, told: dict[str, str], id_: str, line: int) -> str:
        said = told.get("name") or told.get("title") or ""
        name = values.words(said)
        if name:
            if name != said:
                self.odd.note("name_spaces", said, line=line)
            return name
        vendor, model = values.words(told.get("vendor")), values.words(told.get("model"))
        if vendor and model.lower().startswith(vendor.lower()):
            vendor = ""
        name = " ".join(part for part in (values.words(told.get("typePrefix")), vendor, model) if part)
        if model:
            self.odd.note("name_from_parts", name, line=line)
            return name
        name = " ".join(filter(None, [name, values.words(told.get("vendorCode"))])) or id_
        self.odd.note("no_name", name, line=line)
        return name

    def _params(self, element: "Element") -> dict[str, str]:
        """Parameters by their names; one that is told several times keeps each of its values."""
        found: dict[str, str] = {}
        for child in element:
            name, said = values.words(child.get("name")), values.words(child.text)
            if local(child) != "param" or not name or not said:
                continue
            value = " ".join(part for part in (said, values.words(child.get("unit"))) if part)
            found[name] = f"{found[name]}, {value}" if name in found else value
        return found

    def _pictures(self, element: "Element", name: str, line: int) -> tuple[Picture, ...]:
        places = [values.words(child.text) for child in element if local(child) == "picture"]
        places = [place for place in dict.fromkeys(places) if place]
        if not places:
            self.odd.note("no_picture", name, line=line)
        if any("//" in place.partition("://")[2] for place in places):
            self.odd.note("picture_address_odd", places[0], line=line)
        whole = [urljoin(self._site, place) if self._site and "://" not in place else place for place in places]
        for place in set(whole) - set(places):
            self.odd.note("picture_relative", place, line=line)
        return tuple(Picture(place) for place in whole)

    def _tax(self, said: str, name: str, line: int) -> str:
        """The VAT of Yandex's list: VAT_20, VAT_10, NO_VAT …"""
        plain = said.strip().upper()
        if plain in {"NO_VAT", "6"}:
            return "none"
        rate = plain.removeprefix("VAT_").partition("_")[0]
        if rate in _RATES and plain.startswith("VAT_"):
            return f"vat{rate}"
        if plain:
            self.odd.note("tax_unknown", f"{said}: {name}", line=line)
        return ""

    def _weight(self, said: str, line: int) -> int | None:
        if not said:
            return None
        found = values.number(said)
        if found is None or not 0 <= found < 1_000_000:
            self.odd.note("weight_unreadable", said, line=line)
            return None
        return int(found * 1000) or None

    def _price(self, told: dict[str, str], id_: str, name: str, line: int) -> Iterator[Record]:
        said = told.get("price", "")
        if not said:
            self.odd.note("no_price", name, line=line)
            return
        amount = values.number(said)
        if amount is None:
            self.odd.note("price_unreadable", f"{said}: {name}", line=line)
            return
        currency = told.get("currencyId", "")
        code = values.currency(currency) or ""
        self._currencies[currency] = True
        if code and code != currency:
            self.odd.note("currency_renamed", f"{currency} → {code}", line=line)
        if not code:
            self.odd.note("currency_unknown", f"{currency or '—'}: {name}", line=line)
            return
        was = values.number(told.get("oldprice"))
        if was is None and told.get("oldprice"):
            self.odd.note("oldprice_unreadable", f"{told['oldprice']}: {name}", line=line)
        elif was is not None and was <= amount:
            self.odd.note("oldprice_not_higher", f"{was} ≤ {amount}: {name}", line=line)
            was = None
        type_ = self._scoped(code)
        yield PriceType(id=type_, name=self.shop or "YML", currency=code)
        yield Prices(id=id_, line=line, prices=(Price(type_, amount, code, was),))

    def _stock(self, element: "Element", told: dict[str, str], id_: str, name: str, line: int) -> Iterator[Record]:
        stores: dict[str, Decimal] = {}
        for box in element:
            for outlet in box if local(box) == "outlets" else ():
                store, amount = (outlet.get("id") or "").strip(), values.number(outlet.get("instock"))
                if store and amount is not None:
                    stores[store] = amount
                    yield Store(id=store, name=store)
                else:
                    self.odd.note("stock_unreadable", f"{outlet.get('instock')}: {name}", line=line)
        counted = next((told[each] for each in _COUNTED if told.get(each)), None)
        total = values.number(counted)
        if counted and total is None:
            self.odd.note("stock_unreadable", f"{counted}: {name}", line=line)
        if total is None and not stores:
            return
        if stores and total is not None and sum(stores.values()) != total:
            self.odd.note("stock_disagrees", f"{total} ≠ {sum(stores.values())}: {name}", line=line)
        yield Rest(id=id_, line=line, total=total, stores=stores)


def _extras(told: dict[str, str]) -> dict[str, str]:
    """What a feed says of a product beside its parameters."""
    kept = ("country_of_origin", "typePrefix", "model", "sales_notes", "manufacturer_warranty")
    return {name: values.words(told[name]) for name in kept if values.words(told.get(name))}
