from django.apps import AppConfig

from edino.kernel.reconciling import ledgers


class InventoryConfig(AppConfig):
    name = "edino.inventory"
    label = "inventory"

    def ready(self) -> None:
        from edino.inventory.screens import navigation  # the screens need the models to be loaded

        navigation.register()

        from edino.inventory.api import waiting  # as above

        ledgers.register("stock", waiting.differences)
