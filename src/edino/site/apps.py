from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "edino.site"
    label = "site"
