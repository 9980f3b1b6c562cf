"""Facts of catalogue on the log. Bodies name products by their public ids or SKUs and hold nothing of people."""

from typing import Final

PRODUCT_CHANGED: Final = "product.changed"
"""{"product": uid, "what": "created" | "changed" | "deactivated"}"""

REVIEW_PUBLISHED: Final = "review.published"
"""{"product": uid, "review": uid, "rating": 1–5, "verified": boolean}"""

PRICE_WANTED: Final = "price.wanted"
"""The profile waits for a lower price: {"sku", "currency", "seen": minor units}"""

PRICE_DROPPED: Final = "price.dropped"
"""A price the profile waited for is there: {"sku", "currency", "seen", "price": minor units}"""
