"""JSON entrances."""

from ninja import Router

router = Router(tags=["faces"])
