from django.apps import AppConfig

from edino.kernel import couriers, observe, reconciling, registry


class KernelConfig(AppConfig):
    name = "edino.kernel"
    label = "kernel"

    def ready(self) -> None:
        observe.configure()
        registry.couriers.register("email", couriers.SMTP)
        registry.doctor_checks.register("ledgers", reconciling.looked_at)

        from edino.kernel import recurring  # noqa: F401 - its jobs need the settings; it registers them
