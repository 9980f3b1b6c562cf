from django.apps import AppConfig


class PromotionsConfig(AppConfig):
    name = "edino.promotions"
    label = "promotions"
