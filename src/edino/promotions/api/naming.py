"""Other systems' names for what definitions hold as numbers: codes of categories and promotions."""

from collections.abc import Collection, Mapping
from uuid import UUID

from edino.kernel.errors import FieldError
from edino.promotions.errors import WrongPromotion
from edino.promotions.queries import promotions as queries
from edino.promotions.types.baskets import order_numbers


def category_ids(codes: Collection[str], *, field: str) -> frozenset[int]:
    """The ids of categories by their codes; `WrongPromotion` names the field when one is unknown."""
    found = queries.category_ids(sorted(codes))
    if found.keys() != set(codes):
        raise WrongPromotion(fields=[FieldError(field, "unknown", "There is no such category.")])
    return frozenset(found.values())


def category_names(language: str) -> Mapping[int, str]:
    """Every category by its id, as a person reads it: from the top down."""
    return queries.category_names(language)


def category_codes(ids: Collection[int]) -> list[str]:
    """The codes of categories."""
    return queries.category_codes(sorted(ids))


def orders_by_number(uids: Collection[UUID]) -> dict[UUID, str]:
    """What people call these orders; one that nobody keeps is missing."""
    return {uid: number for _, offer in order_numbers for uid, number in offer(sorted(uids)).items()} if uids else {}


def promotion_ids(codes: Collection[str], *, field: str) -> frozenset[int]:
    """The ids of promotions by their codes."""
    known = {one.code: one.id for one in queries.promotions()} if codes else {}
    if not set(codes) <= known.keys():
        raise WrongPromotion(fields=[FieldError(field, "unknown", "There is no such promotion.")])
    return frozenset(known[code] for code in codes)
