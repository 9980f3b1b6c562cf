"""Jobs of orders."""

from edino.kernel import jobs
from edino.orders.api import fiscal


@jobs.periodic("orders.fiscal", cron="* * * * *")
def send_fiscal(timestamp: int) -> None:
    """Hand fiscal receipts to their device, and ask what became of those handed over."""
    while fiscal.send_due():
        pass
