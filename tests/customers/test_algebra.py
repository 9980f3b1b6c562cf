"""Identity's laws, disputed by Hypothesis: order, batches, joins and splits, all against one plain oracle."""

import os
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edino.customers.api import verdicts
from edino.customers.errors import AlreadyOne, NothingToJoin, Separated
from edino.customers.types import FIRST_POLICY, Sighting
from edino.kernel import sql
from edino.staff.types import Actor
from tests.customers import city
from tests.customers.oracle import partition

pytestmark = pytest.mark.django_db(transaction=True)

EXAMPLES = int(os.environ.get("EDINO_EXAMPLES", "60"))
OLEG = Actor("Oleg")
law = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
orders = st.randoms(use_true_random=False)
cuts = st.lists(st.integers(0, 14), max_size=6)


@law
@given(city.sightings(), orders, cuts)
def test_any_order_in_any_batches_leaves_the_tables_as_one_replay_would(
    told: list[Sighting], random: Random, parts: list[int]
) -> None:
    city.emptied()
    shuffled = list(told)
    random.shuffle(shuffled)
    city.taken_in(shuffled, parts)
    assert city.stored() == partition(told, FIRST_POLICY)
    assert city.contradictions(FIRST_POLICY) == []


@law
@given(city.sightings(10), orders)
def test_joins_and_splits_equal_one_replay_of_those_that_stand(told: list[Sighting], random: Random) -> None:
    city.emptied()
    decisions: list[tuple[str, int]] = []
    for sighting in told:
        city.told(sighting)
        if random.random() < 0.6:
            decide(random, decisions)
    assert city.stored() == partition(told, FIRST_POLICY, city.separations(), city.verdicts())
    assert city.contradictions(FIRST_POLICY) == []


@law
@given(city.sightings(10), orders)
def test_a_verdict_taken_back_restores_every_projection_byte_for_byte(told: list[Sighting], random: Random) -> None:
    city.emptied()
    city.taken_in(told, [len(told) // 2])
    decisions: list[tuple[str, int]] = []
    decide(random, decisions)
    before = city.dump()
    later: list[tuple[str, int]] = []
    for _ in range(random.randint(1, 4)):
        decide(random, later)
    random.shuffle(later)
    for what, decision in later:
        undo(what, decision)
    assert city.dump() == before


def decide(random: Random, decisions: list[tuple[str, int]]) -> None:
    """Some operator joins, splits or changes his mind."""
    people = [uid for (uid,) in sql.tuples("SELECT uid FROM customers_customer WHERE size > 0 ORDER BY id")]
    what = random.choice(["join", "split", "undo"])
    if what == "undo" and decisions:
        undo(*decisions.pop(random.randrange(len(decisions))))
    if what == "join" and len(people) > 1:
        try:
            made = verdicts.join(customers=random.sample(people, 2), reason="the same voice", by=OLEG)
        except (Separated, NothingToJoin, AlreadyOne):
            return
        assert len({city.now(uid) for uid in people}) < len(people)
        decisions.append(("join", made.decision))
    if what == "split":
        uid = random.choice(people)
        members = city.members(uid)
        if len(members) > 1:
            apart = random.sample(members, random.randint(1, len(members) - 1))
            made = verdicts.split(customer=uid, identifiers=apart, reason="two voices", by=OLEG)
            assert len(made.customers) > 1
            decisions.append(("split", made.decision))


def undo(what: str, decision: int) -> None:
    take_back = verdicts.unjoin if what == "join" else verdicts.unsplit
    take_back(decision=decision, reason="it was a mistake", by=OLEG)


def test_a_late_event_between_two_log_ins_of_one_customer_changes_who_the_third_is() -> None:
    """The order inside a customer with several log-ins matters to others, so such customers never go the fast way."""
    card, phone, mail, crm, telegram = (
        ("loyalty_card", "1"),
        ("phone", "+79160000001"),
        ("email", "a@mail.ru"),
        ("crm", "7"),
        ("telegram", "t"),
    )
    first = [
        city.seen(card, phone, act=True, confirmed="loyalty_card phone", number=1),
        city.seen(telegram, ("loyalty_card", "2"), act=True, confirmed="loyalty_card", number=2),
        city.seen(crm, phone, day=1, trust=0),
        city.seen(crm, mail, day=2, source=2, trust=100, confirmed="email"),
        city.seen(crm, telegram, day=3, trust=0),
        city.seen(phone, mail, day=4, confirmed="phone email"),
    ]
    city.told(*first)
    assert city.people(card, phone, mail, crm) == 1
    late = city.seen(crm, mail, day=0.5, source=2, trust=100, confirmed="email")
    city.told(late)
    assert city.stored() == partition([*first, late], FIRST_POLICY)
    assert city.people(card, crm) == 2
    assert city.people(crm, mail, telegram) == 1
