"""The JSON API: one document, each domain's routes, errors as RFC 9457."""

from importlib import import_module

from ninja import NinjaAPI

from edino.kernel import web

ROUTERS = ["channels", "customers", "activity", "faces"]

api = NinjaAPI(
    title="Edino",
    version="1",
    description="One customer, one log. Errors are application/problem+json (RFC 9457).",
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
)
web.install(api)
for package in ROUTERS:
    api.add_router("", import_module(f"edino.{package}.http").router)
