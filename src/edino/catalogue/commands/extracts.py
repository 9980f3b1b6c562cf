"""`edino export products|attributes`: what `edino import` of the same kind reads into an empty shop."""

from typing import Final

from edino.catalogue.api import extracting
from edino.kernel.exports import Extract

EXTRACTS: Final[dict[str, Extract]] = {
    "products": Extract(
        "products: a row for each variant; `edino import products` reads it",
        {
            "product": "text",
            "sku": "text",
            "code": "text",
            "names": "json",
            "descriptions": "json",
            "brand": "text",
            "shelves": "json",
            "attributes": "json",
            "media": "json",
            "active": "boolean",
            "options": "json",
            "barcodes": "json",
            "variant_media": "json",
            "weight_g": "text",
            "tax": "text",
            "variant_active": "boolean",
            "variant_attributes": "json",
        },
        extracting.products,
    ),
    "attributes": Extract(
        "definitions of attributes; `edino import attributes` reads it",
        {
            "code": "text",
            "kind": "text",
            "names": "json",
            "unit": "text",
            "choices": "json",
            "is_filter": "boolean",
            "is_required": "boolean",
            "position": "text",
            "categories": "json",
        },
        extracting.attributes,
    ),
}
