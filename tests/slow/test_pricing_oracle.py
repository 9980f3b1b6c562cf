"""Engine and oracle on many more books and baskets than the quick run draws."""

import pytest
from hypothesis import given, settings
from tests.promotions import oracle, shelves
from tests.promotions.test_engine import CODES, LEFT, plain, priced

from edino.promotions.types import Basket, Rule

pytestmark = pytest.mark.slow


@settings(max_examples=5000, deadline=None)
@given(shelves.books(), shelves.baskets, CODES, LEFT)
def test_engine_and_oracle_agree(rules: list[Rule], basket: Basket, codes: set[int], left: oracle.Left) -> None:
    assert plain(priced(rules, basket, codes, left)) == oracle.price(rules, basket, codes, left)
