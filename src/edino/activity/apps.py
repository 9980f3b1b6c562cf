from django.apps import AppConfig


class ActivityConfig(AppConfig):
    name = "edino.activity"
    label = "activity"

    def ready(self) -> None:
        from edino.activity import api  # models must be loaded first
        from edino.channels.api import source_health  # as above

        source_health.register("activity", api.source_health)
