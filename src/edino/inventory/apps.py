from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "edino.inventory"
    label = "inventory"
