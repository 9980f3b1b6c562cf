"""Where a purchase comes from: the rules' choice, with reasons, the same as by the plain book."""

from collections.abc import Mapping

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from edino.inventory import api
from edino.inventory.api.places import save_sourcing_rules
from edino.inventory.errors import NoSuchLocation
from edino.inventory.queries import places as stored
from edino.inventory.rules.sourcing import Ask, kilometres, source
from edino.inventory.types import RULE_KINDS, Demand, Location, SourcingRule
from edino.kernel import clock, holds
from edino.kernel.holds import Owner, Want
from edino.kernel.ids import uuid7
from tests.inventory import oracle
from tests.inventory.shop import VERA, bring, goods, place

CITIES = ["Москва", "Казань", "Омск"]
YES = st.sampled_from([True])
places_ = st.builds(
    Location,
    id=st.just(0),
    code=st.just(""),
    name=st.just(""),
    kind=st.sampled_from(["store", "warehouse", "transit"]),
    city=st.sampled_from(CITIES),
    address=st.just(""),
    time_zone=st.just("UTC"),
    opening_hours=st.just({}),
    sells=YES,
    ships=st.booleans(),
    pickup=YES,
    active=st.sampled_from([True, True, True, False]),
    position=st.sampled_from([10, 20]),
    safety=st.just(0),
    latitude=st.sampled_from([None, 55.75, 55.8, 54.9]),
    longitude=st.sampled_from([37.6, 49.1, 73.4]),
)
rules_ = st.lists(
    st.builds(
        SourcingRule,
        kind=st.sampled_from(RULE_KINDS),
        position=st.just(0),
        method=st.sampled_from(["", "", "delivery", "pickup"]),
        locations=st.frozensets(st.sampled_from("ABC"), max_size=1),
    ),
    max_size=6,
)


@given(
    st.lists(places_, min_size=1, max_size=6),
    st.dictionaries(st.integers(1, 3), st.integers(1, 5), min_size=1, max_size=3),
    st.lists(st.integers(0, 4), min_size=18, max_size=18),
    rules_,
    st.sampled_from(["delivery", "pickup", "carry"]),
    st.sampled_from(["", *CITIES]),
    st.lists(st.sampled_from("ABCDEF"), max_size=1),
    st.lists(st.sampled_from("ABCDEF"), max_size=2, unique=True),
)
@settings(max_examples=60, deadline=None)
def test_the_plan_and_the_plain_oracle_agree(
    made: list[Location],
    demand: Mapping[int, int],
    lying: list[int],
    rules: list[SourcingRule],
    method: str,
    city: str,
    exclude: list[str],
    prefer: list[str],
) -> None:
    from dataclasses import replace  # only to number what was made

    everywhere = [replace(one, id=n, code="ABCDEF"[n], name="ABCDEF"[n]) for n, one in enumerate(made)]
    stock = {(n, variant): lying[n * 3 + variant - 1] for n in range(len(made)) for variant in (1, 2, 3)}
    ask = Ask(demand, method, "A" if method != "delivery" else "", city, exclude, prefer)
    got = source(ask, everywhere, stock, rules)
    chosen, short = oracle.plan(ask, everywhere, stock, rules)
    assert [(one.place.code, one.way, dict(one.lines)) for one in got.taken] == chosen
    assert dict(got.short) == short
    given_ = {v: sum(one.lines.get(v, 0) for one in got.taken) for v in demand}
    assert {v: given_[v] + short.get(v, 0) for v in demand} == dict(demand)
    assert all(one.lines[v] <= stock[one.place.id, v] for one in got.taken for v in one.lines)


def test_kilometres_between_moscow_and_kazan() -> None:
    assert kilometres((55.7558, 37.6173), (55.7961, 49.1064)) == 718
    assert kilometres((55.0, 37.0), (55.0, 37.0)) == 0


@pytest.fixture
def ids(db: None) -> dict[str, int]:
    """Two sizes; a warehouse in Podolsk, stores in Moscow and Kazan."""
    found = goods(["42", "43"])
    place("podolsk", "warehouse", city="Подольск", latitude=55.43, longitude=37.54, position=10)
    place("arbat", city="Москва", latitude=55.75, longitude=37.59, position=20)
    place("tverskaya", city="Москва", latitude=55.77, longitude=37.6, position=30)
    place("kazan", city="Казань", latitude=55.79, longitude=49.1, position=40)
    return found


