"""The statement of prices against the plain oracle, on shelves that Hypothesis draws: lists, sales, ends, gaps."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edino.catalogue import api
from edino.catalogue.models import Price, PriceList
from edino.kernel.ids import uuid7
from tests.catalogue.price_shop import NOON, price_list, variant
from tests.catalogue.prices_oracle import List, Row, answer

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LISTS = ["base", "club", "moscow"]
days = st.integers(-70, 20).map(lambda number: NOON + number * DAY)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    start = draw(days)
    length = draw(st.one_of(st.none(), st.none(), st.integers(0, 40)))
    amount = draw(st.integers(1, 9))
    if length is None and draw(st.integers(0, 9)) == 0:
        return Row(draw(st.sampled_from(LISTS)), None, start, None)
    end = None if length is None else start + length * DAY
    return Row(draw(st.sampled_from(LISTS)), amount, start, end)


@pytest.fixture
def ids() -> dict[str, int]:
    for code in LISTS:
        price_list(code)
    return dict(PriceList.objects.values_list("code", "id"))


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    told=st.lists(rows(), max_size=14),
    at=days,
    priorities=st.lists(st.integers(0, 1), min_size=3, max_size=3),
)
def test_the_statement_and_the_oracle_agree(
    ids: dict[str, int], told: list[Row], at: object, priorities: list[int]
) -> None:
    number = variant(f"V-{uuid7()}")  # of its own for each example: rows of prices cannot be taken away
    for code, priority in zip(LISTS, priorities, strict=True):
        PriceList.objects.filter(code=code).update(priority=priority)
    Price.objects.bulk_create(
        Price(
            list_id=ids[row.price_list],
            variant_id=number,
            amount=row.amount,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
        for row in told
    )
    lists = [List(code, ids[code], priority) for code, priority in zip(LISTS, priorities, strict=True)]
    expected = answer(told, lists, at, DAY)  # type: ignore[arg-type]  # a moment
    found = api.prices(variant_ids=[number], currency="RUB", at=at)  # type: ignore[arg-type]  # a moment
    assert {id_: (one.unit, one.list_price, one.lowest_30d, one.price_list) for id_, one in found.items()} == (
        {number: expected} if expected else {}
    )
