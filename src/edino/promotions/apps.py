from django.apps import AppConfig


class PromotionsConfig(AppConfig):
    name = "edino.promotions"
    label = "promotions"

    def ready(self) -> None:
        from edino.promotions.screens.navigation import register  # the screens need the models to be loaded

        register()
