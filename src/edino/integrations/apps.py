from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "edino.integrations"
    label = "integrations"

    def ready(self) -> None:
        from edino.integrations.yookassa import provider as yookassa  # models must be loaded first

        yookassa.register()
