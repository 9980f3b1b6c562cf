"""Statements about prices, one function each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from edino.catalogue.types.prices import PriceAnswer, PriceException, PriceList
from edino.kernel import clock, sql

_SQL = sql.statements("edino.catalogue", "prices.sql")
_OFFICE = sql.statements("edino.catalogue", "prices_office.sql")


class Known(NamedTuple):
    """A row of a list as it is kept."""

    id: int
    list_id: int
    variant_id: int
    amount: int | None
    starts_at: datetime
    ends_at: datetime | None


class New(NamedTuple):
    """A row that is to be kept."""

    list_id: int
    variant_id: int
    amount: int | None
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row of a variant's history."""

    id: int
    price_list: str
    currency: str
    amount: int | None
    starts_at: datetime
    ends_at: datetime | None
    recorded_at: datetime
    source_id: int
    author: str


class Wish(NamedTuple):
    """Somebody who waits for a price below `seen`."""

    id: int
    variant_id: int
    sku: str
    profile_id: int
    currency: str
    region: str
    seen: int


def prices(
    variants: Sequence[int],
    currency: str,
    *,
    at: datetime,
    channel: str = "",
    region: str = "",
    groups: Sequence[str] = (),
) -> list[PriceAnswer]:
    """What each of these costs; those without a price are left out."""
    given = {"variants": list(variants), "currency": currency, "channel": channel, "region": region}
    found = sql.tuples(_SQL["prices"], {**given, "groups": list(groups), "at": at})
    return [PriceAnswer(*row) for row in found]


def lists(*, counted: bool = False) -> list[PriceList]:
    """Every price list, the strongest first."""
    return sql.rows(_SQL["lists"], {"counted": counted}, PriceList)


def save_list(values: Mapping[str, Any]) -> bool:
    """Make or change a list; whether anything changed."""
    return bool(sql.tuples(_SQL["save_list"], values))


def lock_lists(codes: Sequence[str]) -> dict[str, int]:
    """The ids of these lists, one writer at a time."""
    return {code: id_ for id_, code in sql.tuples(_SQL["lock_lists"], {"codes": list(codes)})}


def variants_of_skus(skus: Sequence[str]) -> dict[str, int]:
    """Ids by SKU."""
    return dict(sql.tuples(_SQL["variants_of_skus"], {"skus": list(skus)}))


def known_rows(pairs: Sequence[tuple[int, int, datetime]], at: datetime) -> list[Known]:
    """What decides about new rows of these (list, variant) that start at these moments."""
    given = {
        "lists": [pair[0] for pair in pairs],
        "variants": [pair[1] for pair in pairs],
        "starts": [pair[2].isoformat() for pair in pairs],
        "at": at,
    }
    return [Known(*row) for row in sql.tuples(_SQL["known_rows"], given)]


def add_rows(rows: Sequence[New], *, source: int | None, author: str, at: datetime) -> None:
    """Record prices."""
    given = {
        "lists": [row.list_id for row in rows],
        "variants": [row.variant_id for row in rows],
        "amounts": [row.amount for row in rows],
        "starts": [row.starts_at.isoformat() for row in rows],
        "ends": [None if row.ends_at is None else row.ends_at.isoformat() for row in rows],
    }
    sql.execute(_SQL["add_rows"], {**given, "source": source, "author": author, "at": at})


def history(variant: int, limit: int) -> list[Recorded]:
    """What was recorded for a variant, newest first."""
    return sql.rows(_SQL["history"], {"variant": variant, "limit": limit}, Recorded)


def course(list_id: int, variant: int, moments: Sequence[datetime]) -> list[int | None]:
    """The price in force at each moment, in their order."""
    told = [moment.isoformat() for moment in moments]
    found = sql.tuples(_SQL["course"], {"list": list_id, "variant": variant, "moments": told})
    return [amount for _, amount in found]


def add_exception(values: Mapping[str, Any]) -> int:
    """Record an exception; its id."""
    return int(sql.scalar(_SQL["add_exception"], values))


def end_exception(id_: int, *, by: str, at: datetime) -> str | None:
    """End an exception; its channel, None when it is not in force."""
    channel: str | None = sql.scalar(_SQL["end_exception"], {"id": id_, "by": by, "at": at})
    return channel


def exceptions(*, ended: bool, at: datetime, limit: int) -> list[PriceException]:
    """Recorded exceptions, newest first."""
    return sql.rows(_SQL["exceptions"], {"ended": ended, "at": at, "limit": limit}, PriceException)


def priced_variants(
    *, after: int, limit: int, language: str, variants: Sequence[int] | None = None
) -> list[tuple[int, str, str]]:
    """The next active variants: id, SKU, name."""
    given = {"after": after, "limit": limit, "language": language}
    return sql.tuples(_SQL["priced_variants"], {**given, "variants": None if variants is None else list(variants)})


def wish(variant: int, profile: int, *, currency: str, region: str, seen: int, at: datetime) -> bool:
    """Note that somebody waits; False when he does already."""
    given = {"variant": variant, "profile": profile, "currency": currency, "region": region, "seen": seen, "at": at}
    return bool(sql.tuples(_SQL["wish"], given))


def open_wishes(*, after: int, limit: int, variants: Sequence[int] | None = None) -> list[Wish]:
    """The next who wait."""
    given = {"after": after, "limit": limit, "variants": None if variants is None else list(variants)}
    return [Wish(*row) for row in sql.tuples(_SQL["open_wishes"], given)]


def wishes_told(told: Sequence[tuple[int, int]], at: datetime) -> None:
    """Note who was told of which price."""
    given = {"ids": [id_ for id_, _ in told], "amounts": [amount for _, amount in told], "at": at}
    sql.execute(_SQL["wishes_told"], given)


def forget_wishes(profiles: Sequence[int]) -> int:
    """Whoever is forgotten waits no more; how many waits that were."""
    return sql.execute(_SQL["forget_wishes"], {"profiles": list(profiles)})


def office_page(*, words: str, excepted: bool, after: int, limit: int, language: str) -> list[tuple[int, str, str]]:
    """A page of active variants: id, SKU, name; `excepted`: only those a channel has an exception for."""
    given = {"q": words, "excepted": excepted, "after": after, "limit": limit, "language": language}
    return sql.tuples(_OFFICE["page"], {**given, "at": clock.now()})


def office_variant(id_: int, language: str) -> tuple[int, str, str, UUID] | None:
    """Id, SKU, name, product."""
    found = sql.tuples(_OFFICE["variant"], {"id": id_, "language": language})
    return found[0] if found else None
