from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "edino.customers"
    label = "customers"
