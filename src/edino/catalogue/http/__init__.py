"""Routes of catalogue in the JSON API."""

from ninja import Router

from edino.catalogue.http import prices, products, reviews

router = Router()
router.add_router("", products.router)
router.add_router("", reviews.router)
router.add_router("", prices.router)
