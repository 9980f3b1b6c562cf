"""Jobs of inventory."""

from django.db import transaction

from edino.inventory.api import files, moving, openings
from edino.kernel import holds, jobs


@jobs.periodic("inventory.tidy", cron="* * * * *")
def tidy(timestamp: int) -> None:
    """Let due holds lapse, and tell those who wait for what became free. Nothing depends on its being on time."""
    with transaction.atomic():
        holds.expire_due()
    with transaction.atomic():
        moving.tell_waiting()


@jobs.periodic("inventory.days", cron="7 * * * *")
def days(timestamp: int) -> None:
    """Open the slots of the days ahead, and give up stock files that nobody has decided on for a month."""
    openings.open_ahead()
    files.tidy()
