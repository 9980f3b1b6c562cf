"""What orders keep beside their ledgers, and how the two are compared."""

from edino.kernel.reconciling import Difference, ledgers
from edino.orders.queries import drift


def register() -> None:
    """Have every ledger of orders compared."""
    ledgers.register("payments", payments)
    ledgers.register("returned goods", returned)
    ledgers.register("promised stock", promised)
    ledgers.register("pickup slots", slots)


def payments() -> list[Difference]:
    """Money that went back, against the ledger of refunds and those of gift cards."""
    return [Difference(*row) for row in drift.payments()]


def returned() -> list[Difference]:
    """Pieces that came back."""
    return [Difference(*row) for row in drift.returned()]


def promised() -> list[Difference]:
    """Stock that is promised, against what orders wait for."""
    return [Difference(*row) for row in drift.promised()]


def slots() -> list[Difference]:
    """Places in times of pickup."""
    return [Difference(*row) for row in drift.slots()]
