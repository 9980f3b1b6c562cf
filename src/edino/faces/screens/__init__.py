"""Composite screens: overview, search, the customer card, the shop, the store."""

from django.urls import URLPattern, path

from edino.faces.screens import card, overview, search, shop, splitting, store

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
    *shop.urlpatterns,
    *store.urlpatterns,
]
