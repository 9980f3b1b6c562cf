from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "edino.ui"
    label = "ui"
