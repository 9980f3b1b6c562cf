"""Routes of promotions in the JSON API."""

from ninja import Router

router = Router(tags=["pricing"])
