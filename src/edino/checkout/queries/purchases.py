"""Statements about purchases and their payments."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from edino.checkout.types import Attempt, Leg, Money, MoneyState, Purchase
from edino.kernel import sql

_SQL = sql.statements("edino.checkout", "purchases.sql")

BEFORE: Final[Mapping[MoneyState, list[str]]] = {
    "asked": [],
    "pending": ["asked", "pending"],
    "authorised": ["asked", "pending"],
    "captured": ["asked", "pending", "authorised"],
    "failed": ["asked", "pending"],
    "cancelled": ["asked", "pending", "authorised"],
}
"""What may come before a state: payments move forwards only."""


class Kept(NamedTuple):
    """A purchase with what is answered when it is asked again, and whether its cart went back to the shopper."""

    purchase: Purchase
    answer: Mapping[str, Any] | None
    given_up: bool


def of_cart(cart_id: int) -> Kept | None:
    """The purchase of a cart that was not given up."""
    found = sql.tuples(_SQL["of_cart"], {"cart_id": cart_id})
    return _kept(found[0]) if found else None


def by_order(order_uid: UUID, *, locked: bool = False) -> Kept | None:
    """The purchase of an order, locked if wanted."""
    found = sql.tuples(_SQL["by_order_locked" if locked else "by_order"], {"order_uid": order_uid})
    return _kept(found[0]) if found else None


def parked(most: int) -> list[Kept]:
    """Purchases that wait for a person, the oldest first."""
    return [_kept(row) for row in sql.tuples(_SQL["parked"], {"most": most})]


def _kept(row: tuple[Any, ...]) -> Kept:
    (id_, cart_id, cart_uid, version, order_uid, state, fence, lease_until, key, fingerprint) = row[:10]
    total, currency, tenders, quote, note, created_at, answer, given_up = row[10:]
    purchase = Purchase(
        id=id_,
        cart_id=cart_id,
        cart_uid=cart_uid,
        cart_version=version,
        order_uid=order_uid,
        state=state,
        fence=fence,
        lease_until=lease_until,
        key=key,
        fingerprint=bytes(fingerprint),
        total=total,
        currency=currency,
        tenders=tuple(msgspec.convert(tenders, list[Leg])),
        quote=quote,
        note=note,
        created_at=created_at,
    )
    return Kept(purchase, answer, given_up)


def begin(values: Mapping[str, Any]) -> int:
    """Write a purchase and close its cart; its id. `IntegrityError` when the cart has one already."""
    return int(sql.scalar(_SQL["begin"], values))


def take_over(purchase: Purchase, until: datetime, at: datetime) -> int | None:
    """Take a purchase whose lease ran out; the new fence, or None when somebody else did."""
    values = {"id": purchase.id, "fence": purchase.fence, "until": until, "at": at}
    found: int | None = sql.scalar(_SQL["take_over"], values)
    return found


def renew(purchase_id: int, fence: int, until: datetime) -> bool:
    """Prolong a lease that is still ours."""
    return bool(sql.execute(_SQL["renew"], {"id": purchase_id, "fence": fence, "until": until}))


def set_state(purchase_id: int, state: str, at: datetime, *, note: str = "", answer: str | None = None) -> None:
    """Move a locked purchase on. Its lease is over."""
    values = {"id": purchase_id, "state": state, "note": note, "answer": answer, "at": at}
    sql.execute(_SQL["set_state"], values)


def postpone(order_uid: UUID, until: datetime) -> None:
    """Look at a purchase again later."""
    sql.execute(_SQL["postpone"], {"order_uid": order_uid, "until": until})


def lease_due(at: datetime, most: int) -> list[UUID]:
    """Orders of purchases under way whose lease ran out."""
    return [uid for (uid,) in sql.tuples(_SQL["lease_due"], {"at": at, "most": most})]


def to_capture(before: datetime, most: int) -> list[UUID]:
    """Orders with money that is authorised only, though nothing stands open any more."""
    return [uid for (uid,) in sql.tuples(_SQL["to_capture"], {"before": before, "most": most})]


def unended(before: datetime, most: int) -> list[UUID]:
    """Orders that are decided while a payment may still come."""
    return [uid for (uid,) in sql.tuples(_SQL["unended"], {"before": before, "most": most})]


def attempts(purchase_id: int) -> list[Attempt]:
    """Every try to have a purchase paid."""
    return [Attempt(*row) for row in sql.tuples(_SQL["attempts"], {"purchase_id": purchase_id})]


def note_attempt(purchase_id: int, leg: Leg, number: int, currency: str, at: datetime) -> None:
    """Note that a provider is about to be asked; noting it again changes nothing."""
    values = {"purchase_id": purchase_id, "place": leg.place, "number": number, "provider": leg.provider, "at": at}
    sql.execute(_SQL["note_attempt"], {**values, "amount": leg.amount, "currency": currency})


def note_money(attempt_id: int, money: Money, at: datetime) -> bool:
    """Note what a provider said; False when that is behind what is known."""
    told = {"state": money.state, "ref": money.ref, "url": money.url, "reason": money.reason}
    return bool(sql.execute(_SQL["note_money"], {"id": attempt_id, "before": BEFORE[money.state], "at": at, **told}))


def order_of_payment(provider: str, ref: str) -> UUID | None:
    """The order that a payment is for."""
    found: UUID | None = sql.scalar(_SQL["order_of_payment"], {"provider": provider, "ref": ref})
    return found