def reasons(plan: object) -> list[tuple[str, str]]:
    return [(one.location, one.rule) for one in plan.why]  # type: ignore[attr-defined]  # a Plan


@pytest.mark.django_db
def test_the_shelf_where_it_is_picked_up_goes_first_and_the_rest_is_sent_there(ids: dict[str, int]) -> None:
    bring("42", "arbat", 1)
    bring("42", "podolsk", 5)
    bring("43", "podolsk", 5)
    bring("43", "kazan", 5)
    plan = api.plan(
        demand=[Demand(ids["42"], 1), Demand(ids["43"], 1)], method="pickup", pickup="arbat", channel="site"
    )
    ways = [(one.variant_id, one.fulfilled_from, one.quantity) for one in plan.allocations]
    assert ways == [(ids["42"], "carry", 1), (ids["43"], "transfer", 1)]
    assert reasons(plan) == [("arbat", "own_stock"), ("podolsk", "nearest"), ("", "split")]
    assert [group.lines for group in plan.groups] == [((ids["42"], 1),), ((ids["43"], 1),)]
    with pytest.raises(NoSuchLocation):
        api.plan(demand=[Demand(ids["42"], 1)], method="pickup", pickup="nowhere")


@pytest.mark.django_db
def test_one_parcel_rather_than_two_and_a_reason_in_the_readers_language(ids: dict[str, int]) -> None:
    bring("42", "arbat", 5)
    bring("43", "tverskaya", 5)
    bring("42", "kazan", 1)
    bring("43", "kazan", 1)
    demand = [Demand(ids["42"], 1), Demand(ids["43"], 1)]
    plan = api.plan(demand=demand, method="delivery", city="Москва")
    assert reasons(plan) == [("kazan", "fewest_parcels")]
    with translation.override("ru"):
        [why] = api.plan(demand=demand, method="delivery", city="Москва").why
    assert why.text == "kazan: так меньше всего посылок."
    split = api.plan(demand=demand, method="delivery", city="Москва", exclude=["kazan"])
    assert reasons(split) == [("kazan", "exclude"), ("arbat", "location_order"), ("tverskaya", "only"), ("", "split")]
    wished = api.plan(demand=demand, method="delivery", prefer=["tverskaya"])
    assert reasons(wished)[0] == ("tverskaya", "prefer")


@pytest.mark.django_db
def test_what_is_kept_back_is_not_planned_unless_the_rule_is_switched_off(ids: dict[str, int]) -> None:
    place("arbat", safety=2)
    bring("42", "arbat", 3)
    plan = api.plan(demand=[Demand(ids["42"], 3)], method="delivery")
    assert plan.short == ((ids["42"], 2),)
    rules = [rule for rule in stored.sourcing_rules() if rule.kind != "keep_safety"]
    save_sourcing_rules(rules=rules, by=VERA)
    assert api.plan(demand=[Demand(ids["42"], 3)], method="delivery").short == ()
    save_sourcing_rules(rules=[SourcingRule("exclude", 1, locations=frozenset({"arbat"}))], by=VERA)
    assert api.plan(demand=[Demand(ids["42"], 1)], method="delivery").short == ((ids["42"], 1),)


@pytest.mark.django_db
def test_what_the_cart_itself_holds_is_free_for_its_own_plan(ids: dict[str, int]) -> None:
    bring("42", "arbat", 1)
    kolya = Owner("cart", uuid7())
    [atp] = api.availability(variant_ids=[ids["42"]])[ids["42"]]
    from datetime import timedelta  # beside its only use

    holds.hold(kolya, [Want(atp.capacity_id, 1)], until=clock.now() + timedelta(minutes=5))
    demand = [Demand(ids["42"], 1)]
    assert api.plan(demand=demand, method="delivery").short == ((ids["42"], 1),)
    assert api.plan(demand=demand, method="delivery", owner=kolya).short == ()
