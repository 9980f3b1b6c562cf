"""Routes of inventory in the JSON API."""

from ninja import Router

from edino.inventory.http import places, stock, transfers

router = Router()
router.add_router("", stock.router)
router.add_router("", transfers.router)
router.add_router("", places.router)
