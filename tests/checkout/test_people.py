"""Whose a cart is: it follows its customer, merges without losing a hold, and parts as it was."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from edino.checkout import api
from edino.checkout.errors import CartClosed
from edino.checkout.types import Contact
from edino.customers import api as customers
from edino.kernel import log, sql
from edino.staff.types import Actor
from tests.checkout.stage import KOLYA, LAPTOP, Shop, buy, cart_of, counted, facts, lines, stock, stored

pytestmark = pytest.mark.django_db
OLEG = Actor("Oleg")


def masha(shop: Shop, *identifiers: tuple[str, str]) -> Any:
    return customers.identify(source=shop.site, identifiers=list(identifiers) or [("phone", "+79161112233")])


@pytest.fixture
def ask() -> Iterator[None]:
    os.environ["EDINO_CART_MERGE"] = "ask"
    yield
    del os.environ["EDINO_CART_MERGE"]


def test_the_cart_of_the_app_is_the_cart_of_the_site(shop: Shop) -> None:
    known = masha(shop)
    on_site = cart_of(shop, {"SOCK-1": 1}, profile_id=known.profile_id)
    in_app = customers.identify(source=shop.app, identifiers=[("phone", "8 916 111-22-33")])
    again = api.open_cart(source=shop.app, by=LAPTOP, profile_id=in_app.profile_id)
    assert again.uid == on_site.uid
    found = api.live_cart(profile_id=in_app.profile_id)
    assert found is not None
    assert lines(found) == {"SOCK-1": 1}
    assert api.cart(uid=on_site.uid).known


@pytest.mark.parametrize(("policy", "socks"), [("max", 3), ("sum", 5)])
def test_a_guest_who_logs_in_finds_both_carts_in_one_and_no_hold_is_lost(shop: Shop, policy: Any, socks: int) -> None:
    known = masha(shop)
    older = cart_of(shop, {"SOCK-1": 2, "BOTTLE": 1}, profile_id=known.profile_id, reserve=True)
    guest = cart_of(shop, {"SOCK-1": 3, "DAWN-42": 1}, by=LAPTOP, reserve=True)
    api.add_code(uid=guest.uid, code="SUMMER", by=LAPTOP)
    assert stock() == (112, 0, 7)
    made = api.adopt(uid=guest.uid, profile_id=known.profile_id, by=LAPTOP, policy=policy)
    assert (made.cart, made.merged, made.policy) == (older.uid, guest.uid, policy)
    assert made.brought == {"SOCK-1": socks - 2, "DAWN-42": 1}
    assert lines(stored(older.uid)) == {"SOCK-1": socks, "BOTTLE": 1, "DAWN-42": 1}
    assert stored(older.uid).codes == ("SUMMER",)
    assert stored(guest.uid).uid == older.uid
    assert stock()[2] == 7
    again = api.adopt(uid=guest.uid, profile_id=known.profile_id, by=LAPTOP, policy=policy)
    assert (again.cart, again.merged) == (older.uid, None)
    assert counted("checkout_cart", "state = 'open'") == 1
    assert [body["policy"] for body in facts("cart.merged")] == [policy]


def test_who_is_to_be_asked_sees_the_other_cart_beside_his(shop: Shop) -> None:
    known = masha(shop)
    older = cart_of(shop, {"SOCK-1": 2}, profile_id=known.profile_id)
    guest = cart_of(shop, {"SOCK-1": 3}, by=LAPTOP)
    made = api.adopt(uid=guest.uid, profile_id=known.profile_id, by=LAPTOP, policy="ask")
    assert (made.cart, made.merged, made.beside) == (guest.uid, None, older.uid)
    assert lines(stored(guest.uid)) == {"SOCK-1": 3}
    assert api.cart(uid=guest.uid).beside == older.uid
    decided = api.adopt(uid=guest.uid, profile_id=known.profile_id, by=LAPTOP, policy="max")
    assert (decided.cart, lines(stored(older.uid))) == (older.uid, {"SOCK-1": 3})


@pytest.mark.django_db(transaction=True)
def test_customers_who_turn_out_to_be_one_have_one_cart_and_two_again_when_they_are_two(shop: Shop) -> None:
    one = masha(shop, ("phone", "+79161112233"))
    other = masha(shop, ("email", "masha@mail.ru"))
    hers = cart_of(shop, {"SOCK-1": 1}, profile_id=one.profile_id)
    theirs = cart_of(shop, {"SOCK-1": 2, "BOTTLE": 1}, profile_id=other.profile_id, by=LAPTOP)
    made = customers.join(customers=[one.uid, other.uid], reason="same voice", by=OLEG)
    log.drain(["checkout.people"])
    assert (stored(theirs.uid).uid, lines(stored(hers.uid))) == (hers.uid, {"SOCK-1": 2, "BOTTLE": 1})
    api.put_line(uid=hers.uid, sku="DAWN-42", quantity=1, by=KOLYA)
    customers.unjoin(decision=made.decision, reason="two people", by=OLEG)
    log.drain(["checkout.people"])
    assert lines(stored(hers.uid)) == {"SOCK-1": 1, "DAWN-42": 1}
    assert lines(stored(theirs.uid)) == {"SOCK-1": 2, "BOTTLE": 1}
    assert [(body["cart"], body["restored"]) for body in facts("cart.parted")] == [(str(hers.uid), str(theirs.uid))]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_merged_by_itself_where_shoppers_are_asked(shop: Shop, ask: None) -> None:
    one, other = masha(shop, ("phone", "+79161112233")), masha(shop, ("email", "masha@mail.ru"))
    hers = cart_of(shop, {"SOCK-1": 1}, profile_id=one.profile_id)
    theirs = cart_of(shop, {"SOCK-1": 2}, profile_id=other.profile_id)
    customers.join(customers=[one.uid, other.uid], reason="same voice", by=OLEG)
    log.drain(["checkout.people"])
    assert (lines(stored(hers.uid)), lines(stored(theirs.uid))) == ({"SOCK-1": 1}, {"SOCK-1": 2})


def test_a_cart_that_was_bought_is_not_adopted(shop: Shop) -> None:
    view = cart_of(shop, {"SOCK-1": 1})
    buy(view)
    with pytest.raises(CartClosed):
        api.adopt(uid=view.uid, profile_id=masha(shop).profile_id, by=KOLYA)


def test_what_carts_hold_of_a_person_is_handed_over_and_forgotten(shop: Shop) -> None:
    known = masha(shop)
    view = cart_of(shop, {"SOCK-1": 1}, profile_id=known.profile_id)
    stranger = cart_of(shop, {"BOTTLE": 1})
    for uid, name in ((view.uid, "Masha"), (stranger.uid, "Stranger")):
        api.set_contact(uid=uid, contact=Contact(name, "+79161112233"), by=KOLYA)
    told = customers.export(uid=known.uid)["carts"]
    assert [(one["cart"], one["contact"]["name"], one["lines"][0]["sku"]) for one in told] == [
        (view.uid, "Masha", "SOCK-1")
    ]
    customers.erase(uid=known.uid, by="Boris")
    assert (stored(view.uid).contact, stored(view.uid).state) == (Contact(), "ended")
    assert "Masha" not in str(sql.tuples("SELECT contact, delivery, shown FROM checkout_cart"))
    assert stored(stranger.uid).contact.name == "Stranger"


def test_the_card_shows_the_cart_that_is_open_now(shop: Shop) -> None:
    from edino.checkout.screens import card  # models must be loaded first

    known = masha(shop)
    nobody: Any = None
    assert card.read(nobody, customers.person(uid=known.uid)) is None
    cart_of(shop, {"SOCK-1": 2, "BOTTLE": 1}, profile_id=known.profile_id)
    told = card.read(nobody, customers.person(uid=known.uid))
    assert told is not None
    assert [line["quantity"] for line in told["lines"]] == [2, 1]
    assert (told["more"], "<" in str(told["total"])) == (0, True)
