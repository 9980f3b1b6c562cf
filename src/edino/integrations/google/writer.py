"""Our feeds for Google Merchant: products, and the stock of our stores."""

from collections.abc import Iterator
from typing import Final

from edino.integrations.exchange.offering import Offered, Offering
from edino.integrations.exchange.xml import HEAD, element, money
from edino.integrations.yml.writer import offer_id
from edino.kernel.money import exponent

NAMESPACE: Final = "http://base.google.com/ns/1.0"
TITLE_LONGEST: Final = 150
TEXT_LONGEST: Final = 5000
PICTURES: Final = 10
LONGEST_ID: Final = 50
_AXES: Final = {
    **dict.fromkeys(("Размер", "Size"), "size"),
    **dict.fromkeys(("Цвет", "Colour", "Color"), "color"),
    **dict.fromkeys(("Материал", "Material"), "material"),
}
OPTIONS: Final = "Options"
"""The section of specifications that tells a variant from its sisters, beside the axes that Google names."""
PICKUP_SLA: Final = "same_day"


def feed(offering: Offering, *, shop: str) -> Iterator[str]:
    """The product feed in pieces. A product without a picture is left out: Google refuses it."""
    shelves = {shelf.id: shelf for shelf in offering.shelves()}

    def path(category: int | None) -> str:
        names: list[str] = []
        while category is not None:
            names.insert(0, shelves[category].name)
            category = shelves[category].parent_id
        return " > ".join(names)

    yield f'{HEAD}<rss version="2.0" xmlns:g="{NAMESPACE}">\n<channel>'
    yield element("title", shop) + element("link", offering.base) + element("description", shop) + "\n"
    for one in offering:
        if one.pictures:
            yield _item(one, offering, path(one.category))
    yield "</channel>\n</rss>\n"


def local(offering: Offering) -> Iterator[str]:
    """The local inventory feed in pieces: each variant in each store where shoppers may fetch it."""
    places = {place.code: place for place in offering.places if place.pickup}
    yield f'{HEAD}<rss version="2.0" xmlns:g="{NAMESPACE}">\n<channel>\n'
    for one in offering:
        if not one.pictures:
            continue
        for code, pieces in one.stock.items():
            if code not in places:
                continue
            parts = [
                element("g:store_code", code),
                element("g:id", identity(one)),
                element("g:quantity", pieces),
                element("g:price", _price(one.was or one.price, one)),
                element("g:sale_price", _price(one.price, one)) if one.was else "",
                element(
                    "g:availability", "in_stock" if pieces > 1 else "limited_availability" if pieces else "out_of_stock"
                ),
                element("g:pickup_method", "reserve"),
                element("g:pickup_sla", PICKUP_SLA),
            ]
            yield f"<item>{''.join(parts)}</item>\n"
    yield "</channel>\n</rss>\n"


def identity(one: Offered) -> str:
    """The id of a variant, of at most fifty letters."""
    found = offer_id(one)
    return found if len(found) <= LONGEST_ID else f"variant-{one.id}"


def _price(minor: int, one: Offered) -> str:
    return f"{money(minor, exponent(one.currency))} {one.currency}"


def _detail(section: str, name: str, value: str) -> str:
    """What Google shows among the specifications."""
    inside = (element("g:section_name", section) if section else "") + element("g:attribute_name", name)
    return f"<g:product_detail>{inside}{element('g:attribute_value', value)}</g:product_detail>" if value else ""


def _item(one: Offered, offering: Offering, path: str) -> str:
    gtin = next((code for code in one.barcodes if code.isdigit() and len(code) in {8, 12, 13, 14}), "")
    axes = [(_AXES[name], value) for name, value in one.options.items() if name in _AXES]
    parts = [
        element("g:id", identity(one)),
        element("g:title", one.name[:TITLE_LONGEST].strip()),
        element("g:description", (one.description or one.name)[:TEXT_LONGEST]),
        element("g:link", f"{offering.base}/shop/p/{one.product}/?sku={offer_id(one)}"),
        element("g:image_link", one.pictures[0]),
        *(element("g:additional_image_link", place) for place in one.pictures[1:PICTURES]),
        element("g:availability", "in_stock" if one.free else "out_of_stock"),
        element("g:price", _price(one.was or one.price, one)),
        element("g:sale_price", _price(one.price, one)) if one.was else "",
        element("g:condition", "new"),
        element("g:brand", one.brand),
        element("g:gtin", gtin),
        element("g:mpn", one.sku) if not gtin or identity(one) != one.sku else "",
        element("g:identifier_exists", "no") if not (gtin or one.brand) else "",
        element("g:product_type", path),
        element("g:item_group_id", one.product) if one.several else "",
        *(element(f"g:{name}", value) for name, value in axes),
        *(_detail(OPTIONS, name, value) for name, value in one.options.items() if name not in _AXES),
        *(_detail("", name, value) for name, value in one.attributes.items() if name not in one.options),
        element("g:shipping_weight", f"{money(one.weight_g, 3)} kg") if one.weight_g else "",
    ]
    return f"<item>{''.join(parts)}</item>\n"
