"""Masha is known by what her sources said of her; the newest word counts, whatever the order it came in."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edino.channels import api as channels
from edino.channels.types import Source
from edino.customers import api
from edino.customers.api import reference
from edino.customers.errors import NoSuchCustomer, NotConfirmed
from edino.customers.reactions import READER, take_steps
from edino.customers.rules import survivorship, words
from edino.customers.types import Consent, Identifier, Said, Sighting
from edino.kernel import clock, ids, log, sql
from edino.kernel.errors import Invalid
from edino.kernel.transactions import retried
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


# The card.


def fields(uid: UUID, *, reveal: bool = True) -> dict[str, Any]:
    return {field.name: field.value for field in api.person(uid=uid, reveal=reveal).fields}


def test_mashas_paper_form_and_her_account_make_one_card(till: Source, site: Source) -> None:
    reference.forget()
    card = [("loyalty_card", "7700001"), ("phone", "+79161234567")]
    form = {"first_name": "Мария", "last_name": "Щукина", "city": "Тверь", "tags": ["опт", "кофе"]}
    api.identify(source=till, identifiers=card, traits=form, at=MAY)
    account = [("user_id", "u1"), ("phone", "+79161234567"), ("email", "masha@mail.ru")]
    said = {"first_name": "Маша", "city": "Москва", "tags": ["бег"]}
    uid = api.identify(source=site, identifiers=account, traits=said, at=MAY + timedelta(days=9)).uid
    person = api.person(uid=uid, reveal=True)
    assert person.name == "Мария Щукина"  # the till is trusted more
    by_name = {field.name: field for field in person.fields}
    assert (by_name["city"].value, by_name["city"].strategy) == ("Москва", "most_recent")
    assert [(other.value, other.source_id) for other in by_name["city"].others] == [("Тверь", till.id)]
    assert (by_name["tags"].value, by_name["tags"].strategy) == (["бег", "кофе", "опт"], "union")
    assert {(one.kind, one.value, one.verified) for one in person.identifiers} == {
        ("loyalty_card", "7700001", False),
        ("phone", "+79161234567", False),
        ("user_id", "u1", True),
        ("email", "masha@mail.ru", False),
    }
    phone = next(one for one in person.identifiers if one.kind == "phone")
    assert phone.source_ids == (till.id, site.id)
    assert (person.since, len(person.holdings)) == (MAY, 2)


def test_a_card_for_eyes_that_need_not_know_is_masked(till: Source) -> None:
    reference.forget()
    form = {"first_name": "Мария", "last_name": "Щукина", "birthday": "1990-03-08", "tags": ["опт"]}
    identifiers = [("loyalty_card", "77000001"), ("phone", "+79161234567")]
    uid = api.identify(source=till, identifiers=identifiers, traits=form, at=MAY).uid
    person = api.person(uid=uid)
    assert (person.name, person.revealed) == ("Мария Щ.", False)
    assert {one.value for one in person.identifiers} == {None}
    for secret in ("Щукина", "79161234567", "77000001", "1990"):
        assert secret not in repr(person)
    assert fields(uid, reveal=False)["tags"] == ["опт"]


def test_declared_strategies_count(till: Source, site: Source) -> None:
    reference.forget()
    sql.execute("INSERT INTO customers_field_rule VALUES ('city', 'first_seen')")
    phone = [("phone", "+79161234567")]
    api.identify(source=till, identifiers=phone, traits={"city": "Тверь"}, at=MAY)
    uid = api.identify(source=site, identifiers=phone, traits={"city": "Москва"}, at=MAY + timedelta(days=1)).uid
    assert fields(uid)["city"] == "Тверь"


def test_kolya_was_three_persons_and_every_old_link_still_finds_him(site: Source, till: Source) -> None:
    reference.forget()
    app = channels.create_source(name="App", channel="app", by=IGOR)
    in_app = api.identify(source=app, identifiers=[("device", "ios-1")], at=MAY)
    on_site = api.identify(source=site, identifiers=[("email", "kolya@ya.ru")], at=MAY)
    in_store = api.identify(source=till, identifiers=[("phone", "+79031234567")], at=MAY)
    assert len({in_app.uid, on_site.uid, in_store.uid}) == 3
    assert in_app.created
    everything = [("device", "ios-1"), ("email", "kolya@ya.ru"), ("phone", "+79031234567")]
    joined = api.identify(source=app, identifiers=everything, at=MAY + timedelta(days=1))
    assert not joined.created
    assert {joined.uid, *joined.joined} == {in_app.uid, on_site.uid, in_store.uid}
    assert {api.person(uid=uid).uid for uid in (in_app.uid, on_site.uid, in_store.uid)} == {joined.uid}
    assert api.lookup(kind="phone", value="8 (903) 123-45-67").uid == joined.uid


def test_a_lent_tablet_tells_of_each_only_what_was_said_while_they_had_it(site: Source) -> None:
    reference.forget()
    tablet = ("device", "tablet")
    days = [MAY + timedelta(days=number) for number in range(6)]
    lena = api.identify(source=site, identifiers=[("user_id", "lena"), tablet], at=days[0]).uid
    api.identify(source=site, identifiers=[tablet], traits={"city": "Сочи"}, at=days[1])
    kolya = api.identify(source=site, identifiers=[("user_id", "kolya"), tablet], at=days[3]).uid
    assert fields(lena) == {"city": "Сочи"}
    assert fields(kolya) == {}
    api.identify(source=site, identifiers=[tablet], traits={"city": "Омск"}, at=days[4])
    assert fields(lena) == {}  # the profile of the bare tablet says something newer now, and that is not hers
    assert fields(kolya) == {"city": "Омск"}
    lent = next(one for one in api.person(uid=kolya).identifiers if one.kind == "device")
    assert (lent.lent, lent.value) == (True, None)


def test_an_act_is_believed_only_of_what_the_source_confirmed(site: Source) -> None:
    with pytest.raises(NotConfirmed):
        api.identify(source=site, identifiers=[("user_id", "thief"), ("phone", "+79161234567")], act=True)
    assert sql.scalar("SELECT count(*) FROM customers_identifier") == 0
    told = api.identify(source=site, identifiers=[("user_id", "u1"), ("device", "d1")], act=True, at=MAY)
    assert told.created
    assert sql.scalar("SELECT strength FROM customers_claim") == 100


@pytest.mark.parametrize(
    ("given_identifiers", "field"),
    [
        ([("phone", "12")], "identifiers[0].value"),
        ([("phone", "+79161234567"), ("passport", "1")], "identifiers[1].kind"),
        ([("email", "null@x")], "identifiers[0].value"),
        ([("user_id", "null")], "identifiers"),
        ([], "identifiers"),
    ],
)
def test_what_names_nobody_is_refused(site: Source, given_identifiers: list[tuple[str, str]], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        api.identify(source=site, identifiers=given_identifiers)
    assert refused.value.fields[0].field == field
    assert sql.scalar("SELECT count(*) FROM customers_profile") == 0


def test_a_stranger_uid_is_nobody() -> None:
    with pytest.raises(NoSuchCustomer):
        api.person(uid=ids.uuid7())
    with pytest.raises(NoSuchCustomer):
        api.lookup(kind="phone", value="+79161234567")


# Where in life.


def walked(source: Source, *events: tuple[str, int]) -> UUID:
    told = api.identify(source=source, identifiers=[("user_id", "u1")], at=MAY)
    # Readers take only what is committed, and this test commits nothing, so the events are handed over here.
    take_steps(
        [
            log.Event(place, 1, "1", told.profile_id, MAY, at, ids.uuid7(), source.id, "behaviour", type_, {})
            for place, (type_, at) in enumerate((type_, MAY + timedelta(days=day)) for type_, day in events)
        ]
    )
    return told.uid


@pytest.mark.parametrize(
    ("events", "day", "code"),
    [
        ([], 1, "new"),
        ([("Product Viewed", 1)], 2, "browsing"),
        ([("Product Viewed", 1), ("Product Added", 1)], 2, "choosing"),
        ([("Product Added", 1), ("Checkout Started", 2)], 3, "buying"),
        ([("Product Added", 1), ("Checkout Started", 2)], 8, "choosing"),
        ([("Product Added", 1)], 40, "lapsing"),
        ([("Checkout Started", 2), ("Order Completed", 3)], 4, "waiting"),
        ([("Order Completed", 3), ("Order Cancelled", 4), ("page", 4)], 5, "browsing"),
        ([("Order Completed", 3), ("Order Delivered", 6)], 7, "owner"),
        ([("Order Completed", 3)], 60, "owner"),
        ([("Order Completed", 3), ("Order Delivered", 6), ("Product Added", 20)], 21, "choosing_again"),
        ([("Order Completed", 3), ("Order Delivered", 6)], 250, "lapsing"),
        ([("Order Completed", 3), ("Order Delivered", 6)], 500, "lost"),
        ([("Order Completed", 3), ("Order Delivered", 6), ("Product Added", 500)], 501, "choosing_again"),
    ],
)
def test_the_stage_moves_forward_and_back(site: Source, events: list[tuple[str, int]], day: int, code: str) -> None:
    reference.forget()
    uid = walked(site, *events)
    with clock.frozen(MAY + timedelta(days=day, hours=1)):
        assert api.person(uid=uid).stage.code == code


@pytest.mark.django_db(transaction=True)
def test_the_reader_of_the_log_keeps_the_steps(site: Source) -> None:
    reference.forget()
    told = retried(lambda: api.identify(source=site, identifiers=[("user_id", "u1")], at=MAY))
    with transaction.atomic():
        seen_at, added_at = MAY + timedelta(days=3), MAY + timedelta(days=1)
        moments = [("Product Viewed", seen_at), ("Product Added", added_at), ("Product Viewed", MAY)]
        log.append(log.Fact(type_, "behaviour", at, {}, told.profile_id, site.id) for type_, at in moments)
    log.drain([READER])
    log.drain([READER])
    with clock.frozen(seen_at):
        person = api.person(uid=told.uid)
    assert (person.stage.code, person.stage.since, person.seen_at) == ("choosing", added_at, seen_at)


def test_what_is_bought_at_the_till_is_carried_away(till: Source) -> None:
    reference.forget()
    uid = walked(till, ("Order Completed", 3))
    with clock.frozen(MAY + timedelta(days=4)):
        assert api.person(uid=uid).stage.code == "owner"


def test_reach_says_why_not(till: Source) -> None:
    reference.forget()
    identifiers = [("phone", "+79161234567"), ("email", "masha@mail.ru"), ("telegram", "42")]
    uid = api.identify(source=till, identifiers=identifiers, at=MAY).uid
    granted = Consent(Identifier("phone", "+79161234567"), "marketing", "granted", MAY)
    refused = Consent(Identifier("email", "masha@mail.ru"), "marketing", "refused", MAY)
    api.record_consents(consents=[granted, refused], source=till)
    reach = {one.channel: (one.allowed, one.why) for one in api.person(uid=uid).reach}
    assert reach["sms"] == (True, "")
    assert reach["email"] == (False, "refused")
    assert reach["telegram"] == (False, "silent")
    assert reach["mobile_push"] == (False, "no_point")


@given(
    st.lists(
        st.builds(
            Said,
            value=st.sampled_from(["А", "Б", "длиннее", None, ""]),
            source_id=st.integers(1, 3),
            at=st.integers(0, 5).map(lambda day: MAY + timedelta(days=day)),
            verified=st.booleans(),
        ),
        max_size=6,
    ),
    st.sampled_from(survivorship.STRATEGIES),
    st.randoms(use_true_random=False),
)
def test_what_survives_is_a_function_of_the_set(said: list[Said], strategy: str, random: Any) -> None:
    shuffled = list(said)
    random.shuffle(shuffled)
    trust = {1: 80, 2: 60}
    view = survivorship.survive("x", said, strategy, trust)
    assert view == survivorship.survive("x", shuffled, strategy, trust)
    real = [one for one in said if one.value]
    assert (view is None) == (not real)
    if view and strategy == "longest":
        assert len(view.value) == max(len(one.value) for one in real)
    if view and strategy == "verified_first":
        assert view.said.verified == any(one.verified for one in real)
    if view and strategy == "first_seen":
        assert view.said.at == min(one.at for one in real)
