"""What was found so far of a parcel, piece by piece: every tablet sees it, and it binds nobody until it is ready."""

from uuid import UUID

from django.db import transaction

from edino.kernel import clock
from edino.orders.api import acting
from edino.orders.api.acting import By
from edino.orders.queries import picking as queries
from edino.orders.types.office import Picked


def pick(*, parcel: UUID, line: str, by: By, back: bool = False) -> int | None:
    """One more piece of a line (its key) was found, or one fewer (`back`); how many there are now.

    None, and nothing changed, when all of them are found already, when there is none to put back, or when the parcel
    is not being picked. Two who scan the last piece at the same instant count it once.
    """
    with transaction.atomic():
        return (queries.unpick if back else queries.pick)(parcel, line, acting.name(by), clock.now())


def picked(*, parcel: UUID) -> Picked:
    """What was found of a parcel so far, whoever found it."""
    rows = queries.picked(parcel)
    people = tuple(dict.fromkeys(by for _, pieces, by in rows if by and pieces))
    return Picked({key: pieces for key, pieces, _ in rows if pieces}, people)
