"""The search among products, one function per statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from edino.kernel import clock, sql

_SQL = sql.statements("edino.catalogue", "searching.sql")
MOST_FILTERS = 6


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A product in the answer; `place`, `title` and `id` are where it stands in the order."""

    id: int
    uid: UUID
    slug: str
    names: dict[str, str]
    brand: str
    image: int | None
    variant_ids: list[int]
    rating_count: int
    rating_sum: int
    is_active: bool
    total: int
    place: float
    title: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: `groups` are facets of which each group must be met by one of its values."""

    assortment: int
    query: str | None
    groups: tuple[tuple[str, ...], ...]
    currency: str
    region: str = ""
    price_from: int | None = None
    price_to: int | None = None

    def params(self) -> dict[str, Any]:
        """As the statements take it."""
        filled = [*map(list, self.groups), *[None] * (MOST_FILTERS - len(self.groups))]
        groups = {f"any{place}": group for place, group in enumerate(filled, 1)}
        return {"assortment": self.assortment, "query": self.query, **groups}


def query(words: Sequence[str], swapped: Sequence[str]) -> str | None:
    """What was typed, as PostgreSQL's text search understands it; None when there is nothing to look for."""
    found: str | None = sql.scalar(_SQL["query"], {"words": list(words), "swapped": list(swapped)})
    return found


def search(wanted: Wanted, *, sort: str, after: Sequence[Any] | None, limit: int) -> list[FoundRow]:
    """A page of the answer, with the number of all of it in each row."""
    place, title, id_ = after or (None, None, None)
    prices = wanted.price_from is not None or wanted.price_to is not None or sort in {"price", "-price"}
    params: Mapping[str, Any] = wanted.params() | {
        "sort": sort,
        "currency": wanted.currency,
        "region": wanted.region,
        "at": clock.now(),
        "priced": prices,
        "price_from": wanted.price_from,
        "price_to": wanted.price_to,
        "after_place": place,
        "after_title": title,
        "after_id": id_,
        "limit": limit,
    }
    return sql.rows(_SQL["search"], params, FoundRow)


def facets(wanted: Wanted, *, only: str = "") -> dict[str, int]:
    """How many products of the answer have each facet, or each that begins with `only`. Prices are not counted in."""
    return dict(sql.tuples(_SQL["facets"], wanted.params() | {"only": only}))
