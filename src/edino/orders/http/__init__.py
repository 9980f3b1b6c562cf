"""Routes of orders in the JSON API."""

from ninja import Router

from edino.orders.http import deliveries, orders, receipts, returns

router = Router()
router.add_router("", orders.router)
router.add_router("", deliveries.router)
router.add_router("", receipts.router)
router.add_router("", returns.router)
