from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "edino.staff"
    label = "staff"
