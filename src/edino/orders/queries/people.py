"""What the order book holds of people, and what others ask of it about them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from edino.customers.types import Holding
from edino.kernel import sql

_SQL = sql.statements("edino.orders", "people.sql")
STEP: Final = 2_000


def _spans(holdings: Sequence[Holding]) -> dict[str, Any]:
    """Profiles with the time in which their facts are the customer's."""
    return {
        "profiles": [one.profile_id for one in holdings],
        "since": [one.since.isoformat() if one.since else "-infinity" for one in holdings],
        "until": [one.until.isoformat() if one.until else "infinity" for one in holdings],
    }


def forget(holdings: Sequence[Holding]) -> None:
    """Empty names, contacts, addresses and comments."""
    sql.execute(_SQL["forget"], _spans(holdings))
    sql.execute(_SQL["forget_reasons"], _spans(holdings))


def held(holdings: Sequence[Holding]) -> list[dict[str, Any]]:
    """Orders with their lines, as they are handed to the customer."""
    return [row[0] for row in sql.tuples(_SQL["held"], _spans(holdings))]


def held_returns(holdings: Sequence[Holding]) -> list[dict[str, Any]]:
    """Returns with their lines, as they are handed to the customer."""
    return [row[0] for row in sql.tuples(_SQL["held_returns"], _spans(holdings))]


def bought(customer_id: int, product_id: int) -> bool:
    """Whether a customer was handed a product."""
    return bool(sql.scalar(_SQL["bought"], {"customer_id": customer_id, "product_id": product_id}))


def ordered(customer_id: int) -> bool:
    """Whether a customer ever ordered."""
    return bool(sql.scalar(_SQL["ordered"], {"customer_id": customer_id}))


def baskets(since: datetime) -> Iterator[list[int]]:
    """Variants bought together since a moment, one list per sale; read in steps."""
    after = 0
    while found := sql.tuples(_SQL["baskets"], {"after": after, "since": since, "size": STEP}):
        for id_, variants in found:
            yield variants
            after = id_


def past_orders(since: datetime, until: datetime) -> Iterator[tuple[Any, ...]]:
    """Orders of a span with their lines, oldest first; read in steps."""
    at, after = since, 0
    while found := sql.tuples(_SQL["past_orders"], {"at": at, "after": after, "until": until, "size": STEP}):
        yield from found
        at, after = found[-1][0], found[-1][1]


def numbers(uids: Sequence[UUID]) -> dict[UUID, str]:
    """What people call these orders."""
    return dict(sql.tuples(_SQL["numbers"], {"uids": list(uids)}))


def last_returns(profiles: Sequence[int], size: int) -> list[tuple[UUID, str, str, int, str, datetime]]:
    """(uid, number, state, worth, currency, when) of the last returns of profiles."""
    return list(sql.tuples(_SQL["last_returns"], {"profiles": list(profiles), "size": size}))
