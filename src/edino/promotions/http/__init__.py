"""Routes of promotions in the JSON API."""

from ninja import Router

from edino.promotions.http import meetings, promotions, quotes

router = Router()
router.add_router("", quotes.router)
router.add_router("", promotions.router)
router.add_router("", meetings.router)
