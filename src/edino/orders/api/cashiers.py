"""A door beside that of orders: who stands out at the tills and tablets. docs/algorithms/cashiers.md."""

from datetime import timedelta
from typing import Final

from edino.inventory import api as inventory
from edino.kernel import clock
from edino.orders.queries import cashiers as queries
from edino.orders.rules import unusual
from edino.orders.types.cashiers import Cashier, Deed, Judged

DAYS: Final = (7, 30, 90)
MOST: Final = 500

__all__ = ["DAYS", "deeds", "report"]


def report(*, days: int = 30, location_id: int | None = None) -> list[Judged]:
    """Everybody who worked at the stores (or one) in the last days, measured against the others there.

    Who stands out comes first.
    """
    places = [one.id for one in inventory.locations() if location_id is None or one.id == location_id]
    found = unusual.judged(queries.tallies(places, clock.now() - timedelta(days=days)))
    return sorted(found, key=lambda one: (not one.unusual, one.who.location_id, one.who.name))


def deeds(*, who: Cashier, days: int = 30, limit: int = MOST) -> list[Deed]:
    """What a person did that the report counts, newest first."""
    return queries.deeds(who.location_id, who.name, clock.now() - timedelta(days=days), size=limit)
