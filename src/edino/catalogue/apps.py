from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "edino.catalogue"
    label = "catalogue"
