"""Who may be one person: the recipe on small exact cases, and on public data with known truth."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bench import identity

from edino.customers.jobs import normalise
from edino.customers.jobs.expectation import Belief, Observed, learn
from edino.customers.jobs.groups import dense_groups
from edino.customers.jobs.matching import Columns, Suggestion, prepare, score, suggest

DataSet = Callable[[str], Path]


@pytest.mark.parametrize(
    ("given", "folded"),
    [
        ("Иванова", "ivanova"),
        ("  ЁЛКИНА ", "elkina"),
        ("Анна-Мария", "annamariya"),
        ("Щукин", "shchukin"),
        ("José", "jose"),
        ("Ивaнов", "ivanov"),  # a Latin "a" among Cyrillic letters
        ("O'Brien", "obrien"),
        ("unknown", ""),
        ("12", ""),
    ],
)
def test_one_name_in_two_alphabets_folds_alike(given: str, folded: str) -> None:
    assert normalise.name(given) == folded


@pytest.mark.parametrize(
    ("left", "right"),
    [("yuliya", "julia"), ("yuliya", "iuliia"), ("kseniya", "xenia"), ("sergey", "sergei"), ("dmitriy", "dmitry")],
)
def test_spellings_of_one_name_sound_alike(left: str, right: str) -> None:
    assert normalise.sound(left) == normalise.sound(right)


def test_different_names_sound_different() -> None:
    names = ["ivanov", "petrov", "sidorov", "kuznetsov", "smirnov", "popov", "sokolov"]
    assert len({normalise.sound(name) for name in names}) == len(names)


def test_familiar_forms_share_a_root() -> None:
    assert normalise.root(normalise.name("Саша")) == normalise.root(normalise.name("Александра")) == "aleksandr"
    assert normalise.root(normalise.name("Катя")) == normalise.root(normalise.name("Екатерина"))
    assert normalise.root(normalise.name("Маша")) != normalise.root(normalise.name("Даша"))
    assert normalise.root("zzyzx") == "zzyzx"


@pytest.mark.parametrize(
    ("given", "digits"),
    [
        ("1987-03-09", "19870309"),
        ("09.03.1987", "19870309"),
        ("9/3/1987", "19870309"),
        ("19870309", "19870309"),
        ("1987-03-09T00:00:00Z", "19870309"),
        ("19873009", "19873009"),  # no such day, and yet one slip away from one
        ("09.03.87", ""),
        ("spring", ""),
    ],
)
def test_birth_dates_of_many_writings(given: str, digits: str) -> None:
    assert normalise.birth_date(given) == digits


def test_contacts_are_compared_without_ornament() -> None:
    assert normalise.phone("8 (916) 123-45-67") == normalise.phone("+7 916 1234567") == "9161234567"
    assert normalise.phone("112") == ""
    assert normalise.email(" Masha@Example.RU ") == "masha@example.ru"
    assert normalise.email("masha") == ""
    assert normalise.code("0000") == ""


COLUMNS = Columns(record="id", given="name", family="surname", born="born", phone="phone", city="city")
_GIVEN = ["Анна", "Иван", "Пётр", "Ольга", "Борис", "Вера", "Игорь", "Лена", "Олег", "Марина"]
_FAMILY = ["Иванов", "Петров", "Сидоров", "Кузнецов", "Попов", "Соколов", "Лебедев", "Козлов", "Новиков", "Морозов"]
_CITY = ["Москва", "Казань", "Тверь", "Омск"]


def strangers() -> pd.DataFrame:
    """A hundred people, no two alike in more than one name or the city."""
    return pd.DataFrame(
        {
            "id": range(100),
            "name": [_GIVEN[number % 10] for number in range(100)],
            "surname": [_FAMILY[number // 10] for number in range(100)],
            "born": [f"{1950 + number % 47}-{1 + number % 12:02d}-{1 + number % 27:02d}" for number in range(100)],
            "phone": [f"+7916{(number * 7_919_317) % 10_000_000:07d}" for number in range(100)],
            "city": [_CITY[number % 4] for number in range(100)],
            "email": [None] * 100,
        }
    )


def joined(*others: dict[str, object]) -> pd.DataFrame:
    return pd.concat([strangers(), pd.DataFrame(list(others))], ignore_index=True)


def pairs_of(suggestions: list[Suggestion]) -> set[tuple[int, int]]:
    return {(found.left_id, found.right_id) for found in suggestions}


def test_strangers_are_not_suggested() -> None:
    assert suggest(strangers(), COLUMNS) == []


def test_masha_on_paper_and_on_the_site_is_suggested_with_what_speaks_for_it() -> None:
    frame = joined(
        {
            "id": 500,
            "name": "Мария",
            "surname": "Ковалёва",
            "born": "09.03.1987",
            "phone": "89031112233",
            "city": "Тула",
        },
        {"id": 501, "name": "Masha", "surname": "Kovaleva", "born": "1987-09-03", "phone": None, "city": "Tula"},
    )

    (found,) = suggest(frame, COLUMNS)

    assert (found.left_id, found.right_id) == (500, 501)
    assert found.probability > 0.99
    degrees = {evidence.field: (evidence.left, evidence.right, evidence.degree) for evidence in found.evidence}
    assert degrees == {
        "given": ("Мария", "Masha", "another form of the name"),
        "family": ("Ковалёва", "Kovaleva", "equal"),
        "born": ("09.03.1987", "1987-09-03", "one digit, or day and month swapped"),
        "city": ("Тула", "Tula", "equal"),
    }
    assert all(evidence.weight > 0 for evidence in found.evidence)
    weights = [abs(evidence.weight) for evidence in found.evidence]
    assert weights == sorted(weights, reverse=True)


def test_names_in_each_others_place_are_one_person() -> None:
    frame = joined(
        {"id": 500, "name": "Зинаида", "surname": "Щукина", "born": "1961-05-30", "phone": None, "city": "Псков"},
        {"id": 501, "name": "Щукина", "surname": "Зинаида", "born": "1961-05-30", "phone": None, "city": None},
    )

    (found,) = suggest(frame, COLUMNS)

    degrees = {evidence.field: evidence.degree for evidence in found.evidence}
    assert degrees["given"] == "in the place of the family name"
    assert degrees["family"] == "in the place of the given name"


def test_a_family_on_one_phone_is_not_one_person() -> None:
    home = "+7 903 555-66-77"
    frame = joined(
        {"id": 500, "name": "Зинаида", "surname": "Щукина", "born": "1961-05-30", "phone": home, "city": "Псков"},
        {"id": 501, "name": "Тимофей", "surname": "Щукин", "born": "1988-12-01", "phone": home, "city": "Псков"},
    )
    assert pairs_of(suggest(frame, COLUMNS)) == set()


def test_a_family_with_a_common_address_and_like_e_mails_is_not_one_person() -> None:
    """One phone, surname and city, and e-mails made of the family name: what a household has in common joins nobody."""
    common = {"phone": "+79035556677", "city": "Псков"}
    frame = joined(
        {"id": 500, "name": "Алла", "surname": "Щукина", "born": None, "email": "a.shchukina7@mail.ru", **common},
        {
            "id": 501,
            "name": "Тимофей",
            "surname": "Щукин",
            "born": "1988-12-01",
            "email": "t.shchukin81@ya.ru",
            **common,
        },
        {"id": 502, "name": "Щукин", "surname": "Тимофей", "born": "1988-12-01", "email": None, **common},
    )
    columns = replace(COLUMNS, email="email")
    assert pairs_of(suggest(frame, columns)) == {(501, 502)}


def test_the_order_of_rows_and_a_second_run_change_nothing() -> None:
    frame = joined(
        {
            "id": 500,
            "name": "Мария",
            "surname": "Ковалёва",
            "born": "09.03.1987",
            "phone": "89031112233",
            "city": "Тула",
        },
        {"id": 501, "name": "Masha", "surname": "Kovaleva", "born": "1987-03-09", "phone": None, "city": None},
    )
    first = suggest(frame, COLUMNS)
    assert first == suggest(frame, COLUMNS)
    assert first == suggest(frame.iloc[::-1], COLUMNS)


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_too_few_or_silent_records_suggest_nothing(rows: int) -> None:
    silent = pd.DataFrame({"id": range(rows), "name": [None] * rows, "surname": [None] * rows})
    assert suggest(silent, Columns(record="id", given="name", family="surname")) == []


def test_two_records_of_one_name_are_refused() -> None:
    frame = pd.DataFrame({"id": [1, 1], "name": ["Анна", "Анна"]})
    with pytest.raises(ValueError, match="two records alike"):
        prepare(frame, Columns(record="id", given="name"))


def test_a_doubtful_pair_does_not_chain_two_people_into_one() -> None:
    sure = [("a1", "a2"), ("a1", "a3"), ("a2", "a3"), ("b1", "b2"), ("b1", "b3"), ("b2", "b3")]
    doubtful = [("a3", "b1")]
    source_of = {record: record for pair in sure for record in pair}

    groups = dense_groups(sure + doubtful, source_of)

    assert sorted(sorted(group) for group in groups) == [["a1", "a2", "a3"], ["b1", "b2", "b3"]]


def test_in_a_source_without_duplicates_each_keeps_its_single_best_link() -> None:
    source_of = {"till": "till", "site": "site", "site-too": "site"}
    groups = dense_groups([("till", "site"), ("till", "site-too")], source_of)
    assert sorted(sorted(group) for group in groups) == [["site", "till"], ["site-too"]]


def test_addresses_made_of_names_are_known() -> None:
    assert normalise.made_of("apetrov", "anna", "petrov")
    assert not normalise.made_of("sunny", "anna", "petrov")
    assert not normalise.made_of("li", None, "li")
    assert not normalise.made_of(None, "anna")


def test_learning_finds_the_shares_that_made_the_pairs() -> None:
    """Four fields of two degrees in exact expected counts: a thousand persons and 500 households in a million pairs."""
    names, shared = ("given", "born", "street", "phone"), frozenset({"street", "phone"})
    same, by_chance = np.array([0.9, 0.1]), np.array([0.01, 0.99])
    all_pairs, persons, households = 1_000_000.0, 1_000.0, 500.0
    patterns = list(product((0, 1), repeat=len(names)))

    def expected(pattern: tuple[int, ...]) -> float:
        person, household, strangers = persons, households, all_pairs - persons - households
        for name, degree in zip(names, pattern, strict=True):
            person *= same[degree]
            household *= (same if name in shared else by_chance)[degree]
            strangers *= by_chance[degree]
        return float(person + household + strangers)

    counts = np.array([expected(pattern) for pattern in patterns])
    seen = {
        name: np.array([[float(pattern[place] == degree) for degree in (0, 1)] for pattern in patterns])
        for place, name in enumerate(names)
    }
    totals = {name: matrix.T @ counts for name, matrix in seen.items()}

    learned = learn(
        Observed(
            seen=seen,
            counts=counts,
            totals=totals,
            all_pairs=all_pairs,
            unseen=0.5,
            shared={name: np.full(2, float(name in shared)) for name in names},
        ),
        Belief(same={name: np.array([0.8, 0.2]) for name in names}, strength=1.0, pair_share=0.002),
    )

    assert learned.person_share * all_pairs == pytest.approx(persons, rel=0.02)
    assert learned.household_share * all_pairs == pytest.approx(households, rel=0.05)
    for name in names:
        assert learned.same[name][0] == pytest.approx(0.9, abs=0.01)
        assert learned.strangers[name][0] == pytest.approx(0.01, abs=0.001)


def test_febrl_4_is_linked(data_set: DataSet) -> None:
    likely, suggested = identity.measure(identity.febrl4(data_set("febrl").parent))
    assert likely.f1 >= 0.998
    assert suggested.f1 >= 0.998


def test_fake_1000_is_found_well_above_the_reference(data_set: DataSet) -> None:
    likely, suggested = identity.measure(identity.fake1000(data_set("splink_fake_1000").parent))
    assert likely.f1 >= 0.90
    # Holding together buys precision with a little recall.
    assert suggested.precision >= max(0.99, likely.precision)
    assert suggested.f1 >= 0.90


def test_two_thousand_strangers_are_left_alone(data_set: DataSet) -> None:
    case = identity.febrl4(data_set("febrl").parent)
    originals = case.frame[case.frame["source"] == "a"].head(2_000)
    few = Columns(record="rec_id", given="given_name", family="surname", born="date_of_birth", city="suburb")
    assert len(score(originals, few).pairs) == 0


def test_a_missing_set_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EDINO_DATA", str(tmp_path))
    assert identity.run(["febrl1"]) == identity.NOT_HERE
    assert "data set 'febrl' is missing" in capsys.readouterr().err
