"""Facts of promotions on the log. Bodies name promotions by their code or number, and hold no codes of coupons."""

from typing import Final

PROMOTION_CHANGED: Final = "promotion.changed"
"""{"promotion": code, "version": number, "state": state}"""

COUPONS_ISSUED: Final = "coupons.issued"
"""{"promotion": code, "batch": uid, "count": number, "kind": "single" | "batch" | "personal", "reason": words}"""

PROMOTION_REDEEMED: Final = "promotion.redeemed"
"""{"promotion": number, "version": number, "order": uid, "amount": minor units}"""

GIFT_CARD_ISSUED: Final = "gift_card.issued"
"""{"card": number, "amount": minor units, "currency": code}"""
