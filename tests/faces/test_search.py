"""Anya finds whoever stands before her; what she types is in no address."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from edino.staff.types import Role
from tests.faces.stage import Shop, text

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
AsRole = Callable[..., Client]


@pytest.fixture
def people(shop: Shop) -> Shop:
    shop.introduce(
        "Site", DAY, {"phone": "+79161234512", "email": "anna@mail.ru"}, first_name="Анна", last_name="Кузнецова"
    )
    shop.introduce("Site", DAY, {"phone": "+79161230099"}, first_name="Ivan", last_name="Kuznetsov")
    return shop


def test_an_exact_identifier_opens_the_card(people: Shop, as_role: AsRole) -> None:
    answer = as_role(Role.ASSOCIATE).post("/customers/", {"q": "8 (916) 123-45-12"})
    assert (answer.status_code, answer["Location"]) == (302, f"/customers/{people.who_is('phone', '+79161234512')}/")


def test_a_name_in_either_alphabet_lists_both(people: Shop, as_role: AsRole) -> None:
    anya = as_role(Role.ASSOCIATE)
    for typed in ("Кузнец", "kuznets"):
        answer = anya.post("/customers/", {"q": typed}, follow=True)
        assert answer.redirect_chain == [("/customers/?again", 302)]
        told = text(answer)
        assert "Анна К. +7 ••• 12 · a•••@mail.ru by name or city" in told
        assert "Ivan K. +7 ••• 99 by name or city" in told
        assert "6123451" not in told


def test_what_is_typed_never_stands_in_an_address(people: Shop, as_role: AsRole) -> None:
    anya = as_role(Role.ASSOCIATE)
    assert "Анна" not in text(anya.get("/customers/?q=Кузнец"))
    page = anya.get("/customers/").content.decode()
    assert page.count('<form class="search" role="search" method="post"') == 2
    assert 'data-scan-method="post"' in page


def test_a_scanner_opens_the_only_one_and_lists_several(people: Shop, as_role: AsRole) -> None:
    anya = as_role(Role.ASSOCIATE)
    assert anya.post("/customers/", {"q": "4512", "scan": "1"})["Location"].startswith("/customers/0")
    assert anya.post("/customers/", {"q": "Kuzn", "scan": "1"})["Location"] == "/customers/?again"


def test_typing_answers_in_place(people: Shop, as_role: AsRole) -> None:
    told = as_role(Role.ASSOCIATE).post("/customers/", {"q": "ivan"}, headers={"hx-request": "true"})
    assert "<html" not in told.content.decode()
    assert "Ivan K." in text(told)
    nobody = as_role(Role.ASSOCIATE, "ru").post("/customers/", {"q": "\x00zzzz"}, headers={"hx-request": "true"})
    assert nobody.status_code == 200


def test_an_analyst_does_not_look_for_people(people: Shop, as_role: AsRole) -> None:
    boris = as_role(Role.ANALYST)
    assert boris.post("/customers/", {"q": "Кузнец"}).status_code == 403
    assert 'method="post" action="/customers/"' not in boris.get("/").content.decode()
