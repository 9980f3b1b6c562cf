"""Screens of the adapters, and where other systems tell us things."""

from django.urls import URLPattern, path

from edino.integrations.commerceml import http as commerceml
from edino.integrations.exchange import feeds
from edino.integrations.exchange import screens as journal
from edino.integrations.yookassa import hooks as yookassa

urlpatterns: list[URLPattern] = [
    path("exchange/1c", commerceml.exchange, name="exchange_1c"),
    *(path(f"feeds/{name}.xml", feeds.feed, {"name": name}, name=f"feed_{name}") for name in feeds.FEEDS),
    path("hooks/yookassa/", yookassa.notified, name="yookassa_notified"),
    *journal.urlpatterns,
]
