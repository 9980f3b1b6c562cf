"""Statements about promotions: the book, what is left of limits, versions, redemptions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from edino.kernel import sql
from edino.promotions.types import Redemption

_SQL = sql.statements("edino.promotions", "promotions.sql")
_NOBODY = UUID(int=0)
Owner = tuple[str, UUID] | None


class Coupon(NamedTuple):
    """A coupon as a quote needs it. `customer_id` is whose it is now; without a capacity it has no limit."""

    id: int
    code: str
    promotion_id: int
    kind: str
    customer_id: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    is_void: bool
    capacity_id: int | None
    free: int


class Allowance(NamedTuple):
    """What a customer may use of a promotion; `held` is without this owner's own holds."""

    promotion_id: int
    customer_id: int
    capacity_id: int
    total: int
    used: int
    held: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A promotion with its present version."""

    id: int
    uid: UUID
    code: str
    state: str
    version: int
    definition: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listed:
    """A promotion with its present version and what it took off."""

    id: int
    uid: UUID
    code: str
    state: str
    version: int
    definition: dict[str, Any]
    author: str
    changed_at: datetime
    redemptions: int
    discount: int


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a promotion."""

    number: int
    name: str
    author: str
    made_at: datetime
    definition: dict[str, Any]


class Redeemed(NamedTuple):
    """What a promotion took off in one order."""

    id: int
    promotion_id: int
    amount: int
    given_back: int
    lines: dict[str, dict[str, int]]
    wants: list[list[Any]]


class New(NamedTuple):
    """A redemption that is to be noted."""

    promotion_id: int
    version: int
    code: str
    amount: int
    lines: dict[str, dict[str, int]]
    wants: list[list[Any]]


def _owner(owner: Owner) -> dict[str, Any]:
    kind, uid = owner or ("", _NOBODY)
    return {"owner_kind": kind, "owner": uid}


def look(codes: Sequence[str], at: datetime, owner: Owner) -> tuple[int, int, list[Coupon]]:
    """Version of the book, how many codes a basket may have, and the coupons of these codes."""
    rows = sql.tuples(_SQL["look"], {"codes": list(codes), "at": at, **_owner(owner)})
    version, most, *_ = rows[0]
    return version, most, [Coupon(*row[2:]) for row in rows if row[2] is not None]


def book() -> tuple[int, list[tuple[int, int, dict[str, Any]]]]:
    """Version of the book, and every active promotion: id, version, definition."""
    rows = sql.tuples(_SQL["book"], {})
    return rows[0][0], [row[1:] for row in rows if row[2] is not None]


def code_limit() -> int:
    """How many codes a basket may have."""
    return int(sql.scalar(_SQL["code_limit"]))


def set_code_limit(most: int) -> None:
    """Let a basket have so many codes."""
    sql.execute(_SQL["set_code_limit"], {"most": most})


def version() -> int:
    """The version of the book."""
    return int(sql.scalar(_SQL["version"], {}))


def limits(promotions: Sequence[int], at: datetime, owner: Owner) -> tuple[int, list[tuple[str, int, int, int]]]:
    """The version of the book; of each limit its kind, promotion, capacity and what is free of it."""
    rows = sql.tuples(_SQL["limits"], {"promotions": list(promotions), "at": at, **_owner(owner)})
    return rows[0][0], [row[2:] for row in rows if row[4] is not None]


def customer_uses(promotions: Sequence[int], customer: int) -> dict[int, int]:
    """How often a customer has used each of these."""
    return dict(sql.tuples(_SQL["customer_uses"], {"promotions": list(promotions), "customer": customer}))


def allowances(promotions: Sequence[int], customer: int, at: datetime, owner: Owner) -> list[Allowance]:
    """What there is for this customer, under all his ids."""
    given = {"promotions": list(promotions), "customer": customer, "at": at, **_owner(owner)}
    return [Allowance(*row) for row in sql.tuples(_SQL["allowances"], given)]


def drift() -> list[tuple[str, int, int, int]]:
    """Uses, budgets and coupons that are not the sum of their redemptions: kind, what it stands for, used, sum."""
    return sql.tuples(_SQL["drift"])


def lock_capacity(capacity: int) -> None:
    """Let nobody promise or settle anything of it until the transaction ends."""
    sql.execute(_SQL["lock_capacity"], {"capacity": capacity})


def open_allowance(promotion: int, customer: int) -> int:
    """The row that stands for what a customer may use of a promotion."""
    given = {"promotion": promotion, "customer": customer}
    sql.execute(_SQL["open_allowance"], given)
    return int(sql.scalar(_SQL["allowance"], given))  # a statement of its own: it sees what another connection made


def ordered_before(customer: int) -> bool:
    """Whether the log knows of an order of this customer."""
    return bool(sql.scalar(_SQL["ordered_before"], {"customer": customer}))


