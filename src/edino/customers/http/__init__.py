"""Calls of the JSON API about customers."""

from ninja import Router

from edino.customers.http import people, selfid, verdicts

router = Router()
router.add_router("", people.router)
router.add_router("", verdicts.router)
router.add_router("", selfid.router)
