from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "edino.customers"
    label = "customers"

    def ready(self) -> None:
        from edino.customers import reactions  # noqa: F401 - models must be loaded first; it registers its reader
        from edino.customers.screens.navigation import register  # as above

        register()