def customer_of(issued: int) -> int:
    """The customer that an id once issued means now."""
    found = sql.scalar(_SQL["customer_of"], {"customer": issued})
    return issued if found is None else int(found)


def locked(code: str) -> Stored | None:
    """A promotion by its code, locked."""
    return sql.row(_SQL["locked"], {"code": code}, Stored)


def add(uid: UUID, code: str, state: str, at: datetime) -> int | None:
    """A new promotion; None when the code is taken."""
    found: int | None = sql.scalar(_SQL["add"], {"uid": uid, "code": code, "state": state, "at": at})
    return found


def add_version(promotion: int, number: int, definition: dict[str, Any], *, author: str, at: datetime) -> None:
    """Keep what a promotion says from now on."""
    values = {
        "promotion": promotion,
        "number": number,
        "name": definition["name"],
        "definition": msgspec.json.encode(definition).decode(),
        "channelled": bool(definition["channels"]),
        "reason": definition["channel_reason"],
        "author": author,
        "at": at,
    }
    sql.execute(_SQL["add_version"], values)


def change(id_: int, *, state: str, version: int, at: datetime) -> None:
    """Which version counts, and the state."""
    sql.execute(_SQL["change"], {"id": id_, "state": state, "version": version, "at": at})


def turn_page() -> None:
    """Every process reads the book anew."""
    sql.execute(_SQL["turn_page"], {})


def promotions(*, uid: UUID | None = None, id_: int | None = None, code: str = "") -> list[Listed]:
    """Promotions: those that run first, then by the last change."""
    return sql.rows(_SQL["promotions"], {"uid": uid, "id": id_, "code": code}, Listed)


def versions(promotion: int) -> list[VersionRow]:
    """Every version, newest first."""
    return sql.rows(_SQL["versions"], {"promotion": promotion}, VersionRow)


def capacities(ids: Sequence[int]) -> list[tuple[int, str, int, int | None]]:
    """Capacity, its kind, promotion, and coupon if it is one's."""
    return sql.tuples(_SQL["capacities"], {"ids": list(ids)})


def redeem(new: Sequence[New], *, order: UUID, profile: int | None, customer: int | None, at: datetime) -> set[int]:
    """Note redemptions of an order; the promotions whose were new."""
    values = {
        "promotions": [one.promotion_id for one in new],
        "versions": [one.version for one in new],
        "codes": [one.code for one in new],
        "amounts": [one.amount for one in new],
        "lines": [msgspec.json.encode(one.lines).decode() for one in new],
        "wants": [msgspec.json.encode(one.wants).decode() for one in new],
    }
    given = {**values, "order": order, "profile": profile, "customer": customer, "at": at}
    return {promotion for (promotion,) in sql.tuples(_SQL["redeem"], given)}


def redeemed(order: UUID) -> list[Redeemed]:
    """What was taken off in an order and is not undone wholly, locked."""
    return [Redeemed(*row) for row in sql.tuples(_SQL["redeemed"], {"order": order})]


def give_back(rows: Sequence[tuple[int, int, dict[str, dict[str, int]], bool]]) -> None:
    """Id, given back in all, lines, whether everything is undone."""
    values = {
        "ids": [row[0] for row in rows],
        "amounts": [row[1] for row in rows],
        "lines": [msgspec.json.encode(row[2]).decode() for row in rows],
        "released": [row[3] for row in rows],
    }
    sql.execute(_SQL["give_back"], values)


def redemptions(promotion: int, limit: int) -> list[Redemption]:
    """What a promotion took off, newest first."""
    return sql.rows(_SQL["redemptions"], {"promotion": promotion, "limit": limit}, Redemption)


def limit_totals(promotion: int) -> list[tuple[str, int, int]]:
    """Kind, capacity, total of a promotion's own limits."""
    return sql.tuples(_SQL["limit_totals"], {"promotion": promotion})


def promotions_of(codes: Sequence[str]) -> list[tuple[str, int]]:
    """Code and promotion of these codes."""
    return sql.tuples(_SQL["promotions_of"], {"codes": list(codes)})


def category_ids(codes: Sequence[str]) -> dict[str, int]:
    """Ids of categories by code."""
    return dict(sql.tuples(_SQL["category_ids"], {"codes": list(codes)})) if codes else {}


def category_codes(ids: Sequence[int]) -> list[str]:
    """Codes of categories."""
    return [code for (code,) in sql.tuples(_SQL["category_codes"], {"ids": list(ids)})] if ids else []


def category_names(language: str) -> dict[int, str]:
    """Every category, in the order of its name."""
    return {id_: name or str(id_) for id_, name in sql.tuples(_SQL["category_names"], {"language": language})}
