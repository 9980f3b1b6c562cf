from django.apps import AppConfig


class CheckoutConfig(AppConfig):
    name = "edino.checkout"
    label = "checkout"
