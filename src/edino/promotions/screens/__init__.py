"""Screens of promotions: rules, rehearsals, coupons, gift cards, and a basket to try them on."""

from django.urls import URLPattern, path

from edino.promotions.screens import coupons, giftcards, promotions, rehearsal, trying

urlpatterns: list[URLPattern] = [
    path("promotions/", promotions.promotions, name="promotions"),
    path("promotions/new/", promotions.new, name="promotion_new"),
    path("promotions/codes/", promotions.limit, name="promotions_limit"),
    path("promotions/try/", trying.try_basket, name="promotions_try"),
    path("promotions/coupons/", coupons.coupons, name="coupons"),
    path("promotions/coupons/<int:number>/void/", coupons.void, name="coupon_void"),
    path("promotions/coupons/<int:number>/", coupons.coupon, name="coupon"),
    path("promotions/batches/<uuid:batch>/codes.csv", coupons.export, name="coupons_export"),
    path("promotions/gift-cards/", giftcards.gift_cards, name="gift_cards"),
    path("promotions/gift-cards/new/", giftcards.new, name="gift_card_new"),
    path("promotions/gift-cards/<int:number>/", giftcards.gift_card, name="gift_card"),
    path("promotions/<uuid:uid>/", promotions.promotion, name="promotion"),
    path("promotions/<uuid:uid>/change/", promotions.change, name="promotion_change"),
    path("promotions/<uuid:uid>/state/<slug:state>/", promotions.turn, name="promotion_state"),
    path("promotions/<uuid:uid>/rehearsal/", rehearsal.rehearsal, name="promotion_rehearsal"),
    path("promotions/<uuid:uid>/coupons/new/", coupons.new, name="coupons_new"),
]
