"""What is shown beside Lena's shoes: what is like them, and what others bought with them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edino.catalogue import api
from edino.catalogue.api import relating
from edino.catalogue.types import AttributeInput, baskets
from tests.catalogue.shelf import bring, runner, shelves, simple


@pytest.fixture
def orders() -> Iterator[list[Sequence[int]]]:
    """Baskets, as orders would offer them."""
    known: list[Sequence[int]] = []

    def offer(since: datetime) -> Iterator[Sequence[int]]:
        return iter(known)

    baskets.register("test", offer)
    yield known
    del baskets._offers["test"]


def variants(*skus: str) -> list[int]:
    found = api.variants_by_sku(skus=skus)
    return [found[sku].id for sku in skus]


@pytest.mark.django_db
def test_shoes_are_like_shoes_and_are_bought_with_socks(orders: list[Sequence[int]]) -> None:
    shelves()
    api.define_attributes(attributes=[AttributeInput("season", is_filter=True)])
    bring(
        runner(),
        runner(external_id="p-2", names={"en": "Dusk running shoes"}, variants=simple(90).variants),
        *[simple(number) for number in range(1, 5)],
    )
    orders += [variants("DAWN-41", "SOCK-1"), variants("SOCK-1", "DAWN-42", "SOCK-2"), variants("SOCK-3", "SOCK-4")]
    orders += [variants("DAWN-41", "SOCK-3"), [999_999], []]
    told = relating.relate()
    assert (told.products, told.baskets, told.together) == (6, 6, 2)
    shoes = api.variants_by_sku(skus=["DAWN-41"])["DAWN-41"].product_id
    assert [row.name for row in api.similar(product_id=shoes)] == ["Dusk running shoes"]
    assert [row.name for row in api.bought_together(product_id=shoes)] == ["Socks 1"]  # others met it only once
    bring(simple(1, active=False))
    assert api.bought_together(product_id=shoes) == []
    assert relating.relate().together == 2


Items = list[frozenset[str]]


def slow(items: Items, shared: int) -> dict[tuple[int, int], float]:
    """Cosine by its definition."""
    common = {one for one in set().union(*items) if sum(one in found for found in items) > 1}
    found = {}
    for a, one in enumerate(items):
        for b, other in enumerate(items):
            both, left, right = (len(x & common) for x in (one & other, one, other))
            if a != b and both and len(one & other) >= shared:
                found[a, b] = both / sqrt(left * right)
    return found


@given(
    st.lists(st.frozensets(st.sampled_from("abcdef"), max_size=5), min_size=1, max_size=8),
    st.integers(1, 2),
)
@settings(max_examples=50, deadline=None)
def test_the_fast_neighbours_are_those_of_the_definition(items: Items, shared: int) -> None:
    found = relating.neighbours(list(enumerate(items)), weighted=False, shared=shared)
    assert {(a, b): round(score, 5) for a, _, b, score in found} == {
        pair: round(score, 5) for pair, score in slow(items, shared).items()
    }
    for item in range(len(items)):
        own = [(place, -round(score, 6), other) for a, place, other, score in found if a == item]
        assert [place for place, _, _ in own] == list(range(len(own)))
        assert [(score, other) for _, score, other in own] == sorted((score, other) for _, score, other in own)
