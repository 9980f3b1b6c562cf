from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "edino.integrations"
    label = "integrations"

    def ready(self) -> None:
        from edino.integrations.atol import device as atol  # models must be loaded first
        from edino.integrations.exchange import screens as journal  # as above
        from edino.integrations.yookassa import provider as yookassa  # as above

        atol.register()
        journal.register()
        yookassa.register()
