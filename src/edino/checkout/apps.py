from django.apps import AppConfig


class CheckoutConfig(AppConfig):
    name = "edino.checkout"
    label = "checkout"

    def ready(self) -> None:
        from edino.checkout import (
            reactions,  # noqa: F401 - models must be loaded first; it registers its reader
            screens,  # as above
        )
        from edino.checkout.api import people  # as above
        from edino.checkout.api.manual import Manual  # as above
        from edino.checkout.types import payment_providers  # as above
        from edino.kernel.registry import erasers, exporters  # as above

        screens.register()
        payment_providers.register("manual", Manual())
        exporters.register("carts", people.held_of)
        erasers.register("carts", people.forget)
