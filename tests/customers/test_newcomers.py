"""Somebody nobody knew is written by a shorter way (`newcomer`), and it comes out as by the long one (`resolve`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edino.channels import api as channels
from edino.customers import api
from edino.customers.api import governing, policies
from edino.customers.api.newcomers import newcomer
from edino.customers.queries import people
from edino.customers.types import FIRST_POLICY, Identified, Identifier, Kind, Sighting
from edino.kernel import sql
from edino.kernel.transactions import retried
from edino.staff.types import Actor
from tests.customers import city
from tests.customers.test_concurrency import CONNECTIONS, at_once

IGOR, VERA = Actor("Igor"), Actor("Vera")
KINDS = sorted([*FIRST_POLICY.kinds, "locker"])
WRITTEN = (
    """SELECT one.kind, one.value, one.login, one.shared, root.kind, root.value
         FROM customers_identifier AS one JOIN customers_identifier AS root ON root.id = one.customer_id
        ORDER BY one.id""",
    """SELECT root.kind, root.value, size, kinds, customer.login, separated, epoch
         FROM customers_customer AS customer JOIN customers_identifier AS root USING (id) ORDER BY id""",
    """SELECT key, source_id, months, first_at,
              (SELECT (kind, value)::text FROM customers_identifier WHERE id = anchor_id),
              ARRAY(SELECT (kind, value)::text FROM unnest(identifier_ids) WITH ORDINALITY AS own (id, place)
                      JOIN customers_identifier USING (id) ORDER BY place) FROM customers_profile ORDER BY id""",
    """SELECT a.kind, a.value, b.kind, b.value, source_id, strength, verified, month, first_at, last_at, event
         FROM customers_claim JOIN customers_identifier AS a ON a.id = a_id
         JOIN customers_identifier AS b ON b.id = b_id ORDER BY a_id, b_id""",
    "SELECT since::text, until::text FROM customers_tenure ORDER BY 1, 2",
    "SELECT type, body FROM kernel_log ORDER BY id",
)
"""All of identity; identifiers by what they are, since the two ways take other numbers of a block."""


@pytest.fixture(autouse=True)
def _rules_of_the_test_only() -> Iterator[None]:
    policies.forget_policy()
    yield
    policies.forget_policy()


@contextmanager
def taken_back() -> Iterator[None]:
    """What happens within has not happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def written() -> list[list[tuple[Any, ...]]]:
    return [sql.tuples(each) for each in WRITTEN]


def rules(random: Random) -> list[Kind]:
    """Rules of a retailer who changed some of ours."""
    return [
        replace(
            kind,
            limit=random.choice([kind.limit, kind.limit, 1, 2]),
            partners=random.choice([kind.partners, kind.partners, 1, 2]),
            access=random.choice([kind.access, kind.access, not kind.access]),
        )
        for kind in FIRST_POLICY.kinds.values()
    ]


@st.composite
def strangers(draw: st.DrawFn) -> Sighting:
    """Somebody with up to five identifiers, perhaps several of one kind, some of them confirmed."""
    values = st.sampled_from(["a", "b", "c"])
    items = draw(st.lists(st.builds(Identifier, st.sampled_from(KINDS), values), min_size=1, max_size=5, unique=True))
    return Sighting(
        source_id=draw(st.integers(1, 3)),
        trust=draw(st.integers(0, 100)),
        identifiers=tuple(items),
        confirmed=frozenset(draw(st.sets(st.sampled_from(KINDS), max_size=4))),
        at=city.START + draw(st.timedeltas(timedelta(0), timedelta(days=70))),
        event=UUID(int=draw(st.integers(1, 2**64))),
        act=draw(st.integers(0, 4)) == 0,
    )


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(strangers(), st.sampled_from([2, 100]), st.none() | st.randoms(use_true_random=False))
def test_the_short_way_writes_what_the_long_way_writes(stranger: Sighting, bound: int, random: Random | None) -> None:
    with taken_back():
        if random is not None:
            draft = governing.save_policy(kinds=rules(random), bound=bound, by=VERA)
            governing.activate(version=draft.version, by=VERA)
        before = written()
        with taken_back():
            [profile] = api.resolve([stranger])
            long, home = written(), people.home_of(profile)
            assert long != before
        found = newcomer(stranger)
        if found is None:
            assert written() == before, "who leaves it to the long way does nothing"
        else:
            assert written() == long
            assert found == (sql.scalar("SELECT id FROM customers_profile"), people.home_of(found[0]))
            assert home.uid != found[1].uid
    policies.forget_policy()


@pytest.mark.django_db
def test_guests_go_the_short_way_and_whoever_needs_a_decision_does_not() -> None:
    def sighting(*items: tuple[str, str], confirmed: str = "") -> Sighting:
        return city.seen(*items, confirmed=confirmed)

    phone, mail, card = ("phone", "+79161234567"), ("email", "lena@mail.ru"), ("loyalty_card", "4276001")
    for guest in (
        sighting(phone),
        sighting(phone, mail),
        sighting(phone, mail, card),
        sighting(phone, mail, ("device", "d1"), confirmed="phone"),
    ):
        with taken_back():
            assert newcomer(guest) is not None, guest
    for doubtful in (
        sighting(card, ("loyalty_card", "4276002")),  # two of what one has one of
        sighting(phone, mail, confirmed="phone email"),  # two log-ins
    ):
        with taken_back():
            assert newcomer(doubtful) is None, doubtful


@pytest.mark.django_db(transaction=True)
def test_one_phone_at_the_same_instant_is_one_customer() -> None:
    """Lena orders from eight windows at once, before anybody has heard of her; she does so five times over."""
    site = channels.create_source(name="Site", channel="site", by=IGOR, rate_limit=0)
    for number in range(5):
        lena = ("phone", f"+7916123456{number}")
        given = [[lena], [lena, ("email", f"lena{number}@mail.ru")], [("loyalty_card", f"427600{number}"), lena]]
        answers: list[Identified] = []

        def buy(items: list[tuple[str, str]], answers: list[Identified] = answers) -> None:
            answers.append(retried(lambda: api.identify(source=site, identifiers=items)))

        at_once([partial(buy, given[place % 3]) for place in range(CONNECTIONS)])
        assert len(answers) == CONNECTIONS
        assert len({answer.uid for answer in answers}) == 1
        assert [answer.created for answer in answers].count(True) == 1
        assert len({answer.profile_id for answer in answers}) == 3
    assert sorted(len(group) for group in city.stored()) == [3] * 5
    assert sql.scalar("SELECT count(*) FROM customers_customer WHERE size > 0") == 5
    assert sql.scalar("SELECT count(*) FROM customers_profile") == 15
    assert city.contradictions(FIRST_POLICY) == []
