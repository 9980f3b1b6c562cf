"""Screens of orders and returns."""

from django.urls import URLPattern, path

from edino.orders.screens import book, order

urlpatterns: list[URLPattern] = [
    path("orders/", book.orders, name="orders"),
    path("orders/work/", book.work, name="orders_work"),
    path("orders/<uuid:uid>/", order.order, name="order"),
    path("orders/<uuid:uid>/show/", order.show, name="order_show"),
]
