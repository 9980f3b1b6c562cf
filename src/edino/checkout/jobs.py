"""The timetable of checkout."""

from edino.checkout import api
from edino.kernel import jobs


@jobs.periodic("checkout.sweep", cron="* * * * *")
def sweep(timestamp: int) -> None:
    """Look after purchases that nobody is at."""
    api.sweep()
