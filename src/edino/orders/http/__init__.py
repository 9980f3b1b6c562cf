"""Routes of orders in the JSON API."""

from ninja import Router

router = Router(tags=["orders"])
