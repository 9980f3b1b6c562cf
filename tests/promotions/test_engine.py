"""The engine against the oracle, and what must hold whatever the rules are: exact sums, no line below its floor."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from edino.promotions.rules import Book, Limits, Outcome, evaluate
from edino.promotions.rules.documents import from_document, to_document
from edino.promotions.types import Basket, Rule
from tests.promotions import oracle, shelves

FEW = settings(max_examples=60, deadline=None)


def priced(rules: list[Rule], basket: Basket, codes: set[int], left: oracle.Left) -> Outcome:
    limits = Limits(left.uses, left.customer, left.budget, left.first_order)
    return evaluate(Book(rules), basket, dict.fromkeys(codes, "CODE"), limits)


def plain(outcome: Outcome) -> oracle.Answer:
    keys = [line.key for line in outcome.lines]
    answer = oracle.Answer(dict(zip(keys, outcome.net, strict=True)), outcome.delivery_net)
    for one in outcome.verdicts:
        answer.why[one.rule.id] = one.code
        for place, amount in one.shares if one.code == "applied" else ():
            answer.shares[one.rule.id, keys[place] if place >= 0 else ""] = amount
    return answer


LEFT = st.builds(
    oracle.Left,
    uses=shelves.left,
    customer=shelves.left,
    budget=shelves.budgets,
    first_order=st.sampled_from([None, True, False]),
)
CODES = st.sets(st.integers(1, 8))


@FEW
@given(shelves.books(), shelves.baskets, CODES, LEFT)
def test_engine_and_oracle_agree_on_every_amount_and_every_reason(
    rules: list[Rule], basket: Basket, codes: set[int], left: oracle.Left
) -> None:
    assert plain(priced(rules, basket, codes, left)) == oracle.price(rules, basket, codes, left)


@FEW
@given(shelves.books(), shelves.baskets, CODES)
def test_shares_sum_exactly_and_nothing_falls_below_its_floor(
    rules: list[Rule], basket: Basket, codes: set[int]
) -> None:
    outcome = priced(rules, basket, codes, oracle.Left(first_order=True))
    taken = dict.fromkeys(range(-1, len(outcome.lines)), 0)
    for one in outcome.verdicts:
        if one.code != "applied":
            continue
        assert sum(amount for _, amount in one.shares) == one.amount
        assert all(amount > 0 for _, amount in one.shares)
        cap = one.rule.rule.definition.action.cap
        assert cap is None or one.amount <= cap
        for place, amount in one.shares:
            taken[place] += amount
    for place, line in enumerate(outcome.lines):
        gross = line.unit * line.quantity
        assert outcome.net[place] == gross - taken[place]
        assert outcome.net[place] >= min(gross, line.minimum * line.quantity) >= 0
    assert 0 <= outcome.delivery_net == basket.delivery - taken[-1]


@FEW
@given(shelves.books(), shelves.baskets, CODES, LEFT, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_rules_does_not_matter(
    rules: list[Rule], basket: Basket, codes: set[int], left: oracle.Left, random: Random
) -> None:
    shuffled = Basket(
        **{name: getattr(basket, name) for name in Basket.__slots__}
        | {"lines": tuple(random.sample(basket.lines, len(basket.lines)))}
    )
    other = priced(random.sample(rules, len(rules)), shuffled, codes, left)
    assert plain(other) == plain(priced(rules, basket, codes, left))
    first = priced(rules, basket, codes, left)
    assert [one.rule.id for one in other.verdicts] == [one.rule.id for one in first.verdicts]


@FEW
@given(shelves.books())
def test_a_definition_survives_being_kept_as_a_document(rules: list[Rule]) -> None:
    for rule in rules:
        document = to_document(rule.definition)
        assert from_document(document) == rule.definition
        assert to_document(from_document(document)) == document
