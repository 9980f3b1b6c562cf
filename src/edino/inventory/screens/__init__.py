"""Screens of inventory: stock, locations, transfers, counts, cases."""

from django.urls import URLPattern, path

from edino.inventory.screens import cases, counts, places, stock, transfers

urlpatterns: list[URLPattern] = [
    path("stock/", stock.stock, name="stock"),
    path("stock/<int:variant>/", stock.variant, name="stock_variant"),
    path("stock/<int:variant>/why/<int:location>/", stock.why, name="stock_why"),
    path("stock/locations/", places.locations, name="stock_locations"),
    path("stock/locations/new/", places.add, name="stock_location_add"),
    path("stock/locations/<int:number>/", places.location, name="stock_location"),
    path("stock/locations/<int:number>/change/", places.change, name="stock_location_change"),
    path("stock/locations/<int:number>/slots/", places.open_slots, name="stock_location_slots"),
    path("stock/counts/", counts.counts, name="counts"),
    path("stock/counts/new/", counts.add, name="count_add"),
    path("stock/counts/<uuid:uid>/", counts.count, name="count"),
    path("stock/counts/<uuid:uid>/scan/", counts.scan, name="count_scan"),
    path("stock/counts/<uuid:uid>/close/", counts.close, name="count_close"),
    path("stock/counts/<uuid:uid>/cancel/", counts.cancel, name="count_cancel"),
    path("stock/cases/", cases.cases, name="stock_cases"),
    path("stock/cases/<uuid:uid>/", cases.case, name="stock_case"),
    path("stock/cases/<uuid:uid>/resolve/", cases.resolve, name="stock_case_resolve"),
    path("transfers/", transfers.transfers, name="transfers"),
    path("transfers/new/", transfers.add, name="transfer_add"),
    path("transfers/<uuid:uid>/", transfers.transfer, name="transfer"),
    path("transfers/<uuid:uid>/send/", transfers.send, name="transfer_send"),
    path("transfers/<uuid:uid>/receive/", transfers.receive, name="transfer_receive"),
    path("transfers/<uuid:uid>/cancel/", transfers.cancel, name="transfer_cancel"),
]
