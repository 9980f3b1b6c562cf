"""The workplace of a store: what waits here, picking, handing over, selling, taking back, counting.

A tablet in one hand and a scanner in the other: one field understands whatever is typed or scanned.
"""

from django.urls import URLPattern, path

from edino.faces.screens.store import (
    choosing,
    counting,
    finding,
    goods,
    handing,
    home,
    paying,
    people,
    picking,
    receipt,
    returned,
    selling,
    taking_back,
)

urlpatterns: list[URLPattern] = [
    path("store/", home.home, name="store"),
    path("store/live/", home.live, name="store_live"),
    path("store/choose/", choosing.choose, name="store_choose"),
    path("store/find/", finding.find, name="store_find"),
    path("store/pick/<uuid:uid>/", picking.pick, name="store_pick"),
    path("store/pick/<uuid:uid>/ready/", picking.done, name="store_picked"),
    path("store/pick/<uuid:uid>/missing/", picking.missing, name="store_missing"),
    path("store/hand/<uuid:uid>/", handing.hand, name="store_hand"),
    path("store/hand/<uuid:uid>/told/", handing.told, name="store_told"),
    path("store/hand/<uuid:uid>/give/", handing.give, name="store_give"),
    path("store/hand/<uuid:uid>/send/", handing.send, name="store_send"),
    path("store/hand/<uuid:uid>/arrived/", handing.arrived, name="store_arrived"),
    path("store/sell/", selling.sell, name="store_sell"),
    path("store/sell/drop/", selling.drop, name="store_drop"),
    path("store/sell/<uuid:uid>/", selling.cart, name="store_cart"),
    path("store/sell/<uuid:uid>/change/", selling.change, name="store_cart_change"),
    path("store/sell/<uuid:uid>/pay/", paying.pay, name="store_pay"),
    path("store/orders/<uuid:uid>/", receipt.order, name="store_order"),
    path("store/people/<uuid:uid>/", people.person, name="store_person"),
    path("store/people/<uuid:uid>/serve/", people.serve, name="store_serve"),
    path("store/products/<uuid:uid>/", goods.product, name="store_product"),
    path("store/goods/<str:sku>/", goods.goods, name="store_goods"),
    path("store/goods/<str:sku>/put/", goods.put, name="store_put"),
    path("store/goods/<str:sku>/tell/", goods.tell, name="store_tell"),
    path("store/back/", taking_back.back, name="store_back"),
    path("store/back/count/", taking_back.count, name="store_back_count"),
    path("store/back/begin/", taking_back.begin, name="store_back_begin"),
    path("store/back/clear/", taking_back.clear, name="store_back_clear"),
    path("store/count/", counting.begin, name="store_count"),
    path("store/count/<uuid:uid>/", counting.counting, name="store_counting"),
    path("store/count/<uuid:uid>/area/", counting.area, name="store_count_area"),
    path("store/count/<uuid:uid>/close/", counting.closing, name="store_counted"),
    path("store/returns/<uuid:uid>/", returned.returned, name="store_returned"),
    path("store/returns/<uuid:uid>/told/", returned.told, name="store_returned_told"),
    path("store/returns/<uuid:uid>/settle/", returned.settle, name="store_returned_settle"),
    path("store/returns/<uuid:uid>/sorry/", returned.sorry, name="store_returned_sorry"),
    path("store/returns/<uuid:uid>/withdraw/", returned.withdraw, name="store_returned_withdraw"),
]
