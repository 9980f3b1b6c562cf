"""Statements of reviews, one function per statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from edino.kernel import sql

_SQL = sql.statements("edino.catalogue", "reviews.sql")
Owned = tuple[Sequence[int], Sequence[datetime | None], Sequence[datetime | None]]
"""Profiles, since, until: whose and of which time."""


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review as it is kept."""

    uid: UUID
    product_uid: UUID
    rating: int
    author: str
    text: str
    photos: list[str]
    verified: bool
    state: Any
    created_at: datetime
    reply: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A review for those who judge it."""

    uid: UUID
    rating: int
    author: str
    text: str
    photos: list[str]
    verified: bool
    state: str
    created_at: datetime
    product_uid: UUID
    names: dict[str, str]


def put_review(values: dict[str, Any]) -> UUID | None:
    """Keep a review: its public id, None when it says the same as before."""
    found: UUID | None = sql.scalar(_SQL["put_review"], values)
    return found


def review_by_key(source: int | None, key: str) -> UUID | None:
    """The review that a source knows by a key."""
    found: UUID | None = sql.scalar(_SQL["review_by_key"], {"source": source, "key": key})
    return found


def reviews_of(product: int, *, state: str, before: datetime | None, limit: int) -> list[ReviewRow]:
    """Reviews of a product, the newest first."""
    params = {"product": product, "state": state, "before": before, "limit": limit}
    return sql.rows(_SQL["reviews_of"], params, ReviewRow)


def review(uid: UUID) -> ReviewRow | None:
    """One review."""
    return sql.row(_SQL["review"], {"uid": uid}, ReviewRow)


def judge(uid: UUID, *, state: str, reason: str, reply: str, by: str, at: datetime) -> int | None:
    """Publish or reject: the product it is of."""
    params = {"uid": uid, "state": state, "reason": reason, "reply": reply, "by": by, "at": at}
    found: int | None = sql.scalar(_SQL["judge"], params)
    return found


def count_ratings(products: Sequence[int]) -> None:
    """Sum up the published ratings of products."""
    sql.execute(_SQL["count_ratings"], {"products": list(products)})


def queue(
    *, state: str, verified: bool, rating: int | None, descending: bool, after: tuple[str, str] | None, limit: int
) -> list[QueueRow]:
    """Reviews for those who judge them, by the time they came."""
    after_at, after_uid = after or (None, None)
    params = {"state": state, "verified": verified, "rating": rating, "descending": descending, "limit": limit}
    return sql.rows(_SQL["queue"], params | {"after_at": after_at, "after_uid": after_uid}, QueueRow)


def count_reviews() -> dict[str, int]:
    """How many reviews are in each state."""
    return dict(sql.tuples(_SQL["count_reviews"]))


def customer_of(uid: UUID) -> int | None:
    """Who a public id of a customer means now."""
    found: int | None = sql.scalar(_SQL["customer_of"], {"uid": uid})
    return found


def erase(owned: Owned) -> list[str]:
    """Take words and photographs away: the names of the photographs."""
    return [name for (names,) in sql.tuples(_SQL["erase"], _owned(owned)) for name in names]


def written_by(owned: Owned) -> list[tuple[Any, ...]]:
    """What somebody wrote: when, of what, stars, words, state."""
    return sql.tuples(_SQL["written_by"], _owned(owned))


def _owned(owned: Owned) -> dict[str, Any]:
    profiles, since, until = owned
    return {"profiles": list(profiles), "since": list(since), "until": list(until)}
