"""The nightly look: likely pairs become cases for people, and nothing is joined by it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from edino.channels import api as channels
from edino.channels.types import Source
from edino.customers import api
from edino.customers.jobs import normalise, suggesting
from edino.customers.types import Identifier, Sighting
from edino.kernel import ids, sql
from edino.staff.types import Actor

pytestmark = pytest.mark.django_db
IGOR = Actor("Igor")
MAY = datetime(2026, 5, 1, 12, tzinfo=UTC)
_GIVEN = ["Анна", "Иван", "Пётр", "Ольга", "Борис", "Вера", "Игорь", "Лена", "Олег", "Марина"]
_FAMILY = ["Иванов", "Петров", "Сидоров", "Кузнецов", "Попов", "Соколов"]
MASHA_ON_PAPER = {"first_name": "Мария", "last_name": "Ковалёва", "birthday": "09.03.1987", "city": "Тула"}
MASHA_ON_THE_SITE = {"name": "Masha Kovaleva", "birthday": "1987-03-09", "address": {"city": "Tula"}}


@pytest.fixture
def till() -> Source:
    return channels.create_source(name="Till", channel="store", by=IGOR)


def meet(source: Source, said: dict[str, Any], *items: tuple[str, str]) -> int:
    """A new customer with these identifiers and words; his id."""
    identifiers = tuple(Identifier(*item) for item in items)
    profile = api.resolve([Sighting(source.id, source.trust, identifiers, frozenset(), MAY, ids.uuid7())])[0]
    api.learn(source=source, traits=[(profile, MAY, ids.uuid7(), said)])
    return int(sql.scalar("SELECT customer_id FROM customers_identifier WHERE value = %s", [items[0][1]]))


@pytest.fixture
def town(till: Source) -> None:
    """Sixty strangers."""
    for number in range(60):
        said = {
            "first_name": _GIVEN[number % 10],
            "last_name": _FAMILY[number // 10],
            "birthday": f"{1950 + number % 47}-{1 + number % 12:02d}-{1 + number % 27:02d}",
            "city": ["Москва", "Казань", "Тверь", "Омск"][number % 4],
        }
        meet(till, said, ("phone", f"+7916{(number * 7_919_317) % 10_000_000:07d}"))


@pytest.fixture
def mashas(till: Source, town: None) -> tuple[int, int]:
    paper = meet(till, MASHA_ON_PAPER, ("phone", "+79031112233"))
    site = meet(till, MASHA_ON_THE_SITE, ("email", "kovaleva@example.ru"))
    return paper, site


def suggestions() -> list[tuple[int, int]]:
    return sql.tuples(
        "SELECT left_id, right_id FROM customers_case WHERE what = 'suggestion' AND closed_at IS NULL ORDER BY 1, 2"
    )


def test_strangers_make_no_work(town: None) -> None:
    kept = suggesting.run()
    assert (kept.opened, kept.renewed, kept.dropped) == (0, 0, 0)
    assert suggestions() == []


def test_masha_of_the_form_and_of_the_site_is_a_case_with_its_reasons_and_without_her_data(
    mashas: tuple[int, int],
) -> None:
    before = sql.scalar("SELECT count(*) FROM customers_customer WHERE size > 0")

    kept = suggesting.run()

    assert kept.opened == 1
    assert suggestions() == [mashas]
    ((score, evidence),) = sql.tuples("SELECT score, evidence FROM customers_case WHERE what = 'suggestion'")
    assert score > 0.99
    assert {said["field"]: said["degree"] for said in evidence} == {
        "given": "another form of the name",
        "family": "equal",
        "born": "equal",
        "city": "equal",
    }
    assert "kovaleva" not in str(evidence).lower()
    assert "Ковал" not in str(evidence)
    assert sql.scalar("SELECT count(*) FROM customers_customer WHERE size > 0") == before  # nobody was joined


def test_a_second_night_renews_and_opens_nothing(mashas: tuple[int, int]) -> None:
    suggesting.run()
    kept = suggesting.run()
    assert (kept.opened, kept.renewed, kept.dropped) == (0, 1, 0)
    assert suggestions() == [mashas]


def test_what_people_decided_stays_decided(mashas: tuple[int, int]) -> None:
    suggesting.run()
    sql.execute("UPDATE customers_case SET closed_at = now(), verdict = 'different', closed_by = 'Oleg'")

    kept = suggesting.run()

    assert (kept.opened, kept.renewed, kept.dropped) == (0, 0, 0)
    assert suggestions() == []
    assert sql.tuples("SELECT verdict, closed_by FROM customers_case") == [("different", "Oleg")]


def test_separated_people_are_not_suggested_again(mashas: tuple[int, int]) -> None:
    separation = sql.scalar(
        "INSERT INTO customers_separation (by, reason, at) VALUES ('Oleg', 'sisters', now()) RETURNING id"
    )
    for side, customer in enumerate(mashas):
        sql.execute(
            "INSERT INTO customers_separation_side (identifier_id, separation_id, side) "
            "SELECT id, %s, %s FROM customers_identifier WHERE customer_id = %s",
            [separation, side, customer],
        )
    assert suggesting.run().opened == 0
    assert suggestions() == []


def test_a_suggestion_that_is_no_longer_likely_is_taken_back(mashas: tuple[int, int], till: Source) -> None:
    suggesting.run()
    (profile,) = sql.tuples("SELECT profile_id FROM customers_trait WHERE value = '\"Masha Kovaleva\"'")[0]
    now = {"name": "Софья Щербакова", "birthday": "1999-11-30", "address": {"city": "Псков"}}
    api.learn(source=till, traits=[(profile, MAY.replace(month=6), ids.uuid7(), {**now, "city": "Псков"})])

    kept = suggesting.run()

    assert (kept.opened, kept.renewed, kept.dropped) == (0, 0, 1)
    assert suggestions() == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Мария Ковалёва", ("Мария", None, "Ковалёва")),
        ("Ковалёва Мария Петровна", ("Мария", "Петровна", "Ковалёва")),
        ("Мария Петровна Ковалёва", ("Мария", "Петровна", "Ковалёва")),
        ("Иван Ильич", ("Иван", "Ильич", None)),
        ("Masha", ("Masha", None, None)),
        ("Anna de la Cruz", ("Anna", None, "de la Cruz")),
        ("  ", (None, None, None)),
    ],
)
def test_a_name_in_one_text_is_taken_apart(text: str, parts: tuple[str | None, str | None, str | None]) -> None:
    assert normalise.full_name(text) == parts
