from django.apps import AppConfig

from edino.kernel.reconciling import ledgers


class PromotionsConfig(AppConfig):
    name = "edino.promotions"
    label = "promotions"

    def ready(self) -> None:
        from edino.catalogue.types.prices import channel_rules  # models must be loaded first
        from edino.promotions.api import saving  # as above
        from edino.promotions.screens.navigation import register  # as above

        channel_rules.register("promotions", saving.channel_rules)
        register()

        from edino.promotions.api import giftcards, redeeming  # as above

        ledgers.register("gift cards", giftcards.differences)
        ledgers.register("coupons and budgets", redeeming.differences)
