"""Every address, package by package: each brings its own list."""

from importlib import import_module

from django.urls import URLPattern, URLResolver, include, path

from edino.kernel.calls import Calls
from edino.site.api import api

SCREENS = ["kernel.health", "ui.screens", "staff.screens", "channels.screens", "customers.screens", "activity.screens"]
SCREENS += ["activity.http", "catalogue.screens", "promotions.screens", "inventory.screens", "orders.screens"]
SCREENS += ["checkout.screens", "integrations.screens", "faces.screens"]


def _patterns(module: str) -> list[URLPattern | URLResolver]:
    return list(import_module(f"edino.{module}").urlpatterns)


urlpatterns: list[URLPattern | URLResolver] = [
    Calls("api/v1/", *api.urls),
    *[pattern for module in SCREENS for pattern in _patterns(module)],
    path("i18n/", include("django.conf.urls.i18n")),
]
handler400 = "edino.kernel.web.bad_request"
handler403 = "edino.kernel.web.permission_denied"
handler404 = "edino.kernel.web.page_not_found"
handler429 = "edino.staff.screens.account.too_many"
handler500 = "edino.kernel.web.server_error"
