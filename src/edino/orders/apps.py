from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "edino.orders"
    label = "orders"

    def ready(self) -> None:
        from edino.orders.screens import navigation  # the screens need the models to be loaded

        navigation.register()

        from edino.orders import reactions  # noqa: F401 - as above; it registers its reader
        from edino.orders.api import offering, reconciling  # as above
        from edino.orders.screens import card  # as above

        offering.register()
        reconciling.register()
        card.register()
