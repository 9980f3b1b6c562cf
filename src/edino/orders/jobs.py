"""Jobs of orders."""

from edino.kernel import jobs
from edino.orders.api import fiscal, telling


@jobs.periodic("orders.fiscal", cron="* * * * *")
def send_fiscal(timestamp: int) -> None:
    """Hand fiscal receipts to their device, and ask what became of those handed over."""
    while fiscal.send_due():
        pass


@jobs.periodic("orders.tell", cron="* * * * *")
def tell(timestamp: int) -> None:
    """Send customers what they are to be told of their orders."""
    while telling.tell_due():
        pass
