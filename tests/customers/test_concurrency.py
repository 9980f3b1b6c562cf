"""Eight tills, sites and apps at once: whatever they see of the same people comes out as from one, late or in order."""

import threading
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from django.db import connection

from edino.customers import api
from edino.customers.api import governing, policies
from edino.customers.errors import AlreadyOne, AlreadyUndone, NotApart, NothingToJoin, Separated
from edino.customers.types import FIRST_POLICY, Sighting
from edino.kernel import sql
from edino.kernel.transactions import retried
from edino.staff.types import Actor
from tests.customers import city
from tests.customers.oracle import partition

pytestmark = pytest.mark.django_db(transaction=True)

CONNECTIONS = 8
OLEG = Actor("Oleg")


def town(random: Random, count: int = 600) -> list[Sighting]:
    """Shoppers with phones of families, tablets of tills, recycled numbers and a poisoned value, in no order."""
    found = []
    for number in range(count):
        person = random.randrange(60)
        family = person // 3
        own = [
            ("user_id", f"u{person}"),
            ("loyalty_card", f"c{person}"),
            ("email", f"m{person}@mail.ru"),
            ("phone", f"+7916{family:07}" if random.random() < 0.3 else f"+7926{person:07}"),
            ("device", f"d{family}" if random.random() < 0.5 else f"own{person}"),
            ("phone", "+74950000000") if random.random() < 0.05 else ("crm", f"{person}"),
        ]
        identifiers = random.sample(own, random.randint(1, 4))
        confirmed = random.choice(["", "user_id", "user_id phone", "loyalty_card"])
        found.append(
            city.seen(
                *identifiers,
                day=random.uniform(0, 90),
                confirmed=confirmed,
                act=random.random() < 0.02,
                source=(source := random.randint(1, 3)),
                trust=20 * source,
                number=number,
            )
        )
    return found


def at_once(works: list[Callable[[], None]]) -> None:
    """Each in a thread with a connection of its own, all beginning together."""
    gate = threading.Barrier(len(works))
    failed: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            gate.wait()
            work()
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def batches(random: Random, sightings: list[Sighting]) -> list[list[Sighting]]:
    cut = []
    while sightings:
        size = random.randint(1, 25)
        cut.append(sightings[:size])
        sightings = sightings[size:]
    return cut


def takes(parts: list[list[Sighting]]) -> Callable[[], None]:
    def work() -> None:
        for part in parts:
            retried(lambda part=part: api.resolve(part))  # type: ignore[misc]

    return work


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_eight_connections_equal_one(seed: int) -> None:
    random = Random(seed)
    told = town(random)
    parts = batches(random, random.sample(told, len(told)))
    at_once([takes(parts[place::CONNECTIONS]) for place in range(CONNECTIONS)])
    assert city.stored() == partition(told, FIRST_POLICY)
    assert city.contradictions(FIRST_POLICY) == []
    assert max(len(group) for group in city.stored()) < 30


def test_the_same_sighting_from_eight_connections_at_once_is_one_customer_and_one_profile() -> None:
    told = [city.seen(("loyalty_card", "c1"), ("phone", "+79160000001"), ("device", "d1"))]
    at_once([takes([told]) for _ in range(CONNECTIONS)])
    assert sql.scalar("SELECT count(*) FROM customers_profile") == 1
    assert sql.scalar("SELECT count(*) FROM customers_customer WHERE size > 0") == 1
    assert len(city.stored()) == 1


def test_operators_join_and_split_while_events_come_in() -> None:
    random = Random(4)
    told = town(random, 400)
    city.taken_in(told[:200], [50, 100, 150])
    parts = batches(random, told[200:])

    def operator(seed: int) -> Callable[[], None]:
        own = Random(seed)

        def work() -> None:
            for _ in range(12):
                decide(own)

        return work

    at_once([takes(parts[place::4]) for place in range(4)] + [operator(seed) for seed in range(4)])
    assert city.stored() == partition(told, FIRST_POLICY, city.separations(), city.verdicts())
    assert city.contradictions(FIRST_POLICY) == []


def decide(random: Random) -> None:
    people = [uid for (uid,) in sql.tuples("SELECT uid FROM customers_customer WHERE size > 1 ORDER BY id")]
    try:
        if random.random() < 0.5:
            made = api.join(customers=random.sample(people, 2), reason="one voice", by=OLEG)
            if random.random() < 0.5:
                api.unjoin(decision=made.decision, reason="two", by=OLEG)
        else:
            uid = random.choice(people)
            members = city.members(uid)
            if len(members) > 1:
                made = api.split(customer=uid, identifiers=members[:1], reason="two", by=OLEG)
                if random.random() < 0.5:
                    api.unsplit(decision=made.decision, reason="one", by=OLEG)
    except (Separated, AlreadyOne, AlreadyUndone, NothingToJoin, NotApart):
        return  # another operator was faster


def apply_rules() -> None:
    governing.recompute(at_once=True)


def test_new_rules_are_applied_while_events_come_in() -> None:
    random = Random(5)
    told = town(random, 400)
    city.taken_in(told[:200], [50, 100, 150])
    kinds = [replace(kind, limit=2, partners=2) for kind in FIRST_POLICY.kinds.values()]
    draft = governing.save_policy(kinds=kinds, bound=100, by=OLEG)
    governing.activate(version=draft.version, by=OLEG)
    try:
        parts = batches(random, told[200:])
        at_once([*(takes(parts[place::6]) for place in range(6)), apply_rules])
        governing.recompute(at_once=True)
        assert city.stored() == partition(told, draft)
        assert city.contradictions(draft) == []
    finally:
        policies.forget_policy()
