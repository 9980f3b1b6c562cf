"""Tables of promotions."""

from edino.promotions.models.codes import Batch, Coupon, GiftCard, GiftEntry
from edino.promotions.models.promotions import Allowance, Book, IssuerBudget, Promotion, Redemption, Version

__all__ = [
    "Allowance",
    "Batch",
    "Book",
    "Coupon",
    "GiftCard",
    "GiftEntry",
    "IssuerBudget",
    "Promotion",
    "Redemption",
    "Version",
]
