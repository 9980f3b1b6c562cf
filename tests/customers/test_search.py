"""Oleg finds Masha by whatever she says: the end of her number, half a name, the card, in either alphabet."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from edino.channels import api as channels
from edino.channels.types import Source
from edino.customers import api
from edino.customers.api import reference
from edino.customers.reactions import take_steps
from edino.customers.types import Identifier
from edino.kernel import ids, log, sql
from edino.staff.types import Actor

pytestmark = pytest.mark.django_db
IGOR = Actor("Igor")
MAY = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    reference.forget()


@pytest.fixture
def till() -> Source:
    return channels.create_source(name="Till", channel="store", by=IGOR)


@pytest.fixture
def masha(till: Source) -> UUID:
    identifiers = [("loyalty_card", "7700 0001"), ("phone", "8 916 123-45-67"), ("email", "Masha@Mail.ru")]
    form = {"first_name": "Мария", "last_name": "Щукина", "city": "Тверь"}
    return api.identify(source=till, identifiers=identifiers, traits=form, at=MAY).uid


@pytest.fixture
def others(till: Source) -> list[UUID]:
    people = [
        ([("phone", "+79167654321")], {"first_name": "Мария", "last_name": "Иванова"}),
        ([("phone", "+79031112233")], {"name": "Николай Щукин"}),
    ]
    return [api.identify(source=till, identifiers=items, traits=said, at=MAY).uid for items, said in people]


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("+7 (916) 123-45-67", "identifier"),
        ("89161234567", "identifier"),
        ("masha@mail.ru", "identifier"),
        (" MASHA@MAIL.RU ", "identifier"),
        ("77000001", "identifier"),
        ("7700-0001", "identifier"),
        ("4567", "tail"),
        ("45-67", "tail"),
        ("1234567", "tail"),
        ("0001", "tail"),
        ("щук мар", "name"),
        ("Shukina", "name"),
        ("shchukina maria", "name"),
        ("Mariya Щук", "name"),
        ("Мария Тверь", "name"),
        ("tver", "name"),
    ],
)
def test_masha_is_found(masha: UUID, others: list[UUID], text: str, by: str) -> None:
    found = api.search(text=text)
    assert found[0].by == by
    assert [one.uid for one in found] == [masha]


def test_a_uid_finds_whom_it_means_now(masha: UUID) -> None:
    assert [(one.uid, one.by) for one in api.search(text=str(masha))] == [(masha, "uid")]


def test_the_card_is_masked_unless_revealed(masha: UUID) -> None:
    card = api.search(text="4567")[0]
    assert (card.name, card.contacts) == ("Мария Щ.", ("+7 ••• 67", "••• 0001", "m•••@mail.ru"))
    shown = api.search(text="4567", reveal=True)[0]
    assert (shown.name, shown.contacts) == ("Мария Щукина", ("+79161234567", "77000001", "masha@mail.ru"))


@pytest.mark.parametrize(
    "text",
    ["", " ", "я", "\x00", "'; DROP", "%%", "12", "999999", "Anna", "x" * 5000, "🙂", "мария кузнецова"],
)
def test_nobody_is_found_by_nothing(masha: UUID, text: str) -> None:
    assert api.search(text=text) == []


def test_two_namesakes_are_both_shown(masha: UUID, others: list[UUID]) -> None:
    assert {one.uid for one in api.search(text="Мария")} == {masha, others[0]}


def test_a_family_telephone_finds_everybody_who_gave_it(till: Source) -> None:
    family = "+79160000001"
    uids = {
        api.identify(source=till, identifiers=[("loyalty_card", f"C-{number}"), ("phone", family)], at=MAY).uid
        for number in range(6)
    }
    assert sql.scalar("SELECT shared FROM customers_identifier WHERE value = %s", [family]) is True
    found = {one.uid for one in api.search(text=family)}
    assert len(found) == 6
    assert found <= {row[0] for row in sql.tuples("SELECT uid FROM customers_customer")}
    assert len(uids) >= 1


def test_when_they_were_seen_is_told(masha: UUID) -> None:
    assert api.search(text="4567")[0].seen_at is None
    profile = api.person(uid=masha).holdings[0].profile_id
    take_steps([log.Event(1, 1, "1", profile, MAY, MAY, ids.uuid7(), None, "behaviour", "page", {})])
    assert api.search(text="4567")[0].seen_at == MAY


def plan(statement: str, params: list[Any]) -> str:
    return "\n".join(row[0] for row in sql.tuples(f"EXPLAIN {statement}", params))


def test_every_way_to_find_goes_by_an_index(masha: UUID) -> None:
    sql.execute("SET LOCAL enable_seqscan = off")
    tails = "SELECT 1 FROM customers_identifier WHERE kind IN ('phone', 'loyalty_card')"
    backwards = 'reverse(value) COLLATE "C"'
    assert "customers_identifier_tail" in plan(f"{tails} AND {backwards} >= '76' AND {backwards} < '77'", [])
    assert "customers_word_prefix" in plan("SELECT 1 FROM customers_word WHERE word >= 'mar' AND word < 'mas'", [])
    assert "customers_identifier_value" in plan("SELECT 1 FROM customers_identifier WHERE value = ANY ('{a,b}')", [])


def test_identifiers_of_no_kind_find_nothing(masha: UUID) -> None:
    assert api.search(text=Identifier("phone", "+79990000000").value) == []


def test_words_said_in_different_channels_are_one_persons(till: Source) -> None:
    site = channels.create_source(name="Site", channel="site", by=IGOR)
    phone = [("phone", "+79161234567")]
    api.identify(source=till, identifiers=phone, traits={"first_name": "Мария"}, at=MAY)
    uid = api.identify(source=site, identifiers=phone, traits={"last_name": "Shchukina"}, at=MAY).uid
    api.identify(source=site, identifiers=[("phone", "+79990000000")], traits={"first_name": "Maria"}, at=MAY)
    assert [one.uid for one in api.search(text="мария щукина")] == [uid]
