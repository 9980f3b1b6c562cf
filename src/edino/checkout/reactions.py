"""What follows from facts: carts of customers who became one, or several."""

from collections.abc import Sequence
from typing import Final

from edino.checkout.api import merging
from edino.kernel import log

JOINED: Final = "customers.joined"
SPLIT: Final = "customers.split"


@log.reader("checkout.people", batch=200, types={JOINED, SPLIT})
def follow_people(events: Sequence[log.Event]) -> None:
    """Carts follow whose they are, in the order in which people were joined and split."""
    for event in events:
        if event.type == JOINED:
            merging.gather(event.body["customer"])
        else:
            merging.scatter([event.body["customer"], *event.body["parts"]])
