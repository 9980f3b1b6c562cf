"""Screens of the adapters, and where other systems tell us things."""

from django.urls import URLPattern, path

from edino.integrations.yookassa import hooks as yookassa

urlpatterns: list[URLPattern] = [
    path("hooks/yookassa/", yookassa.notified, name="yookassa_notified"),
]
