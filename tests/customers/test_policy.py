"""Vera changes the rules of identity: she sees what it would do, switches it on, and it does exactly that."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edino.customers import api
from edino.customers.api import governing, policies, recomputing
from edino.customers.errors import NoSuchPolicy, PolicyInForce
from edino.customers.types import FIRST_POLICY, Identifier, Kind, Sighting
from edino.customers.types.governing import Move
from edino.kernel import sql
from edino.kernel.errors import Invalid
from edino.staff.types import Actor
from tests.customers import city
from tests.customers.city import customer, people, seen, told
from tests.customers.oracle import partition

pytestmark = pytest.mark.django_db(transaction=True)

VERA = Actor("Vera")
PHONE, CARD, HER_CARD = ("phone", "+79161234567"), ("loyalty_card", "4276001"), ("loyalty_card", "4276002")


@pytest.fixture(autouse=True)
def _rules_of_the_test_only() -> Iterator[None]:
    policies.forget_policy()
    yield
    policies.forget_policy()


def kinds(**changes: dict[str, Any]) -> list[Kind]:
    return [replace(kind, **changes.get(code, {})) for code, kind in FIRST_POLICY.kinds.items()]


def test_what_is_predicted_is_what_happens() -> None:
    told(seen(CARD, PHONE), seen(HER_CARD, PHONE, day=2), seen(CARD, ("email", "masha@mail.ru"), day=3))
    assert people(CARD, HER_CARD) == 2
    draft = governing.save_policy(kinds=kinds(loyalty_card={"limit": 2}), bound=100, by=VERA)

    predicted = governing.preview(version=draft.version)

    assert (predicted.joined, predicted.split, predicted.moved) == (2, 0, 1)
    (example,) = predicted.examples
    assert example.what == "join"
    assert set(example.customers) == {customer(*CARD), customer(*HER_CARD)}
    assert PHONE[1] not in str(predicted)
    assert people(CARD, HER_CARD) == 2, "a preview changes nothing"
    assert governing.policy_versions()[0].in_force is False

    governing.activate(version=draft.version, by=VERA)
    done = governing.recompute(at_once=True)

    assert people(CARD, HER_CARD) == 1
    assert (done.joined, done.split, done.moved) == (predicted.joined, predicted.split, predicted.moved)
    assert governing.policy_versions()[0].in_force is True
    assert api.current_policy().version == draft.version
    again = governing.recompute(at_once=True)
    assert (again.joined, again.split, again.moved) == (0, 0, 0)
    assert city.contradictions(api.current_policy()) == []


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(city.sightings(), st.randoms(use_true_random=False))
def test_any_change_of_any_rules_comes_out_as_predicted_and_as_the_oracle(told: list[Sighting], random: Random) -> None:
    city.emptied()
    city.taken_in(told, [3, 7])
    draft = governing.save_policy(kinds=anything(random), bound=random.choice([2, 4, 100]), by=VERA)
    before = city.stored()
    predicted = governing.preview(version=draft.version)
    assert city.stored() == before
    governing.activate(version=draft.version, by=VERA)
    done = governing.recompute(at_once=True)
    after = city.stored()
    assert after == partition(told, draft)
    assert city.contradictions(draft) == []
    counted = [getattr(report, name) for report in (predicted, done) for name in ("joined", "split", "moved", "shared")]
    assert counted[:4] == counted[4:]
    assert predicted.split == sum(1 for old in before if sum(1 for new in after if old & new) > 1)
    assert predicted.joined == sum(1 for old in before if any(old & new and new - old for new in after))


def anything(random: Random) -> list[Kind]:
    return [
        replace(
            kind,
            weight=random.choice([kind.weight, random.randint(1, 99)]),
            limit=random.choice([kind.limit, 1, 2]),
            partners=random.choice([kind.partners, 1, 2]),
        )
        for kind in FIRST_POLICY.kinds.values()
    ]


def test_a_blocked_value_leaves_its_customer_and_comes_back_when_unblocked() -> None:
    told(seen(CARD, PHONE), seen(PHONE, ("email", "masha@mail.ru"), day=1))
    before = city.dump()
    governing.block(kind="phone", pattern=r"\+7916123456\d", reason="the shop's own phone", by=VERA)
    assert api.usable("phone", PHONE[1]) is None
    assert governing.recompute(at_once=True).shared == 1
    assert people(CARD, PHONE, ("email", "masha@mail.ru")) == 3
    profiles = sql.tuples("SELECT anchor_id FROM customers_profile ORDER BY id")
    email = sql.scalar("SELECT id FROM customers_identifier WHERE kind = 'email'")
    assert profiles[1] == (email,), "facts follow what is left to know somebody by"

    (blocked,) = governing.blocked_values()
    governing.unblock(id=blocked.id, by=VERA)
    assert governing.recompute(at_once=True).freed == 1
    assert city.dump() == before
    assert api.usable("phone", PHONE[1]) == Identifier(*PHONE)


def test_others_say_what_a_change_would_move() -> None:
    told(seen(CARD, PHONE), seen(HER_CARD, PHONE, day=2))
    heard: list[Move] = []

    def points(moves: Any) -> int:
        heard.extend(moves)
        return 100 * len(moves)

    recomputing.policy_impacts.register("points", points)
    try:
        draft = governing.save_policy(kinds=kinds(loyalty_card={"limit": 2}), bound=100, by=VERA)
        assert governing.preview(version=draft.version).impacts == {"points": 100}
        assert len(heard) == 1
    finally:
        recomputing.policy_impacts._offers.pop("points")


def test_only_a_newer_version_comes_in_force_and_wrong_rules_are_named() -> None:
    old = governing.save_policy(kinds=kinds(), bound=50, by=VERA)
    new = governing.save_policy(kinds=kinds(), bound=60, by=VERA)
    governing.activate(version=new.version, by=VERA)
    for version in (new.version, old.version):
        with pytest.raises(PolicyInForce):
            governing.activate(version=version, by=VERA)
    with pytest.raises(NoSuchPolicy):
        governing.preview(version=99)
    with pytest.raises(Invalid) as refused:
        governing.save_policy(kinds=kinds(phone={"weight": 100})[1:], bound=1, by=VERA)
    assert {error.field for error in refused.value.fields} == {"bound", "kinds", "kinds[2].weight"}
    for pattern in (".*", "(", ""):
        with pytest.raises(Invalid):
            governing.block(kind="phone", pattern=pattern, reason="", by=VERA)
    assert governing.blocked_values() == []
    trail = sql.tuples("SELECT operation, detail ->> 'did' FROM staff_audit ORDER BY id")
    assert trail == [("customers.policy", "saved"), ("customers.policy", "saved"), ("customers.policy", "activated")]
    queued = sql.scalar("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'customers.apply_rules'")
    assert queued == 1
