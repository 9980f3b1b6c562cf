"""The decisions about carts, said twice: merging, parting, tenders, drift."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edino.checkout import rules
from edino.checkout.errors import NotPayable
from edino.checkout.types import Difference, Line, Policy, Tender

SKUS = ["DAWN-41", "DAWN-42", "SOCK-1", "SOCK-2"]
Lines = tuple[Line, ...]
few = settings(max_examples=60, deadline=None)


def cart(held: dict[str, int]) -> Lines:
    return tuple(Line(sku, SKUS.index(sku), quantity) for sku, quantity in held.items())


def told(lines: Lines) -> dict[str, int]:
    return {line.sku: line.quantity for line in lines}


carts = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 20)).map(cart)


def test_saying_two_pairs_is_not_adding_two_pairs() -> None:
    lines = rules.set_line(cart({"SOCK-1": 1}), "DAWN-42", 1, 2)
    assert told(lines) == {"SOCK-1": 1, "DAWN-42": 2}
    assert rules.set_line(lines, "DAWN-42", 1, 2) == lines
    assert told(rules.set_line(lines, "SOCK-1", 2, 0)) == {"DAWN-42": 2}
    assert rules.set_line(lines, "DAWN-41", 0, 0) == lines


@few
@given(st.lists(st.tuples(st.sampled_from(SKUS), st.integers(0, 5)), max_size=20))
def test_whatever_order_two_devices_write_in_the_last_word_on_each_sku_stands(writes: list[tuple[str, int]]) -> None:
    lines: Lines = ()
    for sku, quantity in writes:
        lines = rules.set_line(lines, sku, SKUS.index(sku), quantity)
    last = dict(writes)
    assert told(lines) == {sku: quantity for sku, quantity in last.items() if quantity}


@few
@given(carts, carts)
def test_max_loses_nothing_and_doubles_nothing_sum_keeps_every_piece(one: Lines, other: Lines) -> None:
    mine, theirs = told(one), told(other)
    greater = {sku: max(mine.get(sku, 0), theirs.get(sku, 0)) for sku in mine | theirs}
    assert told(rules.merged(one, other, "max", 100)) == greater
    assert Counter(told(rules.merged(one, other, "sum", 100))) == Counter(mine) + Counter(theirs)
    assert rules.merged(one, one, "max", 100) == one


@few
@given(carts, carts, st.sampled_from(["max", "sum"]))
def test_parting_takes_back_what_the_merge_added_and_no_more(one: Lines, other: Lines, policy: Policy) -> None:
    both = rules.merged(one, other, policy, 100)
    assert told(rules.given_back(both, rules.added(one, both))) == told(one)


@few
@given(carts, carts, st.sampled_from(SKUS), st.integers(0, 30))
def test_what_people_changed_in_between_stays_theirs(one: Lines, other: Lines, sku: str, quantity: int) -> None:
    both = rules.merged(one, other, "max", 100)
    brought = rules.added(one, both)
    edited = rules.set_line(both, sku, SKUS.index(sku), quantity)
    left = told(rules.given_back(edited, brought))
    assert left.get(sku, 0) == max(0, quantity - brought.get(sku, 0))
    assert all(count > 0 for count in left.values())


def test_no_more_than_the_most_comes_of_a_sum() -> None:
    assert told(rules.merged(cart({"SOCK-1": 60}), cart({"SOCK-1": 60}), "sum", 100)) == {"SOCK-1": 100}


@few
@given(st.lists(st.integers(1, 500), min_size=1, max_size=5), st.integers(0, 4), st.integers(1, 500))
def test_tenders_are_the_total_whichever_pays_the_rest(amounts: list[int], place: int, rest: int) -> None:
    place = min(place, len(amounts) - 1)
    tenders = [Tender("card", amount) for amount in amounts]
    total = sum(amounts)
    assert rules.amounts(tenders, total) == amounts
    tenders[place] = Tender("cod")
    assert rules.amounts(tenders, total) == amounts
    assert sum(rules.amounts(tenders, total + rest)) == total + rest


@pytest.mark.parametrize(
    ("tenders", "total"),
    [
        ([], 100),
        ([Tender("card", 99)], 100),
        ([Tender("card", 101)], 100),
        ([Tender("card", 101), Tender("cod")], 100),
        ([Tender("card"), Tender("cod")], 100),
        ([Tender("card", 0)], 0),
        ([Tender("card", -5), Tender("cod", 105)], 100),
    ],
)
def test_tenders_that_do_not_make_the_total_are_refused(tenders: list[Tender], total: int) -> None:
    with pytest.raises(NotPayable):
        rules.amounts(tenders, total)


def test_drift_tells_prices_and_stock_to_whoever_saw_something_else() -> None:
    seen = {"version": 3, "total": 900, "lines": {"DAWN-42": [500, 500, 1, "enough"], "SOCK-1": [200, 400, 2, "few"]}}
    now = {"version": 4, "total": 1100, "lines": {"DAWN-42": [700, 700, 1, "none"], "SOCK-2": [400, 400, 1, "few"]}}
    assert set(rules.drift(seen, now)) == {
        Difference("unit", "DAWN-42", 500, 700),
        Difference("stock", "DAWN-42", "enough", "none"),
        Difference("line", "SOCK-1", 2, 0),
        Difference("line", "SOCK-2", 0, 1),
        Difference("total", "", 900, 1100),
    }
    assert rules.drift(seen, seen) == ()
    assert rules.drift(None, now) == ()


def test_ones_own_change_is_no_news_but_a_price_is() -> None:
    seen = {"version": 1, "total": 500, "lines": {"DAWN-42": [500, 500, 1, "enough"]}}
    own = {"version": 2, "total": 1400, "lines": {"DAWN-42": [700, 1400, 2, "enough"]}}
    assert rules.drift(seen, own, own=True) == (Difference("unit", "DAWN-42", 500, 700),)


def test_a_device_is_remembered_among_the_last_four() -> None:
    shown: dict[str, object] = {}
    for number in range(6):
        shown = rules.remembered(shown, f"phone-{number}", {"total": number})
    assert list(shown) == ["phone-2", "phone-3", "phone-4", "phone-5"]
    again = rules.remembered(shown, "phone-2", {"total": 9})
    assert list(again) == ["phone-3", "phone-4", "phone-5", "phone-2"]


@pytest.mark.parametrize(
    ("states", "stand"),
    [
        (["captured", "authorised"], "paid"),
        (["captured", "pending"], "waiting"),
        (["pending", "failed"], "failed"),
        (["asked", "cancelled"], "failed"),
        (["captured", "asked"], "none"),
        (["none"], "none"),
        ([], "paid"),
    ],
)
def test_how_a_purchase_stands_by_its_payments(states: list[str], stand: str) -> None:
    assert rules.money_done(states) == stand
