from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.db.models.signals import post_migrate

from edino.channels import rules


class ChannelsConfig(AppConfig):
    name = "edino.channels"
    label = "channels"

    def ready(self) -> None:
        from edino.channels.screens.navigation import register  # the screens need the models to be loaded

        register()
        post_migrate.connect(add_known_channels, sender=self)


def add_known_channels(using: str, apps: Any = installed, **_: Any) -> None:
    """After every migrate, channels this version knows and the table does not are added; rows people changed stay."""
    try:
        model = apps.get_model("channels", "Channel")
    except LookupError:
        return  # migrated back to before channels
    model.objects.using(using).bulk_create(
        [
            model(
                code=channel.code,
                name_en=channel.name_en,
                name_ru=channel.name_ru,
                kind=channel.kind,
                abilities=sorted(channel.abilities),
                usual_trust=channel.usual_trust,
                usual_confirms=sorted(channel.usual_confirms),
                position=position * 10,
            )
            for position, channel in enumerate(rules.CHANNELS, 1)
        ],
        ignore_conflicts=True,
    )
