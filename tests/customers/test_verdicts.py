"""Masha, her mother and a tablet: what staff decide about who is who, and how it is taken back."""

from uuid import UUID

import pytest

from edino.customers import api
from edino.customers.errors import AlreadyOne, AlreadyUndone, NoSuchCustomer, NotApart, Separated
from edino.customers.types import FIRST_POLICY
from edino.kernel import log, sql
from edino.kernel.errors import Invalid
from edino.staff.types import Actor
from tests.customers import city
from tests.customers.city import customer, people, seen, told

pytestmark = pytest.mark.django_db(transaction=True)

OLEG = Actor("Oleg")
CARD, PHONE, MAIL = ("loyalty_card", "4276001"), ("phone", "+79161234567"), ("email", "masha@mail.ru")
HER_CARD, HER_PHONE = ("loyalty_card", "4276002"), ("phone", "+79167654321")


def numbers(*identifiers: tuple[str, str]) -> list[int]:
    found = {(kind, value): id_ for id_, kind, value in sql.tuples("SELECT id, kind, value FROM customers_identifier")}
    return [found[item] for item in identifiers]


def trail() -> list[tuple[str, str, str]]:
    return sql.tuples("SELECT operation, actor, detail ->> 'did' FROM staff_audit ORDER BY id")


def facts() -> list[str]:
    return [event.type for event in log.read(log.START, 1000)]


def test_oleg_splits_a_mother_from_her_daughter_and_takes_it_back() -> None:
    told(seen(CARD, PHONE), seen(PHONE, MAIL, day=1))
    before = city.dump()
    whole = customer(*CARD)

    made = api.split(customer=whole, identifiers=numbers(MAIL), reason="the mother's mail", by=OLEG)

    assert people(CARD, PHONE) == 1
    assert customer(*CARD) == whole
    assert customer(*MAIL) != whole
    assert {ref.uid for ref in made.customers} == {whole, customer(*MAIL)}
    assert trail() == [("customers.split", "Oleg", "split")]
    assert facts().count("customers.split") == 1

    # The claim comes again, and is not followed: two sides of a separation stay apart whoever brings them together.
    told(seen(PHONE, MAIL, day=40, trust=100), seen(CARD, MAIL, day=41, act=True))
    assert customer(*MAIL) != whole
    assert city.contradictions(FIRST_POLICY) == []

    api.unsplit(decision=made.decision, reason="it was hers", by=OLEG)
    assert people(CARD, PHONE, MAIL) == 1
    assert customer(*MAIL) == whole
    with pytest.raises(AlreadyUndone):
        api.unsplit(decision=made.decision, reason="again", by=OLEG)
    assert [row[2] for row in trail()] == ["split", "unsplit"]
    after = city.dump()
    assert after["identifiers"] == before["identifiers"]
    assert [row for row in after["profiles"] if row[0] <= max(r[0] for r in before["profiles"])] == before["profiles"]


def test_oleg_joins_two_cards_that_no_rule_would_join_and_takes_it_back() -> None:
    told(seen(CARD, PHONE, ("device", "d1")), seen(HER_CARD, HER_PHONE, ("device", "d2"), day=1))
    first, second = customer(*CARD), customer(*HER_CARD)
    before = city.dump()

    made = api.join(customers=[first, second], reason="he showed both cards", by=OLEG)

    everything = (CARD, PHONE, HER_CARD, HER_PHONE, ("device", "d1"), ("device", "d2"))
    assert people(*everything) == 1
    assert api.customer_now(uid=second).uid == first
    assert api.customer_now(uid=first).uid == first
    assert facts() == ["customers.joined"]
    with pytest.raises(AlreadyOne):
        api.join(customers=[first, second], reason="again", by=OLEG)

    api.unjoin(decision=made.decision, reason="they were two", by=OLEG)
    assert city.dump() == before
    assert customer(*HER_CARD) == second
    assert facts() == ["customers.joined", "customers.split"]
    assert [row[:2] for row in sql.tuples("SELECT what, reason FROM customers_decision ORDER BY id")] == [
        ("join", "claims"),
        ("join", "staff"),
        ("split", "replay"),
        ("unjoin", "staff"),
    ]


def test_undoing_an_earlier_join_leaves_the_later_one() -> None:
    third = ("loyalty_card", "4276003")
    told(seen(CARD, PHONE), seen(HER_CARD, HER_PHONE), seen(third, ("email", "c@mail.ru")))
    one = api.join(customers=[customer(*CARD), customer(*HER_CARD)], reason="one", by=OLEG)
    api.join(customers=[customer(*CARD), customer(*third)], reason="two", by=OLEG)
    assert people(CARD, HER_CARD, third) == 1

    api.unjoin(decision=one.decision, reason="no", by=OLEG)

    assert people(CARD, third, PHONE) == 1
    assert people(HER_CARD, HER_PHONE) == 1
    assert people(CARD, HER_CARD) == 2
    assert city.contradictions(FIRST_POLICY) == []


def test_what_staff_separated_is_not_joined_silently() -> None:
    told(seen(CARD, PHONE))
    made = api.split(customer=customer(*CARD), identifiers=numbers(PHONE), reason="recycled", by=OLEG)
    before = city.dump()
    with pytest.raises(Separated) as refused:
        api.join(customers=[customer(*CARD), customer(*PHONE)], reason="one", by=OLEG)
    assert refused.value.values == {"decisions": str(made.decision)}
    assert city.dump() == before
    api.unsplit(decision=made.decision, reason="not recycled", by=OLEG)
    assert people(CARD, PHONE) == 1


