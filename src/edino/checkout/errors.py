"""Refusals of checkout."""

from collections.abc import Sequence
from typing import Any

from edino.checkout.types import Difference
from edino.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Refusal


class NoSuchCart(NotFound):
    """There is no such cart."""

    code = "no_such_cart"


class NoSuchPurchase(NotFound):
    """There is no such purchase."""

    code = "no_such_purchase"


class CartClosed(Conflict):
    """This cart is no longer open."""

    code = "cart_closed"


class CartEmpty(Invalid):
    """There is nothing in the cart."""

    code = "cart_empty"


class NotOffered(Invalid):
    """%(sku)s is not offered here."""

    code = "not_offered"

    def __init__(self, sku: str) -> None:
        super().__init__(sku=sku)
        self.fields = (FieldError("sku", "not_offered", self.text),)


class CartChanged(Conflict):
    """Something is not as it was shown. Look at the differences and confirm."""

    code = "cart_changed"

    def __init__(self, differences: Sequence[Difference] = (), **values: Any) -> None:
        super().__init__(**values)
        self.differences = tuple(differences)


class NotThatMany(Conflict):
    """Not everything in the cart can be promised."""

    code = "out_of_stock"

    def __init__(self, differences: Sequence[Difference] = (), **values: Any) -> None:
        super().__init__(**values)
        self.differences = tuple(differences)


class BeingBought(Conflict):
    """This cart is being paid for. Finish the payment or give it up first."""

    code = "being_bought"


class InProgress(Conflict):
    """This cart is being checked out at this moment."""

    code = "completion_in_progress"


class LeaseLost(Conflict):
    """Somebody else has taken this checkout over."""

    code = "lease_lost"


class PaymentFailed(Invalid):
    """The payment did not go through. The cart is kept."""

    code = "payment_failed"


class TokenSpent(NotFound):
    """This link does not work any more. Ask for a new one."""

    code = "token_spent"


class NotPayable(Invalid):
    """These means of payment do not add up to the total."""

    code = "tenders"


class ProviderUnavailable(Refusal):
    """The payment service does not answer just now. Nothing is lost; try again a little later."""

    code = "provider_unavailable"
    status = 503


class ProviderRefused(Invalid):
    """The payment service refused: %(reason)s."""

    code = "provider_refused"


class ForgedNotice(Forbidden):
    """This notification did not come from the payment service."""

    code = "forged_notice"


class NoSuchDelivery(NotFound):
    """There is no such way of delivery."""

    code = "no_such_delivery"
