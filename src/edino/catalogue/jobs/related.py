"""Which products belong together is worked out anew every night."""

from edino.catalogue.api import fetching, relating
from edino.kernel import jobs


@jobs.periodic("catalogue.relate", cron="40 2 * * *")
def relate(timestamp: int) -> None:
    """Work out which products are similar and which are bought together."""
    relating.relate()


@jobs.periodic("catalogue.pictures", cron="*/10 * * * *")
def pictures(timestamp: int) -> None:
    """Fetch pictures that lie elsewhere and have no copy here."""
    fetching.fetch_pictures(limit=500)
