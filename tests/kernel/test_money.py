"""Sums that are shared out lose nothing: whole minor units, largest remainder, the earlier share first."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edino.kernel.money import split

weights = st.lists(st.integers(0, 10**12), min_size=1, max_size=60)


@given(st.integers(-(10**12), 10**12), weights)
def test_shares_sum_to_the_whole_and_each_is_within_one_of_its_part(total: int, given_: list[int]) -> None:
    shares = split(total, given_)
    assert sum(shares) == total
    basis = given_ if any(given_) else [1] * len(given_)
    exact = [Fraction(total * weight, sum(basis)) for weight in basis]
    assert all(abs(share - part) < 1 for share, part in zip(shares, exact, strict=True))
    assert all(share == 0 for share, weight in zip(shares, basis, strict=True) if not weight)


@given(weights, st.data())
def test_what_is_taken_from_rooms_fits_into_each(rooms: list[int], data: st.DataObject) -> None:
    shares = split(data.draw(st.integers(0, sum(rooms))), rooms)
    assert all(0 <= share <= room for share, room in zip(shares, rooms, strict=True)) or not any(rooms)


def test_the_odd_kopecks_go_where_most_was_cut_off_and_then_to_the_earlier() -> None:
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(101, [1, 1, 1]) == [34, 34, 33]
    assert split(-100, [1, 1, 1]) == [-34, -33, -33]
    assert split(10, [1, 2, 4]) == [1, 3, 6]
    assert split(7, [0, 0]) == [4, 3]
    for wrong in ([], [1, -1]):
        with pytest.raises(ValueError, match=r"nothing to share|negative"):
            split(1, wrong)
