"""Statements about what people correct by hand, and what is expected."""

from datetime import datetime
from uuid import UUID

from edino.inventory.types import Correction, Expected
from edino.kernel import sql

_SQL = sql.statements("edino.inventory", "corrections.sql")


def add(uid: UUID, level_id: int, quantity: int, *, reason: str, note: str, by: str, now: datetime) -> bool:
    """Note a correction; whether it is new."""
    values = {"uid": uid, "level_id": level_id, "quantity": quantity, "reason": reason, "note": note, "by": by}
    return sql.execute(_SQL["add"], {**values, "now": now}) == 1


def undo(uid: UUID, *, by: str, now: datetime) -> bool:
    """Note that it was taken back; whether it was not yet."""
    return sql.execute(_SQL["undo"], {"uid": uid, "by": by, "now": now}) == 1


def corrections(
    *, uid: UUID | None = None, variant_id: int | None = None, location_id: int | None = None, limit: int = 500
) -> list[Correction]:
    """What people corrected, the newest first."""
    values = {"uid": uid, "variant_id": variant_id, "location_id": location_id, "limit": limit}
    return sql.rows(_SQL["corrections"], values, Correction)


def expected(*, id_: int | None = None, limit: int = 5_000) -> list[Expected]:
    """What is expected, the soonest first."""
    return sql.rows(_SQL["expected"], {"id": id_, "limit": limit}, Expected)


def lock_expected(id_: int) -> int | None:
    """How many of a line are expected, locked; None when it is no more."""
    found = sql.scalar(_SQL["lock_expected"], {"id": id_})
    return None if found is None else int(found)


def expect_less(id_: int, quantity: int) -> None:
    """So many have come; the line goes when nothing is left of it."""
    if not sql.execute(_SQL["expect_less"], {"id": id_, "quantity": quantity}):
        sql.execute(_SQL["expect_no_more"], {"id": id_})


def expect_no_more(id_: int) -> bool:
    """It will not come; whether it was expected."""
    return sql.execute(_SQL["expect_no_more"], {"id": id_}) == 1
