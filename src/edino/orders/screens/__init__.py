"""Screens of orders and returns."""

from django.urls import URLPattern, path

from edino.orders.screens import asking, book, cancelling, cashiers, editing, order, parcel, returning

urlpatterns: list[URLPattern] = [
    path("orders/", book.orders, name="orders"),
    path("orders/<uuid:uid>/", order.order, name="order"),
    path("orders/<uuid:uid>/show/", order.show, name="order_show"),
    path("orders/<uuid:uid>/cancel/", cancelling.cancel, name="order_cancel"),
    path("orders/<uuid:uid>/edit/", editing.edit, name="order_edit"),
    path("orders/<uuid:uid>/parcels/<uuid:parcel>/delivered/", parcel.delivered, name="order_delivered"),
    path("orders/<uuid:uid>/parcels/<uuid:parcel>/undelivered/", parcel.undelivered, name="order_undelivered"),
    path("orders/<uuid:uid>/parcels/<uuid:parcel>/back/", parcel.back, name="order_back"),
    path("orders/cashiers/", cashiers.report, name="cashiers"),
    path("orders/cashiers/<uuid:uid>/", cashiers.one, name="cashier"),
    path("returns/", returning.listed, name="returns"),
    path("returns/new/", asking.ask, name="return_new"),
    path("returns/<uuid:uid>/", returning.one, name="return"),
    path("returns/<uuid:uid>/approve/", returning.approve, name="return_approve"),
    path("returns/<uuid:uid>/inspect/", returning.inspect, name="return_inspect"),
    path("returns/<uuid:uid>/settle/", returning.settle, name="return_settle"),
    path("returns/<uuid:uid>/compensate/", returning.compensate, name="return_compensate"),
    path("returns/<uuid:uid>/refuse/", returning.refuse, name="return_refuse"),
]
