from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivityConfig(AppConfig):
    name = "edino.activity"
    label = "activity"

    def ready(self) -> None:
        from edino.activity import api  # models must be loaded first
        from edino.channels.api import source_health, source_pages  # as above
        from edino.channels.types import SourcePage  # as above

        source_health.register("activity", api.source_health)
        source_pages.register("activity", SourcePage(_("Last events"), "developer", "developer.see"))
