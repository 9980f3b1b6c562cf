"""Payments that no machine collects: an invoice paid by bank, cash on delivery. Orders do not wait for them."""

from typing import Final, NoReturn

from edino.checkout.errors import ProviderRefused
from edino.checkout.types import Bill, Kind, Money, Notice, Refunded


class Manual:
    """A person sees the money come and says so (`POST /orders/{id}/payments`); what goes back, a person pays out."""

    name: Final = "manual"
    kinds: Final[frozenset[Kind]] = frozenset({"bank", "cod"})
    deferred: Final = True

    def create(self, bill: Bill) -> Money:
        """The number of the invoice is the key of the bill."""
        return Money(bill.key, "pending", bill.amount, bill.currency, order=bill.order_uid)

    def state(self, ref: str) -> NoReturn:  # noqa: ARG002 - the interface gives it
        """Only the order's own ledger knows."""
        raise ProviderRefused(reason="a person notes what came")

    def capture(self, ref: str, *, amount: int, currency: str, key: str) -> Money:  # noqa: ARG002 - the interface gives it
        """A person saw the money."""
        return Money(ref, "captured", amount, currency)

    def cancel(self, ref: str, *, key: str) -> Money:  # noqa: ARG002 - the interface gives it
        """Nobody waits for this money any more."""
        return Money(ref, "cancelled", 0, "")

    def refund(self, ref: str, *, amount: int, currency: str, key: str) -> Refunded:  # noqa: ARG002 - the interface gives it
        """A person pays it out."""
        return Refunded(key, "pending", amount)

    def notice(self, *, body: bytes, address: str) -> Notice:  # noqa: ARG002 - the interface gives it
        """There is nobody to tell us."""
        raise ProviderRefused(reason="it sends no notifications")
