"""Reads of channels, one function per statement."""

from dataclasses import dataclass
from datetime import date

from edino.channels.types import Brand, Channel, HeldKey, KeyListing, SourceListing
from edino.kernel import clock, sql

_KEYS = sql.statements("edino.channels", "keys.sql")
_SOURCES = sql.statements("edino.channels", "sources.sql")


@dataclass(frozen=True, slots=True)
class _ChannelRow:
    code: str
    name_en: str
    name_ru: str
    kind: str
    abilities: list[str]
    usual_trust: int
    usual_confirms: list[str]


def key_by_prefix(prefix: str) -> HeldKey | None:
    """The key of this prefix and its source, if both are in force now."""
    return sql.row(_KEYS["key_by_prefix"], {"prefix": prefix, "at": clock.now()}, HeldKey)


def mark_used(key_id: int, day: date) -> None:
    """Note the day a key was used."""
    sql.execute(_KEYS["mark_used"], {"id": key_id, "day": day})


def keys_of(source_id: int) -> list[KeyListing]:
    """The keys of a source, those in force first."""
    return sql.rows(_KEYS["keys_of"], {"source_id": source_id}, KeyListing)


def channels() -> list[Channel]:
    """Every channel, in the order of the registry."""
    return [
        Channel(
            row.code,
            row.name_en,
            row.name_ru,
            row.kind,
            frozenset(row.abilities),
            row.usual_trust,
            frozenset(row.usual_confirms),
        )
        for row in sql.rows(_SOURCES["channels"], {}, _ChannelRow)
    ]


def sources(*, channel: str = "", id: int | None = None, name: str = "") -> list[SourceListing]:  # noqa: A002 - field
    """Sources, the active first, then in the order of their channels."""
    values = {"channel": channel, "id": id, "name": name, "at": clock.now()}
    return sql.rows(_SOURCES["sources"], values, SourceListing)


def brands() -> list[Brand]:
    """Brands by name."""
    return sql.rows(_SOURCES["brands"], {}, Brand)
