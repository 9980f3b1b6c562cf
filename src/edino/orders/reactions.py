"""What follows from facts of orders: the customer is told. docs/algorithms/returns.md, section 8."""

from collections.abc import Sequence

from edino.kernel import log
from edino.orders import events
from edino.orders.api import telling

READER = "orders.telling"


@log.reader(READER, batch=500, types=events.TOLD)
def remember(events_: Sequence[log.Event]) -> None:
    """Note what is to be told, once per fact; the job sends it when this transaction is over."""
    telling.remember(events_)
