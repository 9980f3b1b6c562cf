from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "edino.integrations"
    label = "integrations"
