"""Statements about coupons and gift cards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from edino.kernel import sql
from edino.promotions.types import Batch, CouponView, Entry

_SQL = sql.statements("edino.promotions", "codes.sql")


@dataclass(frozen=True, slots=True)
class Card:
    """A gift card as it is kept, with what can be spent of it."""

    id: int
    ending: str
    currency: str
    amount: int
    expires_at: datetime | None
    is_void: bool
    created_at: datetime
    capacity_id: int
    balance: int


def add_batch(uid: UUID, promotion: int, *, by: str, reason: str, at: datetime) -> int:
    """Coupons will be made together; the batch's id."""
    given = {"uid": uid, "promotion": promotion, "by": by, "reason": reason, "at": at}
    return int(sql.scalar(_SQL["add_batch"], given))


def add_coupons(codes: Sequence[str], values: Mapping[str, Any]) -> dict[str, int]:
    """Make coupons; those whose codes were free."""
    return {code: id_ for id_, code in sql.tuples(_SQL["add_coupons"], {**values, "codes": list(codes)})}


def issuer_budget(promotion: int, issuer: str, month: date) -> int:
    """What stands for the budget of a person in a month."""
    given = {"promotion": promotion, "issuer": issuer, "month": month}
    sql.execute(_SQL["open_issuer_budget"], given)
    return int(sql.scalar(_SQL["issuer_budget"], given))  # a statement of its own: it sees what another connection made


def budget_total(capacity: int) -> int:
    """What the budget was set to."""
    return int(sql.scalar(_SQL["budget_total"], {"capacity": capacity}))


def void(id_: int) -> str | None:
    """End a coupon; its code, None when it had ended already."""
    found: str | None = sql.scalar(_SQL["void"], {"id": id_})
    return found


def coupons(
    *,
    id_: int | None,
    promotion: int | None,
    batch: UUID | None,
    code: str,
    after: tuple[datetime, int] | None,
    limit: int,
) -> list[CouponView]:
    """Coupons, newest first."""
    at, after_id = after or (None, 0)
    given = {"id": id_, "promotion": promotion, "batch": batch, "code": code, "limit": limit}
    return sql.rows(_SQL["coupons"], {**given, "after_at": at, "after_id": after_id}, CouponView)


def coupons_of(customer: int, at: datetime, limit: int) -> list[CouponView]:
    """A customer's own coupons that count now."""
    return sql.rows(_SQL["coupons_of"], {"customer": customer, "at": at, "limit": limit}, CouponView)


def count_coupons(*, id_: int | None, promotion: int | None, batch: UUID | None, code: str) -> int:
    """How many there are."""
    given = {"id": id_, "promotion": promotion, "batch": batch, "code": code}
    return int(sql.scalar(_SQL["count_coupons"], given))


def batches(promotion: int | None, limit: int) -> list[Batch]:
    """Batches, newest first."""
    return sql.rows(_SQL["batches"], {"promotion": promotion, "limit": limit}, Batch)


def codes_of(batch: UUID) -> list[str]:
    """The codes of a batch."""
    return [code for (code,) in sql.tuples(_SQL["codes_of"], {"batch": batch})]


def add_card(values: Mapping[str, Any]) -> int | None:
    """A gift card; None when its code exists."""
    found: int | None = sql.scalar(_SQL["add_card"], values)
    return found


def cards(
    *, at: datetime, limit: int, hash_: bytes | None = None, id_: int | None = None, ending: str = ""
) -> list[Card]:
    """Gift cards, newest first."""
    return sql.rows(_SQL["card"], {"hash": hash_, "id": id_, "ending": ending, "at": at, "limit": limit}, Card)


def add_entry(*, card: int, kind: str, amount: int, order: UUID | None, key: str, at: datetime) -> bool:
    """A line of the ledger; False when its key is there."""
    given = {"card": card, "kind": kind, "amount": amount, "order": order, "key": key, "at": at}
    return sql.scalar(_SQL["add_entry"], given) is not None


@dataclass(frozen=True, slots=True)
class Named:
    """A gift card by its code; `ended` also when it is void."""

    hash: str
    id: int
    currency: str
    capacity_id: int
    ended: bool


def cards_named(hashes: Sequence[str], ids: Sequence[int], at: datetime) -> list[Named]:
    """Gift cards by the hashes of their codes, or by id."""
    return sql.rows(_SQL["cards_named"], {"hashes": list(hashes), "ids": list(ids), "at": at}, Named)


def add_entries(rows: Sequence[Mapping[str, Any]], at: datetime) -> set[str]:
    """Lines of the ledger; the keys that were new."""
    given = {"rows": msgspec.json.encode(rows, enc_hook=str).decode(), "at": at}
    return {key for (key,) in sql.tuples(_SQL["add_entries"], given)}


def entries(card: int) -> list[Entry]:
    """The ledger, newest first."""
    return sql.rows(_SQL["entries"], {"card": card}, Entry)


def spent(card: int, order: UUID) -> int:
    """What an order has taken and not got back."""
    return int(sql.scalar(_SQL["spent"], {"card": card, "order": order}))


def drift() -> list[tuple[int, int, int]]:
    """Cards whose ledger and capacity disagree: card, ledger, capacity."""
    return sql.tuples(_SQL["drift"], {})
