from django.apps import AppConfig


class FacesConfig(AppConfig):
    name = "edino.faces"
    label = "faces"

    def ready(self) -> None:
        from edino.faces.screens import navigation, panels  # the screens need the models to be loaded

        navigation.register()
        panels.register()
