"""Reads for the screens of those who keep the catalogue, one function per statement."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from edino.catalogue.queries import reading
from edino.kernel import sql

_SQL = sql.statements("edino.catalogue", "office.sql")
BY_SCORE = frozenset({"score"})


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """A product in the list. `score` is None when no assortment offers it."""

    id: int
    uid: UUID
    names: dict[str, str]
    brand: str
    is_active: bool
    changed_at: datetime
    title: str
    total: int
    score: int | None
    missing: list[str]
    image: int | None
    variants: int
    sku: str | None


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A variant to print a label for; without a variant the product as a whole."""

    product_id: int
    names: dict[str, str]
    id: int | None
    sku: str | None
    options: dict[str, str] | None


def products(
    *,
    query: str | None,
    active: bool | None,
    category: str,
    missing: str,
    sort: str,
    descending: bool,
    after: int | None,
    limit: int,
) -> list[OfficeRow]:
    """A page of products after one of them, with the number of all that match."""
    found = sql.tuples(_SQL["place"], {"id": after, "sort": sort}) if after is not None else []
    title, place = found[0] if found else (None, None)
    params = {
        "query": query,
        "active": active,
        "category": category,
        "missing": missing,
        "scored": bool(missing) or sort in BY_SCORE,
        "sort": sort,
        "descending": descending,
        "after_id": after if found else None,
        "after_title": title,
        "after_place": place,
        "limit": limit,
    }
    return sql.rows(_SQL["products"], params, OfficeRow)


def labels(products: Iterable[int]) -> list[LabelRow]:
    """What is printed on labels."""
    return sql.rows(_SQL["labels"], {"products": list(products)}, LabelRow)


@dataclass(frozen=True, slots=True)
class CategoryRow(reading.CategoryRow):
    """A category as those who keep it see it."""

    held: list[str]
    products: int
    sources: list[str]


@dataclass(frozen=True, slots=True)
class AxisRow:
    """By what variants differ."""

    code: str
    names: dict[str, str]
    position: int
    products: int


def categories() -> list[CategoryRow]:
    """Every category."""
    return sql.rows(_SQL["categories"], {}, CategoryRow)


def attribute_uses() -> dict[str, int]:
    """How many products say something of each attribute."""
    return dict(sql.tuples(_SQL["attribute_uses"]))


def axes() -> list[AxisRow]:
    """By what variants differ, in order."""
    return sql.rows(_SQL["axes_in_use"], {}, AxisRow)


def put_axis(code: str, names: Mapping[str, str], position: int) -> bool:
    """Say what an axis is called; whether there is one."""
    params = {"code": code, "names": msgspec.json.encode(names).decode(), "position": position}
    return sql.execute(_SQL["put_axis"], params) == 1
