from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "edino.orders"
    label = "orders"
