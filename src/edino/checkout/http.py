"""Routes of checkout in the JSON API."""

from ninja import Router

router = Router(tags=["carts"])
