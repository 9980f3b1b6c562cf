from django.apps import AppConfig


class FacesConfig(AppConfig):
    name = "edino.faces"
    label = "faces"
