"""Prices by the timetable: those that begin by themselves may be what somebody waits for."""

from edino.catalogue.api.prices_writing import tell_of_drops
from edino.kernel import jobs


@jobs.periodic("catalogue.prices", cron="*/5 * * * *")
def drops(timestamp: int) -> None:
    """Tell those who wait for a lower price that it has begun."""
    tell_of_drops()
