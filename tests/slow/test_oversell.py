"""A thousand rounds of 200 shoppers for 50 pieces: exactly 50 orders each time, nothing below zero, no lease stuck."""

import pytest
from tests.checkout.test_oversell import play

pytestmark = [pytest.mark.slow, pytest.mark.timeout(6 * 3600), pytest.mark.enable_socket]
ROUNDS, EVERY = 1_000, 10


def test_a_thousand_rounds() -> None:
    told = play(rounds=ROUNDS, shoppers=200, every=EVERY)
    turns = [50, 1, 3, 7] * (ROUNDS // EVERY // 4)
    orders = sum(turns) + 50 * (ROUNDS - len(turns))
    assert (told["broken_rounds"], told["other_answers"]) == (0, 0)
    assert (told["orders"], told["refused"]) == (orders, ROUNDS * 200 - orders)
