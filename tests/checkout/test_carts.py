"""One cart on the site, in the app, at the till and with the operator."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from edino.catalogue import api as catalogue
from edino.catalogue.api import offering
from edino.checkout import api
from edino.checkout.api import knowing
from edino.checkout.errors import CartChanged, CartClosed, NotOffered, TokenSpent
from edino.checkout.types import Contact, Delivery, Difference, Hand
from edino.kernel import clock, holds, ids, sql
from edino.kernel.errors import Invalid
from tests.checkout.stage import (
    HOUSE,
    KOLYA,
    LAPTOP,
    OLEG,
    PRICES,
    Shop,
    at_once,
    buy,
    cart_of,
    counted,
    currency,
    facts,
    lines,
    set_prices,
    stock,
    stored,
    told,
)

pytestmark = pytest.mark.django_db
whole = pytest.mark.django_db(transaction=True)


def test_a_cart_shows_what_is_in_it_priced_now(shop: Shop) -> None:
    view = cart_of(shop, {"DAWN-42": 1, "SOCK-1": 2})
    assert lines(view) == {"DAWN-42": 1, "SOCK-1": 2}
    assert view.total == PRICES["DAWN-42"] + 2 * PRICES["SOCK-1"] == view.subtotal
    assert (view.version, view.state, view.known, view.drift) == (3, "open", False, ())
    shoes = view.lines[0]
    assert (shoes.name, dict(shoes.options), shoes.stock, shoes.free) == (
        "Dawn running shoes",
        {"size": "42"},
        "enough",
        28,
    )
    assert stock() == (112, 0, 0)


def test_saying_the_same_again_changes_nothing(shop: Shop) -> None:
    view = cart_of(shop, {"SOCK-1": 2})
    again = api.put_line(uid=view.uid, sku="SOCK-1", quantity=2, by=LAPTOP)
    assert (again.version, lines(again)) == (view.version, {"SOCK-1": 2})
    assert counted("checkout_act") == 2


def test_a_line_set_to_nothing_is_gone_and_may_be_gone_already(shop: Shop) -> None:
    view = cart_of(shop, {"SOCK-1": 2, "DAWN-42": 1})
    left = api.put_line(uid=view.uid, sku="SOCK-1", quantity=0, by=KOLYA)
    assert lines(left) == {"DAWN-42": 1}
    assert api.put_line(uid=view.uid, sku="SOCK-1", quantity=0, by=KOLYA).version == left.version


@pytest.mark.parametrize(
    ("sku", "quantity", "field"), [("NOPE", 1, "sku"), ("SOCK-1", -1, "quantity"), ("SOCK-1", 10_000, "quantity")]
)
def test_what_cannot_be_is_refused_by_name(shop: Shop, sku: str, quantity: int, field: str) -> None:
    view = cart_of(shop, {})
    with pytest.raises(Invalid) as refused:
        api.put_line(uid=view.uid, sku=sku, quantity=quantity, by=KOLYA)
    assert [one.field for one in refused.value.fields] == [field]
    assert stored(view.uid).version == 1


@whole
def test_two_devices_at_once_converge_and_the_history_says_who_did_what(shop: Shop) -> None:
    view = cart_of(shop, {})

    def writes(by: Hand, sku: str) -> None:
        for quantity in (1, 2, 3, 4):
            api.put_line(uid=view.uid, sku=sku, quantity=quantity, by=by)

    answers = at_once(
        [lambda: writes(KOLYA, "SOCK-1"), lambda: writes(LAPTOP, "DAWN-42"), lambda: writes(OLEG, "BOTTLE")]
    )
    assert answers == [None, None, None]
    after = stored(view.uid)
    assert lines(after) == {"SOCK-1": 4, "DAWN-42": 4, "BOTTLE": 4}
    assert after.version == 13
    acts = api.history(uid=view.uid)
    assert [one.version for one in acts] == list(range(13, 0, -1))
    mine = [(one.kind, one.name, one.device, one.detail["to"]) for one in acts if one.detail.get("sku") == "BOTTLE"]
    assert mine == [("staff", "Oleg", "desk 4", quantity) for quantity in (4, 3, 2, 1)]


def test_who_wants_to_be_told_is_told_that_somebody_was_in_between(shop: Shop) -> None:
    view = cart_of(shop, {"SOCK-1": 1})
    api.put_line(uid=view.uid, sku="SOCK-1", quantity=3, by=LAPTOP)
    with pytest.raises(CartChanged) as refused:
        api.put_line(uid=view.uid, sku="SOCK-1", quantity=2, by=KOLYA, expected_version=view.version)
    assert refused.value.differences == (Difference("version", "", 2, 3),)
    assert lines(stored(view.uid)) == {"SOCK-1": 3}


def test_a_price_that_moved_is_told_to_the_device_that_saw_the_old_one(shop: Shop) -> None:
    view = cart_of(shop, {"DAWN-42": 1})
    api.cart(uid=view.uid, device="laptop")
    set_prices({"DAWN-42": 649_000})
    now = api.cart(uid=view.uid, device="phone")
    assert set(now.drift) == {
        Difference("unit", "DAWN-42", 599_000, 649_000),
        Difference("total", "", 599_000, 649_000),
    }
    assert api.cart(uid=view.uid, device="phone").drift == ()
    assert told(api.cart(uid=view.uid, device="laptop")) == {("unit", "DAWN-42"), ("total", "")}
    assert api.cart(uid=view.uid, device="a third").drift == ()


def test_stock_that_ran_out_is_told(shop: Shop) -> None:
    view = cart_of(shop, {"SOCK-1": 2})
    holds.use([holds.Want(id_, total) for id_, total in sql.tuples("SELECT id, total FROM kernel_capacity")])
    now = api.cart(uid=view.uid, device="phone")
    assert now.drift == (Difference("stock", "SOCK-1", "enough", "none"),)
    assert (now.lines[0].stock, now.lines[0].free) == ("none", 0)


def test_the_same_public_id_is_the_same_cart(shop: Shop) -> None:
    uid = ids.uuid7()
    one = api.open_cart(source=shop.site, by=KOLYA, uid=uid)
    again = api.open_cart(source=shop.app, by=LAPTOP, uid=uid)
    assert (one.uid, again.uid, again.id, again.channel) == (uid, uid, one.id, "site")
    assert counted("checkout_cart") == counted("checkout_act") == 1


def test_delivery_and_contact_are_checked_and_kept_in_their_usual_writing(shop: Shop) -> None:
    view = cart_of(shop, {"SOCK-1": 1})
    api.set_delivery(uid=view.uid, delivery=Delivery("pickup", "TVER"), by=KOLYA)
    api.set_contact(uid=view.uid, contact=Contact("Коля ", "8 916 123-45-67", "Kolya@Mail.ru"), by=KOLYA)
    found = stored(view.uid)
    assert found.contact == Contact("Коля", "+79161234567", "kolya@mail.ru")
    assert found.delivery == Delivery("pickup", "TVER")
    wrong: list[tuple[Callable[[], object], str]] = [
        (lambda: api.set_delivery(uid=view.uid, delivery=Delivery("pickup", "HUB"), by=KOLYA), "delivery.location"),
        (lambda: api.set_delivery(uid=view.uid, delivery=Delivery("pickup", "MOON"), by=KOLYA), "delivery.location"),
        (lambda: api.set_delivery(uid=view.uid, delivery=Delivery("carry"), by=KOLYA), "delivery.location"),
        (lambda: api.set_contact(uid=view.uid, contact=Contact("x", "12"), by=KOLYA), "contact.phone"),
    ]
    for work, field in wrong:
        with pytest.raises(Invalid) as refused:
            work()
        assert [one.field for one in refused.value.fields] == [field]
    assert "Коля" not in str(api.history(uid=view.uid))


def test_a_cart_is_handed_over_by_a_link_that_says_nothing_and_ends(shop: Shop) -> None:
    view = cart_of(shop, {"SOCK-1": 1})
    told_ = api.share(uid=view.uid, by=KOLYA, address="https://shop.example")
    assert told_.link == f"https://shop.example/shop/cart/join/{told_.token}"
    assert str(view.uid) not in told_.link
    assert "<svg" in told_.qr
    assert told_.token not in str(sql.tuples("SELECT hash, cart_id FROM checkout_token"))
    assert api.join(token=told_.token, by=LAPTOP).uid == view.uid
    assert [(one.what, one.device) for one in api.history(uid=view.uid)][:2] == [
        ("joined", "laptop"),
        ("shared", "phone"),
    ]
    with pytest.raises(TokenSpent):
        api.join(token=told_.token + "x", by=LAPTOP)
    with clock.frozen(clock.now() + timedelta(days=1, minutes=1)), pytest.raises(TokenSpent):
        api.join(token=told_.token, by=LAPTOP)


def test_the_history_only_grows(shop: Shop) -> None:
    cart_of(shop, {"SOCK-1": 1})
    for text in ("UPDATE checkout_act SET name = 'nobody'", "DELETE FROM checkout_act"):
        with pytest.raises(ProgrammingError), transaction.atomic():
            sql.execute(text)
    with pytest.raises(IntegrityError), transaction.atomic():
        sql.execute("UPDATE checkout_cart SET state = 'lost'")


def test_a_cart_that_was_left_alone_ends_and_gives_back_what_it_held(shop: Shop) -> None:
    left = cart_of(shop, {"SOCK-1": 2}, reserve=True)
    fresh = cart_of(shop, {"DAWN-42": 1})
    assert stock() == (112, 0, 2)
    month = clock.now() + timedelta(days=31)
    with clock.frozen(month):
        api.put_line(uid=fresh.uid, sku="DAWN-42", quantity=2, by=KOLYA)
        assert api.end_abandoned() == 1
        assert api.end_abandoned() == 0
    assert (stored(left.uid).state, stored(fresh.uid).state) == ("ended", "open")
    assert stock() == (112, 0, 0)
    assert [(body["cart"], body["lines"]) for body in facts("cart.abandoned")] == [(str(left.uid), 1)]
    with pytest.raises(CartClosed):
        api.put_line(uid=left.uid, sku="SOCK-1", quantity=1, by=KOLYA)


def test_a_cart_holds_nothing_unless_it_is_asked_to(shop: Shop) -> None:
    cart_of(shop, {"SOCK-1": 2})
    assert stock() == (112, 0, 0)
    held = cart_of(shop, {"SOCK-1": 2}, reserve=True)
    assert stock() == (112, 0, 2)
    api.put_line(uid=held.uid, sku="SOCK-1", quantity=1, by=KOLYA)
    assert stock() == (112, 0, 1)
    order = buy(held, expected_total=PRICES["SOCK-1"], expected_version=None)
    assert order.state == "placed"
    assert stock() == (112, 1, 0)


def test_a_till_goes_on_where_it_was_begun_by_the_operator(shop: Shop) -> None:
    view = cart_of(shop, {"SOCK-1": 1}, by=OLEG, location="TVER")
    at_till = api.cart(uid=view.uid, device="till 1")
    assert lines(at_till) == {"SOCK-1": 1}
    assert (stored(view.uid).location, stored(view.uid).channel) == ("TVER", "site")


def taken_off_the_site(*skus: str) -> None:
    """Vera lets the site, which has an assortment of its own, show less than the app does."""
    goods = [info.product_uid for info in catalogue.variants_by_sku(skus=skus).values()]
    offering.set_listing(assortment="site", products=goods, listed=False, reason="App only", by=HOUSE)
    knowing.forget()


@pytest.fixture
def site_of_its_own(shop: Shop) -> None:
    offering.save_assortment(
        code="site", name="Site", currency=currency(), languages=["en"], channels=["site"], by=HOUSE
    )
    knowing.forget()


@pytest.mark.usefixtures("site_of_its_own")
def test_what_the_channel_does_not_offer_cannot_be_put_into_a_cart_there(shop: Shop) -> None:
    taken_off_the_site("BOTTLE")
    view = cart_of(shop, {"SOCK-1": 1})
    with pytest.raises(NotOffered) as refused:
        api.put_line(uid=view.uid, sku="BOTTLE", quantity=1, by=KOLYA)
    assert [(one.field, one.code, one.message) for one in refused.value.fields] == [
        ("sku", "not_offered", "BOTTLE is not offered here.")
    ]
    assert lines(stored(view.uid)) == {"SOCK-1": 1}
    elsewhere = api.open_cart(source=shop.app, by=KOLYA)
    assert lines(api.put_line(uid=elsewhere.uid, sku="BOTTLE", quantity=1, by=KOLYA)) == {"BOTTLE": 1}


@pytest.mark.usefixtures("site_of_its_own")
def test_what_is_taken_out_of_the_channel_is_told_and_never_charged(shop: Shop) -> None:
    view = cart_of(shop, {"SOCK-1": 1, "BOTTLE": 2})
    taken_off_the_site("BOTTLE")
    with pytest.raises(CartChanged) as refused:
        buy(view)
    assert Difference("offer", "BOTTLE", 2, 0) in refused.value.differences
    assert counted("orders_order") == 0
    shown = api.cart(uid=view.uid, device=KOLYA.device)
    assert (told(shown), shown.total) == ({("offer", "BOTTLE"), ("total", "")}, PRICES["SOCK-1"])
    left = api.put_line(uid=view.uid, sku="BOTTLE", quantity=0, by=KOLYA)
    assert (left.drift, lines(left)) == ((), {"SOCK-1": 1})
    assert buy(left).total == PRICES["SOCK-1"]
