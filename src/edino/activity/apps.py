from django.apps import AppConfig


class ActivityConfig(AppConfig):
    name = "edino.activity"
    label = "activity"
