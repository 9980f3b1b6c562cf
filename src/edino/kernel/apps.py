from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "edino.kernel"
    label = "kernel"
