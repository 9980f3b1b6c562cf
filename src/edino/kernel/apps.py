from django.apps import AppConfig

from edino.kernel import couriers, observe, registry


class KernelConfig(AppConfig):
    name = "edino.kernel"
    label = "kernel"

    def ready(self) -> None:
        observe.configure()
        registry.couriers.register("email", couriers.SMTP)
