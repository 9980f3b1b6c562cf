"""Jobs of customers."""

from edino.customers.api import governing
from edino.kernel import jobs


@jobs.periodic("customers.suggest", cron="20 3 * * *")
def suggest(timestamp: int) -> None:
    """Look for customers that may be one person, and keep the likely pairs for people to decide."""
    from edino.customers.jobs import suggesting  # Splink and pandas take seconds to import; only this job needs them

    suggesting.run()


@jobs.task("customers.apply_rules")
def apply_rules() -> None:
    """Bring every customer to the rules of identity in force."""
    governing.recompute()