def test_a_split_needs_two_sides_a_reason_and_a_customer() -> None:
    told(seen(CARD, PHONE), seen(HER_CARD))
    whole = customer(*CARD)
    for wrong in ([], numbers(CARD, PHONE), numbers(HER_CARD), [10**9]):
        with pytest.raises(NotApart):
            api.split(customer=whole, identifiers=wrong, reason="why not", by=OLEG)
    with pytest.raises(Invalid):
        api.split(customer=whole, identifiers=numbers(PHONE), reason=" ", by=OLEG)
    with pytest.raises(NoSuchCustomer):
        api.split(customer=UUID(int=7), identifiers=numbers(PHONE), reason="who", by=OLEG)
    assert people(CARD, PHONE) == 1
    assert sql.scalar("SELECT count(*) FROM customers_separation") == 0


def test_a_tablet_is_handed_over_and_joins_nobody() -> None:
    tablet = ("device", "tablet")
    told(
        seen(CARD, tablet, day=1),
        seen(HER_CARD, tablet, day=2),
        seen(tablet, day=3),
        seen(CARD, tablet, day=40),
    )
    assert people(CARD, HER_CARD) == 2
    holders = sql.tuples("SELECT customer_id FROM customers_tenure ORDER BY since")
    at = {uid: id_ for id_, uid in sql.tuples("SELECT id, uid FROM customers_customer")}
    assert [row[0] for row in holders] == [at[customer(*CARD)], at[customer(*HER_CARD)], at[customer(*CARD)]]
    assert sql.scalar("SELECT count(*) FROM customers_case") == 0

    # One of them turns out to be the other: the tablet was never lent, and is again when that is taken back.
    before = city.dump()
    made = api.join(customers=[customer(*CARD), customer(*HER_CARD)], reason="one", by=OLEG)
    assert sql.scalar("SELECT count(*) FROM customers_tenure") == 0
    api.unjoin(decision=made.decision, reason="two", by=OLEG)
    assert city.dump() == before


def test_a_recycled_phone_goes_to_who_proves_it_and_points_stay() -> None:
    old, new = ("user_id", "old"), ("user_id", "new")
    profile, *_ = told(
        seen(old, CARD, PHONE, day=0, confirmed="user_id"),
        seen(new, PHONE, day=200, confirmed="user_id"),
    )
    assert customer(*PHONE) == customer(*old)
    told(seen(new, PHONE, day=201, confirmed="user_id phone", act=True))
    assert customer(*PHONE) == customer(*new)
    assert customer(*CARD) == customer(*old)
    whose = sql.scalar(
        "SELECT c.uid FROM customers_profile p JOIN customers_identifier i ON i.id = p.anchor_id"
        " JOIN customers_customer c ON c.id = i.customer_id WHERE p.id = %(id)s",
        {"id": profile},
    )
    assert whose == customer(*old)
    assert city.contradictions(FIRST_POLICY) == []


def test_nobody_gets_points_by_typing_a_strangers_phone() -> None:
    victim, thief = ("user_id", "masha"), ("user_id", "stranger")
    told(seen(victim, CARD, PHONE, confirmed="user_id phone"))
    told(seen(("email", "thief@mail.ru"), ("crm", "77"), confirmed="email"))
    told(seen(("email", "thief@mail.ru"), PHONE, day=3, trust=100))
    told(seen(thief, PHONE, day=4, confirmed="user_id", trust=100))
    assert customer(*PHONE) == customer(*victim) == customer(*CARD)
    assert people(victim, thief, ("email", "thief@mail.ru")) == 3
    reasons = {row[0] for row in sql.tuples("SELECT reason FROM customers_case WHERE what = 'conflict'")}
    assert reasons == {"access"}


def test_one_event_in_a_hundred_with_a_poisoned_value_harms_few() -> None:
    poison = ("phone", "+74950000000")
    told_so_far = []
    for number in range(400):
        mine = [("user_id", f"u{number}"), ("email", f"u{number}@mail.ru")]
        told_so_far.append(seen(*mine, day=number / 10))
        if number % 4 == 0:
            told_so_far.append(seen(*mine, poison, day=number / 10, number=1))
    city.taken_in(told_so_far, range(0, 500, 37))
    sizes = sql.tuples("SELECT size FROM customers_customer WHERE size > 0")
    assert max(size for (size,) in sizes) == 2
    assert sql.scalar("SELECT shared FROM customers_identifier WHERE value = %(v)s", {"v": poison[1]}) is True
    assert city.contradictions(FIRST_POLICY) == []


def test_locking_profiles_locks_their_customers_and_tells_their_epoch() -> None:
    from django.db import transaction

    one, other = told(seen(CARD, PHONE), seen(HER_CARD))
    with pytest.raises(RuntimeError):
        api.lock(profiles=[one])
    with transaction.atomic():
        held = api.lock(profiles=[other, one])
        assert held[one].customer.uid == customer(*CARD)
        assert held[other].customer.uid == customer(*HER_CARD)
    api.join(customers=[customer(*CARD), customer(*HER_CARD)], reason="one", by=OLEG)
    with transaction.atomic():
        after = api.lock(profiles=[one, other])
    assert after[one] == after[other]
    assert after[one].epoch > held[one].epoch


def test_assignments_tell_whose_every_identifier_is() -> None:
    told(seen(CARD, PHONE), seen(HER_CARD))
    assert [(one.kind, one.value, one.customer) for one in api.assignments()] == [
        (*CARD, customer(*CARD)),
        (*PHONE, customer(*CARD)),
        (*HER_CARD, customer(*HER_CARD)),
    ]
