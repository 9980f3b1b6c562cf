"""What the report of unusual cashiers reads of the book."""

from collections.abc import Sequence
from datetime import datetime

from edino.kernel import sql
from edino.orders.types.cashiers import Deed, Tally

_SQL = sql.statements("edino.orders", "cashiers.sql")


def tallies(places: Sequence[int], since: datetime) -> list[Tally]:
    """What each person did at these stores since a moment."""
    return sql.rows(_SQL["tallies"], {"places": list(places), "since": since}, Tally)


def deeds(place: int, name: str, since: datetime, *, size: int) -> list[Deed]:
    """The events behind the figures of one person at one store, newest first."""
    return sql.rows(_SQL["deeds"], {"place": place, "name": name, "since": since, "size": size}, Deed)
