from django.apps import AppConfig

from edino.kernel import observe


class KernelConfig(AppConfig):
    name = "edino.kernel"
    label = "kernel"

    def ready(self) -> None:
        observe.configure()
