"""Reads of staff, one function per statement."""

from typing import Any

from psycopg.types.json import Jsonb

from edino.kernel import clock, sql
from edino.staff.types import AuditEntry, AuditFilter, PersonListing

_TRAIL = sql.statements("edino.staff", "trail.sql")
_PEOPLE = sql.statements("edino.staff", "people.sql")


def append(
    *, user_id: int | None, actor: str, operation: str, refused: bool, subject: tuple[str, str], place: str, detail: Any
) -> None:
    """One line at the end of the trail, in the caller's transaction."""
    values = {
        "at": clock.now(),
        "user_id": user_id,
        "actor": actor,
        "operation": operation,
        "refused": refused,
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "place": place,
        "detail": Jsonb(detail),
    }
    sql.execute(_TRAIL["append"], values)


def trail(given: AuditFilter, *, below: int | None, size: int) -> list[AuditEntry]:
    """A page of the trail, newest first."""
    return sql.rows(_TRAIL["page"], {**_filter(given), "below": below, "size": size}, AuditEntry)


def count_trail(given: AuditFilter) -> int:
    """How many lines the filter keeps."""
    return int(sql.scalar(_TRAIL["count"], _filter(given)))


def people(*, role: str = "", words: str = "", id: int | None = None) -> list[PersonListing]:  # noqa: A002 - the field
    """People with accounts, the active first."""
    return sql.rows(_PEOPLE["people"], {"role": role, "words": words.strip(), "id": id}, PersonListing)


def _filter(given: AuditFilter) -> dict[str, Any]:
    return {name: getattr(given, name) for name in AuditFilter.__slots__}
