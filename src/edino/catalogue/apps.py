from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "edino.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        from edino.catalogue.api.prices_writing import erase_wishes  # models must be loaded first
        from edino.catalogue.api.reviewing import erase_reviews, export_reviews  # models must be loaded first
        from edino.catalogue.screens.navigation import register  # as above
        from edino.kernel.registry import erasers, exporters  # as above

        erasers.register("reviews", erase_reviews)
        erasers.register("price wishes", erase_wishes)
        exporters.register("reviews", export_reviews)
        register()
