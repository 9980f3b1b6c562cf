"""Routes of catalogue in the JSON API."""

from ninja import Router

router = Router(tags=["catalogue"])
