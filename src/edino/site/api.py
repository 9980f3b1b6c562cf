"""The JSON API: one document, each domain's routes, errors as RFC 9457."""

from importlib import import_module

from edino.kernel.json_api import JsonApi

ROUTERS = ["channels", "customers", "activity", "catalogue", "promotions", "inventory", "orders", "checkout", "faces"]

api = JsonApi(
    title="Edino",
    version="1",
    description="One customer, one log. Errors are application/problem+json (RFC 9457).",
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
)
for package in ROUTERS:
    api.add_router("", import_module(f"edino.{package}.http").router)
