"""What a unit costs, said plainly from docs/algorithms/pricing.md: every row is looked at for every moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Row:
    """A row as it was recorded; the place in its sequence says when."""

    price_list: str
    amount: int | None
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True)
class List:
    code: str
    id: int
    priority: int


@dataclass(frozen=True)
class InForce:
    amount: int
    regular: int | None
    starts_at: datetime
    temporary: bool


def in_force(rows: Sequence[Row], code: str, at: datetime) -> InForce | None:
    regular: Row | None = None
    temporary: Row | None = None
    for place, row in enumerate(rows):
        if row.price_list != code or row.starts_at > at:
            continue
        kind = row.ends_at is None
        later = [
            other
            for other in rows[place + 1 :]
            if other.price_list == code and other.starts_at == row.starts_at and (other.ends_at is None) == kind
        ]
        if later:
            continue
        if row.ends_at is None:
            if regular is None or row.starts_at > regular.starts_at:
                regular = row
        elif at < row.ends_at and (temporary is None or row.starts_at > temporary.starts_at):
            temporary = row
    amount = regular.amount if regular else None
    if temporary is not None and temporary.amount is not None:
        return InForce(temporary.amount, amount, temporary.starts_at, temporary=True)
    if regular is None or amount is None:
        return None
    return InForce(amount, amount, regular.starts_at, temporary=False)


def answer(
    rows: Sequence[Row], lists: Sequence[List], at: datetime, step: timedelta
) -> tuple[int, int, int | None, str] | None:
    """Unit, list price, lowest of 30 days, list; every moment of the 30 days is looked at, `step` by step."""
    offers = [(one, found) for one in lists if (found := in_force(rows, one.code, at)) is not None]
    if not offers:
        return None
    best, now = min(offers, key=lambda offer: (-offer[0].priority, offer[1].amount, offer[0].id))
    reduced = now.temporary and now.regular is not None and now.amount < now.regular
    until = now.starts_at if reduced else at
    moments = [until - MONTH + step * number for number in range(MONTH // step + 1)]
    seen = [
        found.amount
        for moment in moments
        if (moment < until or not reduced) and (found := in_force(rows, best.code, moment)) is not None
    ]
    regular = max(now.amount, now.regular or 0)
    return now.amount, regular, min(seen, default=None), best.code
