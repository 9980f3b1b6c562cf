"""Statements of assortments, one function per statement."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from edino.kernel import sql

_SQL = sql.statements("edino.catalogue", "offering.sql")


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A product that some assortments offer and others do not."""

    id: int
    uid: UUID
    names: dict[str, str]
    title: str
    listed: list[int]
    unlisted: list[int]
    reasons: str


@dataclass(frozen=True, slots=True)
class OfferedRow:
    """How many products an assortment offers, and how many of them are fully presented."""

    assortment_id: int
    listed: int
    complete: int


def put_assortment(values: Mapping[str, Any]) -> int:
    """Add an assortment or change it: its id."""
    return int(sql.scalar(_SQL["put_assortment"], values))


def drop_channels(id_: int, channels: Iterable[str]) -> None:
    """Take channels from the other assortments."""
    sql.execute(_SQL["drop_channels"], {"id": id_, "channels": list(channels)})


def make_default(id_: int) -> None:
    """Make one assortment the default."""
    sql.execute(_SQL["undefault"], {"id": id_})
    sql.execute(_SQL["make_default"], {"id": id_})


def put_listings(assortment: int, products: Iterable[int], *, listed: bool, reason: str) -> None:
    """Put products in or take them out by hand."""
    params = {"assortment": assortment, "products": list(products), "listed": listed, "reason": reason}
    sql.execute(_SQL["put_listings"], params)


def drop_listings(assortment: int, products: Iterable[int]) -> None:
    """Let the rule of the assortment decide again."""
    sql.execute(_SQL["drop_listings"], {"assortment": assortment, "products": list(products)})


def ids_of(uids: Iterable[UUID]) -> dict[UUID, int]:
    """The internal ids of products."""
    return dict(sql.tuples(_SQL["ids_of"], {"uids": list(uids)}))


def count_offered() -> dict[int, OfferedRow]:
    """How many products each assortment offers."""
    return {row.assortment_id: row for row in sql.rows(_SQL["count_offered"], {}, OfferedRow)}


def differences(*, after: tuple[str, int] | None, limit: int) -> list[DifferenceRow]:
    """Products that some assortments offer and others do not."""
    title, id_ = after or (None, None)
    return sql.rows(_SQL["differences"], {"after_title": title, "after_id": id_, "limit": limit}, DifferenceRow)


def count_differences() -> int:
    """How many of them there are."""
    return int(sql.scalar(_SQL["count_differences"]))
