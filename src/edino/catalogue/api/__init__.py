"""The door of catalogue."""

from edino.catalogue.api.classifying import define_attributes, upsert_categories
from edino.catalogue.api.offering import save_assortment
from edino.catalogue.api.prices_reading import parity, price_lists, prices
from edino.catalogue.api.prices_writing import record_price_exception, save_price_list, set_prices, want_price
from edino.catalogue.api.reading import (
    assortment_of,
    assortments,
    by_short_code,
    default_assortment,
    find_variant,
    product,
    shelves,
    variants_by_id,
    variants_by_sku,
)
from edino.catalogue.api.relating import bought_together, similar
from edino.catalogue.api.reviewing import reviews, write_review
from edino.catalogue.api.searching import search
from edino.catalogue.api.upserting import upsert_products

__all__ = [
    "assortment_of",
    "assortments",
    "bought_together",
    "by_short_code",
    "default_assortment",
    "define_attributes",
    "find_variant",
    "parity",
    "price_lists",
    "prices",
    "product",
    "record_price_exception",
    "reviews",
    "save_assortment",
    "save_price_list",
    "search",
    "set_prices",
    "shelves",
    "similar",
    "upsert_categories",
    "upsert_products",
    "variants_by_id",
    "variants_by_sku",
    "want_price",
    "write_review",
]
