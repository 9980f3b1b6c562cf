"""What was found so far of parcels that are being picked."""

from datetime import datetime
from uuid import UUID

from edino.kernel import sql

_SQL = sql.statements("edino.orders", "picking.sql")


def pick(parcel: UUID, key: str, by: str, at: datetime) -> int | None:
    """One more piece of a line; how many there are now, None when none is wanted."""
    found: int | None = sql.scalar(_SQL["pick"], {"parcel": parcel, "key": key, "by": by, "at": at})
    return found


def unpick(parcel: UUID, key: str, by: str, at: datetime) -> int | None:
    """One piece fewer; how many there are now, None when there was none."""
    found: int | None = sql.scalar(_SQL["unpick"], {"parcel": parcel, "key": key, "by": by, "at": at})
    return found


def picked(parcel: UUID) -> list[tuple[str, int, str]]:
    """(line key, pieces, who found the last) of a parcel, the oldest find first."""
    return list(sql.tuples(_SQL["picked"], {"parcel": parcel}))
