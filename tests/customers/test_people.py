"""Masha is known by what her sources said of her; the newest word counts, whatever the order it came in."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edino.channels import api as channels
from edino.channels.types import Source
from edino.customers import api
from edino.customers.rules import words
from edino.customers.types import Identifier, Sighting
from edino.kernel import ids, sql
from edino.staff.types import Actor

pytestmark = pytest.mark.django_db
IGOR = Actor("Igor")
MAY = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def till() -> Source:
    return channels.create_source(name="Till", channel="store", by=IGOR)


@pytest.fixture
def site() -> Source:
    return channels.create_source(name="Site", channel="site", by=IGOR)


def seen(source: Source, *items: tuple[str, str], at: datetime = MAY) -> int:
    identifiers = tuple(Identifier(*item) for item in items)
    confirmed = frozenset(kind for kind, _ in items if kind in source.confirms)
    return api.resolve([Sighting(source.id, source.trust, identifiers, confirmed, at, ids.uuid7())])[0]


def traits(profile: int) -> dict[str, Any]:
    return dict(sql.tuples("SELECT field, value FROM customers_trait WHERE profile_id = %s", [profile]))


def kept_words(profile: int) -> set[str]:
    return {word for (word,) in sql.tuples("SELECT word FROM customers_word WHERE profile_id = %s", [profile])}


def test_the_form_of_masha_is_learned_with_words_to_find_her_by(till: Source) -> None:
    masha = seen(till, ("loyalty_card", "7700001"), ("phone", "+79161234567"))
    form = {"firstName": "Мария", "last_name": "Щукина", "address": {"city": "Тверь"}, "birthday": "1990-03-08"}
    api.learn(source=till, traits=[(masha, MAY, ids.uuid7(), form)])
    assert traits(masha) == {
        "first_name": "Мария",
        "last_name": "Щукина",
        "address": {"city": "Тверь"},
        "city": "Тверь",
        "birthday": "1990-03-08",
    }
    assert kept_words(masha) == {"maria", "shukina", "tver"}


def test_a_new_name_takes_the_words_of_the_old_one_away(till: Source) -> None:
    masha = seen(till, ("phone", "+79161234567"))
    api.learn(source=till, traits=[(masha, MAY, ids.uuid7(), {"last_name": "Щукина"})])
    api.learn(source=till, traits=[(masha, MAY + timedelta(days=1), ids.uuid7(), {"last_name": "Иванова"})])
    assert kept_words(masha) == {"ivanova"}
    api.learn(source=till, traits=[(masha, MAY + timedelta(days=2), ids.uuid7(), {"last_name": None})])
    assert kept_words(masha) == set()
    assert traits(masha) == {"last_name": None}


def test_what_no_database_can_hold_spoils_nothing(till: Source) -> None:
    masha = seen(till, ("phone", "+79161234567"))
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    odd = {"a": "\x00", "b": "x" * 5000, "c": "\ud800", "d": deep, "": 1, "n" * 101: 1, "e\nf": 1, "good": 1}
    api.learn(source=till, traits=[(masha, MAY, ids.uuid7(), odd)])
    assert traits(masha) == {"good": 1}


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from(["А", "Б"])), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_the_order_of_arrival_does_not_matter(said: list[tuple[int, int, str]], random: Any) -> None:
    source = Source(1, "Till", "store", "", 80, frozenset(), frozenset(), 0, None)
    told = [
        (7, MAY + timedelta(hours=hour), UUID(int=number * 10 + event), {"name": name})
        for number, (hour, event, name) in enumerate(said)
    ]
    results = []
    for _ in range(2):
        sql.execute("DELETE FROM customers_trait")
        sql.execute("DELETE FROM customers_word")
        random.shuffle(told)
        for one in told:
            api.learn(source=source, traits=[one])
        results.append((traits(7), kept_words(7)))
    sql.execute("DELETE FROM customers_trait")
    sql.execute("DELETE FROM customers_word")
    api.learn(source=source, traits=told)
    newest = max(told, key=lambda one: (one[1], one[2]))[3]
    assert [*results, (traits(7), kept_words(7))] == [(newest, {words.fold(newest["name"])})] * 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Анна", "anna"),
        ("Алексей", "ALEXEY"),
        ("Юлия", "Yuliya"),
        ("Щербаков", "Sherbakov"),
        ("Ёлкин", "Елкин"),
        ("Виктор", "Wiktor"),
        ("Хабаровск", "Khabarovsk"),
        ("Царёв", "Tsarev"),
        ("José", "Jose"),
    ],
)
def test_spellings_of_one_name_meet(one: str, other: str) -> None:
    assert words.fold(one) == words.fold(other)
