"""The door of catalogue."""

from edino.catalogue.api.classifying import attributes, define_attributes, upsert_categories
from edino.catalogue.api.prices_reading import parity, price_lists, prices
from edino.catalogue.api.prices_writing import record_price_exception, save_price_list, set_prices, want_price
from edino.catalogue.api.reading import (
    assortment_of,
    assortments,
    by_short_code,
    default_assortment,
    find_variant,
    presence,
    product,
    shelves,
    variants_by_id,
    variants_by_sku,
)
from edino.catalogue.api.searching import search
from edino.catalogue.api.upserting import upsert_products

__all__ = [
    "assortment_of",
    "assortments",
    "attributes",
    "by_short_code",
    "default_assortment",
    "define_attributes",
    "find_variant",
    "parity",
    "presence",
    "price_lists",
    "prices",
    "product",
    "record_price_exception",
    "save_price_list",
    "search",
    "set_prices",
    "shelves",
    "upsert_categories",
    "upsert_products",
    "variants_by_id",
    "variants_by_sku",
    "want_price",
]
