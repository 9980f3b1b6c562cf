"""The door of promotions."""

from edino.promotions.api.coupons import batches, codes_of, coupons, give_coupon, issue_coupons, void_coupon
from edino.promotions.api.giftcards import (
    gift_card,
    gift_card_by_id,
    gift_card_drift,
    gift_cards,
    gift_entries,
    issue_gift_card,
    refund_gift_card,
    spend_gift_card,
)
from edino.promotions.api.quoting import quote
from edino.promotions.api.redeeming import redeem, unredeem
from edino.promotions.api.rehearsing import baskets_between, rehearse
from edino.promotions.api.saving import (
    promotion,
    promotions,
    redemptions,
    save_promotion,
    set_promotion_state,
    versions,
)

__all__ = [
    "baskets_between",
    "batches",
    "codes_of",
    "coupons",
    "gift_card",
    "gift_card_by_id",
    "gift_card_drift",
    "gift_cards",
    "gift_entries",
    "give_coupon",
    "issue_coupons",
    "issue_gift_card",
    "promotion",
    "promotions",
    "quote",
    "redeem",
    "redemptions",
    "refund_gift_card",
    "rehearse",
    "save_promotion",
    "set_promotion_state",
    "spend_gift_card",
    "unredeem",
    "versions",
    "void_coupon",
]
