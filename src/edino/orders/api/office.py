"""What people in the office and in stores look at, and the cases they close: nothing else is decided here."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar, cast
from uuid import UUID

from django.db import transaction

from edino.kernel import clock
from edino.orders.api import acting, limiting
from edino.orders.api.acting import By
from edino.orders.queries import office as queries
from edino.orders.queries import receipts
from edino.orders.types.office import ReturnFilter, ReturnRow, SoldRow, Trouble, WorkRow
from edino.staff import api as staff

T = TypeVar("T")
MOST: Final = 200


def store_work(*, location_id: int, limit: int = MOST) -> list[WorkRow]:
    """What waits in a location: to pick, to hand over, to send on, on its way here; in order of slots."""
    return queries.store_work(location_id, size=limit)


def order_of_parcel(*, uid: UUID) -> UUID | None:
    """The order that a parcel (fulfilment) belongs to."""
    return queries.order_of_parcel(uid)


def sold_to(*, customer_id: int, limit: int = 100) -> list[SoldRow]:
    """What a customer bought under any of the profiles and may still bring back, newest first."""
    return queries.sold_to(customer_id, size=limit)


def open_returns(*, location_id: int, limit: int = MOST) -> list[ReturnRow]:
    """Returns of a location that are not ended."""
    return queries.returns(ReturnFilter(open=True, location_id=location_id), below=None, size=limit)


def troubles(*, limit: int = MOST) -> list[Trouble]:
    """What waits for a person, the oldest first; parcels of which nobody has heard for EDINO_PARCEL_DAYS too."""
    overdue = clock.now() - timedelta(days=limiting.whole("EDINO_PARCEL_DAYS", 14))
    return queries.troubles(overdue=overdue, size=limit)


def close_case(*, uid: UUID, by: By) -> bool:
    """Somebody has looked into a case; False when that was said before."""
    with transaction.atomic():
        closed = receipts.close_case(uid, acting.name(by), clock.now())
        if closed and by is not None:
            staff.audit(actor=by, operation="orders.edit", subject=("case", str(uid)), detail={"did": "closed"})
        return closed


def rehearse(do: Callable[[], T]) -> T:
    """What something would do, told by doing it and taking it back: the numbers shown are those that will come.

    For what stays within the database (cancelling, returning, inspecting); never for what calls the outside.
    """
    try:
        with transaction.atomic():
            raise _TakenBack(do())
    except _TakenBack as done:
        return cast("T", done.outcome)


class _TakenBack(Exception):
    def __init__(self, outcome: object) -> None:
        super().__init__()
        self.outcome = outcome
