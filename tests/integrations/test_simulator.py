"""The simulated city: the same seed gives the same life, and its truth and its scores are right."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator
from datetime import date
from itertools import combinations, islice, pairwise
from pathlib import Path

import msgspec
import phonenumbers
import pytest
from email_validator import validate_email

from edino.integrations.simulator import (
    SOURCES,
    City,
    Identifier,
    Known,
    SimulatedEvent,
    Truth,
    best,
    generate,
    known,
    poisons,
    score,
)
from edino.integrations.simulator.people import mistyped, numbered_phone, phone_index
from edino.integrations.simulator.truth import read, write

TOWN = City(seed=7, shoppers=1_500, shoppers_a_store=100)
POISONED = poisons(TOWN)


@pytest.fixture(scope="module")
def events() -> list[SimulatedEvent]:
    return list(generate(TOWN))


@pytest.fixture(scope="module")
def truth() -> Truth:
    return Truth(known(TOWN))


def _bytes(city: City) -> bytes:
    return b"\n".join(msgspec.json.encode((event.source, event.arrives, event.message)) for event in generate(city))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_ones() -> None:
    city = City(seed=3, shoppers=200)
    first = _bytes(city)
    assert first == _bytes(City(seed=3, shoppers=200))
    assert first != _bytes(City(seed=4, shoppers=200))


def test_no_message_id_is_given_twice_within_a_city_nor_by_two_cities(events: list[SimulatedEvent]) -> None:
    here = [event.message["messageId"] for event in events]
    there = [
        event.message["messageId"]
        for event in generate(City(seed=7, shoppers=1_500, shoppers_a_store=100, poison=0.02))
    ]
    assert len(set(here)) == len(here)
    assert not set(here) & set(there)


def test_poison_changes_values_but_not_lives(events: list[SimulatedEvent]) -> None:
    clean = list(generate(City(seed=7, shoppers=1_500, shoppers_a_store=100, poison=0)))
    assert [(event.person, event.source, event.occurred) for event in clean] == [
        (event.person, event.source, event.occurred) for event in events
    ]
    assert not any(identifier in POISONED for event in clean for identifier in event.identifiers)
    share = sum(any(identifier in POISONED for identifier in event.identifiers) for event in events) / len(events)
    assert 0.007 < share < 0.013


def test_every_event_is_of_the_tracking_spec_and_says_who(events: list[SimulatedEvent]) -> None:
    names = Counter(event.message.get("event", event.message["type"]) for event in events)
    assert set(names) == {
        *("page", "identify", "Product Viewed", "Product Added", "Checkout Started", "Order Completed"),
        *("Order Refunded", "Signed In", "Application Opened", "Call Started"),
    }
    assert {event.source for event in events} == set(SOURCES)
    for event in events:
        message = event.message
        told = {message.get("userId"), message.get("anonymousId")} - {None}
        told |= {each["id"] for each in message["context"].get("externalIds", [])} | set(message.get("traits", {}))
        assert told
        assert event.identifiers
    tills = [event.message for event in events if event.source == "till"]
    assert not any("userId" in message or "anonymousId" in message for message in tills)
    assert not any(identifier.value in json.dumps(event.message["context"].get("page", {}))
                   for event in events for identifier in event.identifiers)  # fmt: skip


def test_orders_add_up_and_are_numbered_once(events: list[SimulatedEvent]) -> None:
    orders = [event.message["properties"] for event in events if event.message.get("event") == "Order Completed"]
    for order in orders:
        assert order["total"] == sum(line["price"] * line["quantity"] for line in order["products"])
    assert len({order["order_id"] for order in orders}) == len(orders)


def test_events_come_in_order_of_arrival_and_some_tills_days_late(events: list[SimulatedEvent]) -> None:
    late = [event for event in events if event.arrives > event.occurred]
    assert late
    assert {event.source for event in late} == {"till"}
    assert max(event.arrives - event.occurred for event in late) > 86_400
    assert all(event.arrives >= event.occurred for event in events)
    visits = [event.arrives for event in events if event.message.get("event") == "Order Completed"]
    assert sum(later < earlier - 3_600 for earlier, later in pairwise(visits)) == 0


def test_identifiers_in_normal_form_are_what_the_message_says(events: list[SimulatedEvent]) -> None:
    written = set()
    for event in events:
        said = {each["type"]: each["id"] for each in event.message["context"].get("externalIds", [])}
        said |= {kind: value for kind, value in event.message.get("traits", {}).items() if kind in {"phone", "email"}}
        for kind, value in event.identifiers:
            if kind == "phone" and value != "000000":
                number = phonenumbers.parse(said["phone"], "RU")
                assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == value
                written.add(said["phone"][:2])
            if kind == "email":
                assert validate_email(said["email"], check_deliverability=False).normalized.lower() == value
    assert len(written) > 2


def test_simulated_phones_are_all_different_and_can_be_traced_back() -> None:
    numbers = {numbered_phone(5, index) for index in range(20_000)}
    assert len(numbers) == 20_000
    assert [phone_index(5, numbered_phone(5, index)) for index in range(100)] == list(range(100))
    slip = mistyped(City(typo_strikes=0), "+79071234567", random.Random(1))
    assert slip != "+79071234567"
    assert len(slip) == 12


def test_life_is_as_untidy_as_declared(events: list[SimulatedEvent], truth: Truth) -> None:
    shared = Counter(row.kind for row in truth.of.values() if row.state == "shared")
    assert shared["device"] > 0
    assert shared["phone"] > 0
    states = Counter(row.state for row in known(City(seed=7, shoppers=1_500, shoppers_a_store=100, typos=0.2)))
    assert states["mistaken"] > 20
    assert states["public"] == TOWN.stores
    assert states["poisoned"] == len(POISONED)
    swaps = Truth(
        known(City(seed=7, shoppers=1_500, shoppers_a_store=100, family_phone=0, recycled_a_year=0.5, typo_strikes=0))
    )
    assert any(row.kind == "phone" and row.state == "shared" for row in swaps.of.values())
    assert sum(event.message.get("event") == "Order Refunded" for event in events) > 10


def test_the_truth_is_what_the_events_show(events: list[SimulatedEvent], truth: Truth) -> None:
    """An independent reading of the events finds the same owners and the same chains."""
    nobodys = {Identifier(row.kind, row.value) for row in known(TOWN) if row.state not in {"own", "shared"}}
    users: defaultdict[Identifier, set[int]] = defaultdict(set)
    neighbours: defaultdict[tuple[int, Identifier], set[Identifier]] = defaultdict(set)
    for event in events:
        real = [identifier for identifier in event.identifiers if identifier not in nobodys]
        for identifier in real:
            users[identifier].add(event.person)
            neighbours[event.person, identifier] |= set(real)
    strikes = 0
    for identifier, persons in users.items():
        row = truth.of.get(identifier)
        if row is None or set(row.persons) != persons:
            strikes += 1  # a slip at the till that hit the number of another shopper
            continue
        for person, chain in zip(row.persons, row.chains, strict=True):
            for other in neighbours[person, identifier]:
                beside = truth.of.get(other)
                if beside is not None and person in beside.persons:
                    assert beside.chains[beside.persons.index(person)] == chain
    assert strikes <= 3


def test_the_best_possible_joining_is_precise_and_finds_nearly_all(truth: Truth) -> None:
    result = score(truth, best(truth))
    assert result.precision == 1.0
    assert result.largest_wrong == 0
    assert 0.99 <= result.recall <= 1.0


def test_joining_everybody_is_found_out(truth: Truth) -> None:
    result = score(truth, [(kind, value, "all") for kind, value in truth.of])
    assert result.recall == 1.0
    assert result.precision < 0.01
    assert result.largest_wrong > 1_000
    assert score(truth, []).recall == 0.0


def test_the_score_counts_as_a_person_would() -> None:
    """Two persons share a tablet; each has a card and a phone of his own, a poisoned phone holds both together."""
    rows = [
        Known("device", "tablet", "shared", (1, 2), (10, 20)),
        Known("loyalty_card", "kolya", "own", (1,), (10,)),
        Known("phone", "kolya", "own", (1,), (11,)),
        Known("loyalty_card", "lena", "own", (2,), (20,)),
        Known("phone", "000000", "poisoned"),
    ]
    apart = score(
        Truth(rows),
        [
            ("device", "tablet", "A"),
            ("loyalty_card", "kolya", "A"),
            ("phone", "kolya", "A"),
            ("loyalty_card", "lena", "B"),
        ],
    )
    assert (apart.right_pairs, apart.joined_pairs, apart.found_pairs, apart.true_pairs) == (3, 3, 1, 2)
    assert apart.largest_wrong == 0
    mixed = score(Truth(rows), [(row.kind, row.value, "A") for row in rows])
    assert (mixed.right_pairs, mixed.joined_pairs, mixed.found_pairs, mixed.true_pairs) == (4, 6, 2, 2)
    assert mixed.largest_wrong == 2
    with pytest.raises(ValueError, match="two customers"):
        score(Truth(rows), [("phone", "kolya", "A"), ("phone", "kolya", "B")])


def test_the_score_agrees_with_counting_every_pair() -> None:
    dice = random.Random(11)
    for _ in range(60):
        rows = list(_any_rows(dice))
        customers = {(row.kind, row.value): dice.randrange(5) for row in rows if dice.random() < 0.9}
        result = score(Truth(rows), [(*identifier, customer) for identifier, customer in customers.items()])
        assert (result.joined_pairs, result.right_pairs, result.true_pairs, result.found_pairs) == _counted(
            rows, customers
        )


def _any_rows(dice: random.Random) -> Iterator[Known]:
    for value in range(30):
        persons = tuple(sorted(dice.sample(range(6), dice.choice([1, 1, 1, 2, 3]))))
        chains = tuple(person * 10 + dice.randrange(2) for person in persons)
        yield Known("phone", str(value), "own" if len(persons) == 1 else "shared", persons, chains)


def _counted(rows: list[Known], customers: dict[tuple[str, str], int]) -> tuple[int, int, int, int]:
    joined = right = true = found = 0
    for one, other in combinations(rows, 2):
        places: list[Hashable] = [customers.get((row.kind, row.value)) for row in (one, other)]
        together = places[0] is not None and places[0] == places[1]
        joined += together
        right += together and bool(set(one.persons) & set(other.persons))
        linked = bool(set(one.chains) & set(other.chains))
        true += linked
        found += linked and together
    return joined, right, true, found


@pytest.mark.parametrize("name", ["truth.jsonl", "truth.parquet"])
def test_the_truth_is_read_back_as_it_was_written(tmp_path: Path, name: str) -> None:
    rows = list(known(City(shoppers=120)))
    assert write(iter(rows), tmp_path / name) == len(rows)
    assert list(read(tmp_path / name)) == rows


def test_the_first_events_come_at_once_also_in_a_large_city() -> None:
    """The stream is lazy: a first look costs the sorting of the visits, not the writing of the events."""
    looked = list(islice(generate(City(shoppers=1_000, days=90)), 10))
    assert len(looked) == 10


@pytest.mark.parametrize(
    "wrong", [{"shoppers": 0}, {"days": 0}, {"poison": 1.5}, {"seed": -1}, {"late_days": 9}, {"shoppers_a_store": 0}]
)
def test_a_city_that_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        City(start=date(2025, 1, 6), **wrong)
