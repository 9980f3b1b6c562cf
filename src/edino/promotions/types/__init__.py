"""What crosses the door of promotions."""

from edino.promotions.types.baskets import Basket, BasketLine, PastBasket, PastBaskets, past_baskets
from edino.promotions.types.coupons import Batch, CouponPage, CouponView, Entry, GiftCard, Redemption
from edino.promotions.types.definitions import (
    LAYER_OF,
    LAYERS,
    Action,
    Base,
    Definition,
    Goods,
    Kind,
    Layer,
    PromotionInput,
    PromotionView,
    Rule,
    State,
)
from edino.promotions.types.quotes import CodeVerdict, Gift, Quote, QuotedLine, Reason, Share
from edino.promotions.types.rehearsals import Moved, Rehearsal, Seller

__all__ = [
    "LAYERS",
    "LAYER_OF",
    "Action",
    "Base",
    "Basket",
    "BasketLine",
    "Batch",
    "CodeVerdict",
    "CouponPage",
    "CouponView",
    "Definition",
    "Entry",
    "Gift",
    "GiftCard",
    "Goods",
    "Kind",
    "Layer",
    "Moved",
    "PastBasket",
    "PastBaskets",
    "PromotionInput",
    "PromotionView",
    "Quote",
    "QuotedLine",
    "Reason",
    "Redemption",
    "Rehearsal",
    "Rule",
    "Seller",
    "Share",
    "State",
    "past_baskets",
]
