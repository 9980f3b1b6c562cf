"""Composite screens: overview, search, the customer card, the shop, the store."""

from django.urls import URLPattern, path

from edino.faces.screens import card, exchanging, overview, search, shop, splitting, store, waiting

urlpatterns: list[URLPattern] = [
    path("", overview.overview, name="overview"),
    path("overview/live/", overview.live, name="overview_live"),
    path("customers/", search.customers_search, name="customers"),
    path("customers/<uuid:uid>/", card.customer, name="customer"),
    path("customers/<uuid:uid>/show/", card.show, name="customer_show"),
    path("customers/<uuid:uid>/why/", card.why, name="customer_why"),
    path("customers/<uuid:uid>/split/", splitting.split, name="customer_split"),
    path("customers/<uuid:uid>/split/told/", splitting.told, name="customer_split_told"),
    path("customers/<uuid:uid>/undo/<str:what>/<int:decision>/", splitting.undo, name="customer_undo"),
    path("returns/<uuid:uid>/instead/", exchanging.instead, name="return_instead"),
    path("waiting/", waiting.waiting, name="waiting"),
    path("waiting/orders/<uuid:uid>/", waiting.replan, name="waiting_replan"),
    path("waiting/refunds/<uuid:uid>/", waiting.refund, name="waiting_refund"),
    path("waiting/purchases/<uuid:uid>/", waiting.purchase, name="waiting_purchase"),
    path("waiting/cases/<uuid:uid>/", waiting.case, name="waiting_case"),
    path("waiting/cards/<uuid:uid>/", waiting.card, name="waiting_card"),
    *shop.urlpatterns,
    *store.urlpatterns,
]
