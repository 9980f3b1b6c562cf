"""Our feed in YML, within the limits that Yandex sets; what cannot be told within them is left out."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from edino.catalogue.types import taxes
from edino.integrations.exchange.offering import Offered, Offering
from edino.integrations.exchange.xml import HEAD, element, money, text
from edino.kernel import clock
from edino.kernel.money import exponent

NAME_LONGEST: Final = 150
SHOP_LONGEST: Final = 20
TEXT_LONGEST: Final = 3000
PICTURES: Final = 10
_ID: Final = re.compile(r"[A-Za-z0-9.,/()\[\]\-=_]{1,80}")
_TAXES: Final = {"none": "NO_VAT", **{f"vat{rate}": f"VAT_{rate}" for rate in (0, 5, 7, 10, 20, 22)}}
_EXTRAS: Final = frozenset({"country_of_origin", "sales_notes", "manufacturer_warranty"})


def feed(offering: Offering, *, shop: str, at: datetime, zone: str) -> Iterator[str]:
    """The feed in pieces."""
    made = at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
    currency = offering.assortment.currency
    yield f'{HEAD}<yml_catalog date="{made}">\n<shop>\n'
    yield element("name", shop[:SHOP_LONGEST].strip()) + element("company", shop) + element("url", offering.base)
    yield element("platform", "Edino") + "\n<currencies>" + element("currency", "", {"id": currency, "rate": 1})
    yield "</currencies>\n<categories>\n"
    for shelf in offering.shelves():
        parent = {"parentId": shelf.parent_id} if shelf.parent_id else {}
        yield element("category", shelf.name, {"id": shelf.id, **parent}) + "\n"
    yield "</categories>\n<offers>\n"
    for one in offering:
        yield _offer(one, offering)
    yield "</offers>\n</shop>\n</yml_catalog>\n"


def offer_id(one: Offered) -> str:
    """The SKU where a feed may have it as an id, else our number: unique and stable either way."""
    return one.sku if _ID.fullmatch(one.sku) else f"variant-{one.id}"


def _offer(one: Offered, offering: Offering) -> str:
    places = exponent(one.currency)
    about = {"id": offer_id(one), "available": "true" if one.free else "false"}
    if one.several:
        about["group_id"] = str(one.product)
    told = "".join(f' {name}="{text(value)}"' for name, value in about.items())
    link = f"{offering.base}/shop/p/{one.product}/?sku={offer_id(one)}"
    parts = [
        element("url", link),
        element("price", money(one.price, places)),
        element("oldprice", money(one.was, places)) if one.was else "",
        element("currencyId", one.currency),
        element("categoryId", one.category) if one.category is not None else "",
        *(element("picture", place) for place in one.pictures[:PICTURES]),
        element("store", "true" if any(p.pickup for p in offering.places) else "false"),
        element("pickup", "true" if any(p.pickup for p in offering.places) else "false"),
        element("delivery", "true" if any(p.ships for p in offering.places) else "false"),
        element("name", one.name[:NAME_LONGEST].strip()),
        element("vendor", one.brand),
        element("vendorCode", one.sku),
        element("description", one.description[:TEXT_LONGEST]),
        *(element(name, one.attributes[name]) for name in sorted(_EXTRAS & one.attributes.keys())),
        *(element("barcode", code) for code in one.barcodes),
        *(element("param", value, {"name": name}) for name, value in one.options.items()),
        *(
            element("param", value, {"name": name})
            for name, value in one.attributes.items()
            if name not in _EXTRAS and name not in one.options
        ),
        element("weight", money(one.weight_g, 3)) if one.weight_g else "",
        element("vat", _TAXES.get(taxes.sold_with(one.tax, clock.now()), "")),
        element("count", one.free),
    ]
    outlets = "".join(element("outlet", "", {"id": code, "instock": pieces}) for code, pieces in one.stock.items())
    return f"<offer{told}>{''.join(parts)}{f'<outlets>{outlets}</outlets>' if outlets else ''}</offer>\n"
