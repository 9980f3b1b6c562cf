"""Money that is due back goes back the way it came: the ledger of orders says what, the payment service does it."""

from typing import Final

import structlog

from edino.checkout.api import providers
from edino.checkout.errors import ProviderRefused, ProviderUnavailable
from edino.checkout.types import Refunded, payment_providers
from edino.kernel.transactions import retried
from edino.orders import api as orders
from edino.orders.types import Refund

STEP: Final = 200
logger = structlog.get_logger("edino.checkout")


def settle_refunds(*, most: int = STEP) -> tuple[int, int]:
    """Pay out what is due at payment services that can; (settled, troubles). Other tenders are paid out by people.

    The refund's own id is the key there, so that a repeat after a crash pays once.
    """
    settled = troubles = 0
    for refund in orders.refunds(state="due", limit=most):
        offer = payment_providers.get(refund.provider) if refund.provider else None
        if offer is None or offer.deferred or not refund.provider_ref:
            continue
        try:
            told = _pay_out(refund)
        except ProviderUnavailable:
            troubles += 1
            continue
        if told.state != "pending":
            state = told.state
            retried(
                lambda uid=refund.uid, state=state, ref=told.ref: orders.settle_refund(  # type: ignore[misc]
                    uid=uid, state=state, provider_ref=ref
                )
            )
            settled += 1
    return settled, troubles


def _pay_out(refund: Refund) -> Refunded:
    offer = providers.of(refund.provider)
    try:
        return providers.outside(
            lambda: offer.refund(
                refund.provider_ref, amount=refund.amount, currency=refund.currency, key=str(refund.uid)
            )
        )
    except ProviderRefused as refused:
        logger.warning("a refund was refused", refund=str(refund.uid), error=str(refused))
        return Refunded("", "failed", refund.amount)
