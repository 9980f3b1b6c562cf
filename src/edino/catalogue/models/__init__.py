"""Tables of catalogue."""

from edino.catalogue.models.assortments import Assortment, Listing, Presence
from edino.catalogue.models.prices import Price, PriceException, PriceList, PriceWish
from edino.catalogue.models.products import (
    Attribute,
    Axis,
    Barcode,
    Brand,
    Category,
    External,
    Media,
    Product,
    Searchable,
    Variant,
)
from edino.catalogue.models.reviews import Related, Review

__all__ = [
    "Assortment",
    "Attribute",
    "Axis",
    "Barcode",
    "Brand",
    "Category",
    "External",
    "Listing",
    "Media",
    "Presence",
    "Price",
    "PriceException",
    "PriceList",
    "PriceWish",
    "Product",
    "Related",
    "Review",
    "Searchable",
    "Variant",
]
