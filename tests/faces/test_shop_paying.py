"""Paying in the shop: by card through a real protocol, with a gift card and the rest on receipt; and giving back."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from edino.kernel import sql
from tests.faces.test_shop import browser, buy, enter, hidden, page, put, slot_of

if TYPE_CHECKING:
    from tests.faces.shop_stage import Shelves
    from tests.integrations.yookassa_emulator import YooKassaEmulator

pytestmark = pytest.mark.django_db(transaction=True)
SOCKS = 49_000


@pytest.fixture
def bank() -> "Iterator[YooKassaEmulator]":
    """The payment service, which really is asked over HTTP."""
    from tests.integrations.test_yookassa import at_bank  # Django is set up only after this file is loaded

    yield from at_bank()


def states() -> list[tuple[Any, ...]]:
    """How orders stand, and how much of them was taken."""
    return sql.tuples(
        "SELECT o.state, coalesce(sum(p.captured), 0)::bigint FROM orders_order o"
        " LEFT JOIN orders_payment p ON p.order_id = o.id GROUP BY o.id, o.state ORDER BY o.id"
    )


def ref(bank: "YooKassaEmulator") -> str:
    return next(reversed(bank.payments))


def test_lena_pays_by_card_and_comes_back_to_her_order(shelves: "Shelves", bank: "YooKassaEmulator") -> None:
    lena = browser()
    put(lena, "SOCKS-M")
    sent, given = buy(lena, "TVER12", pay="card")
    text = sent.content.decode()
    assert sent.status_code == 200
    assert "data-go" in text, "the page goes on by itself: a form may lead nowhere but here"
    assert [one["amount"]["value"] for one in bank.payments.values()] == ["490.00"]
    waiting = lena.get("/shop/checkout/paid/")
    assert "We wait to hear from the bank" in page(lena, waiting["Location"])
    assert lena.get("/shop/checkout/")["Location"] == waiting["Location"], "the cart is being paid for"
    assert states() == [("draft", 0)]
    bank.pay(ref(bank))
    back = lena.get("/shop/checkout/paid/")
    said = page(lena, back["Location"])
    assert "Paid: bank card 490 ₽" in said
    assert "To pay on receipt" not in said
    assert "Your cart is empty" in page(lena, "/shop/cart/")
    assert states() == [("placed", SOCKS)]
    again = lena.post("/shop/checkout/", given)
    assert again["Location"] in {back["Location"], "/shop/cart/"}
    assert len(bank.payments) == 1


def test_a_payment_that_failed_leaves_the_cart_and_says_so(shelves: "Shelves", bank: "YooKassaEmulator") -> None:
    lena = browser()
    put(lena, "SOCKS-M")
    buy(lena, "TVER12", pay="card")
    bank.turn_back(ref(bank))
    told = lena.get("/shop/checkout/paid/")
    assert told.status_code == 422
    assert "The payment did not go through" in told.content.decode()
    assert "1 thing 490 ₽" in page(lena, "/shop/cart/")
    assert [state for state, _ in states()] == ["dropped"]
    bought, _ = buy(lena, "TVER12", pay="cod")
    assert bought.status_code == 302


def test_who_has_the_cart_too_learns_nothing_of_who_buys_it(shelves: "Shelves", bank: "YooKassaEmulator") -> None:
    lena, stranger = browser(), browser()
    put(stranger, "SOCKS-M")
    shared = stranger.post("/shop/cart/share/").content.decode()
    token = re.findall(r"/shop/cart/join/#([\w-]+)", shared)[0]
    assert lena.post("/shop/cart/join/", {"token": token}).status_code == 302
    # She is turned back by the bank: what she typed stays with her.
    buy(lena, "TVER12", pay="card")
    assert stranger.get("/shop/checkout/")["Location"] == "/shop/cart/"
    assert "being paid for" in page(stranger, "/shop/cart/")
    bank.turn_back(ref(bank))
    lena.get("/shop/checkout/paid/")
    assert 'value="Лена"' in lena.get("/shop/checkout/").content.decode()
    theirs = stranger.get("/shop/checkout/").content.decode()
    assert "Лена" not in theirs
    assert "916" not in re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", theirs)  # ids hold any digits
    bought, given = buy(lena, "TVER12", pay="cod")
    for answer in (stranger.get("/shop/checkout/"), stranger.post("/shop/checkout/", given)):
        assert answer["Location"] == "/shop/cart/"
    assert stranger.get(bought["Location"]).status_code == 404


def test_who_buys_the_same_cart_a_moment_later_is_not_shown_the_order(
    shelves: "Shelves", monkeypatch: pytest.MonkeyPatch
) -> None:
    from edino.faces.screens.shop import buying  # Django is set up only after this file is loaded

    lena, stranger = browser(), browser()
    put(stranger, "SOCKS-M")
    shared = stranger.post("/shop/cart/share/").content.decode()
    lena.post("/shop/cart/join/", {"token": re.findall(r"/shop/cart/join/#([\w-]+)", shared)[0]})
    look, bought = buying._tenders, []

    def meanwhile(*given: Any) -> Any:
        """Lena is faster: his page has read the cart already, and has not bought it yet."""
        monkeypatch.setattr(buying, "_tenders", look)
        bought.append(buy(lena, "TVER12", pay="cod")[0]["Location"])
        return look(*given)

    monkeypatch.setattr(buying, "_tenders", meanwhile)
    answer, _given = buy(stranger, "TVER12", pay="cod")
    assert (answer.status_code, answer["Location"]) == (302, "/shop/cart/")
    assert (lena.get(bought[0]).status_code, stranger.get(bought[0]).status_code) == (200, 404)
    assert len(states()) == 1


def test_a_payment_is_given_up_and_chosen_anew(shelves: "Shelves", bank: "YooKassaEmulator") -> None:
    lena = browser()
    put(lena, "SOCKS-M")
    buy(lena, "TVER12", pay="card")
    assert lena.post("/shop/checkout/give-up/")["Location"] == "/shop/checkout/"
    bought, _ = buy(lena, "TVER12", pay="cod")
    assert "To pay on receipt 490 ₽" in page(lena, bought["Location"])


def test_a_gift_card_pays_what_it_can_and_nobody_guesses_its_code(shelves: "Shelves") -> None:
    from edino.promotions import api as promotions  # Django is set up only after this file is loaded
    from tests.faces.shop_stage import HOUSE  # as above

    card = promotions.issue_gift_card(amount=20_000, currency="RUB", by=HOUSE)
    lena = browser()
    put(lena, "SOCKS-M")
    slot_of(lena, "TVER12")
    looked = lena.post("/shop/checkout/", {"look": "1", "gift": card.code, "method": "pickup", "location": "TVER12"})
    told = " ".join(re.sub(r"<[^>]+>", " ", looked.content.decode()).split())
    assert "To pay 290 ₽" in told, "the rest is told before"
    assert "Order for 290 ₽" in told, "and the button says the same"
    bought, _ = buy(lena, "TVER12", gift=card.code)
    said = page(lena, bought["Location"])
    assert "Paid: gift card 200 ₽" in said
    assert "To pay on receipt 290 ₽" in said
    assert promotions.gift_card(code=card.code).balance == 0
    put(lena, "SOCKS-M")
    for number in range(11):
        refused = lena.post("/shop/checkout/", {"look": "1", "gift": f"WRONG-{number}", "method": "pickup"})
    assert "Too many codes" in refused.content.decode()


def test_lena_asks_to_give_back_what_she_has(shelves: "Shelves") -> None:
    lena = browser()
    enter(lena, shelves)
    put(lena, "SOCKS-M", 2)
    bought, _ = buy(lena, "TVER12")
    address = bought["Location"]
    assert "Give something back" not in page(lena, address), "she has nothing yet"
    _hand_out(address)
    asked = lena.get(f"{address}return/")
    line = re.findall(r'name="(line-\d+)"', asked.content.decode())[0]
    given = {"key": hidden(asked, "key"), "reason": "size", "way": "store", line: "1"}
    assert lena.post(f"{address}return/", given | {"reason": ""}).status_code == 422
    assert lena.post(f"{address}return/", given | {line: "0"}).status_code == 422
    for _ in range(2):
        assert lena.post(f"{address}return/", given)["Location"] == "/shop/account/#returns"
    rows = "SELECT r.state, l.quantity FROM orders_return r JOIN orders_return_line l ON l.return_id = r.id"
    assert sql.tuples(rows) == [("requested", 1)]
    assert "asked for" in page(lena, "/shop/account/")
    stranger = browser()
    enter(stranger, shelves, "8 916 999-99-99")
    assert stranger.get(f"{address}return/").status_code == 404
    assert stranger.post(f"{address}return/", given).status_code == 404


def _hand_out(address: str) -> None:
    """The store puts the order together and hands it over."""
    from uuid import UUID  # only here

    from edino.orders import api as orders  # Django is set up only after this file is loaded
    from tests.faces.shop_stage import HOUSE, TVERSKAYA  # as above

    uid = UUID(address.strip("/").rpartition("/")[2])
    orders.ready(uid=uid, by=HOUSE)
    code = orders.order(uid=uid).pickup_code
    orders.hand_over(uid=uid, by=HOUSE, code=code, location=TVERSKAYA, tender="cash")


def test_no_more_statements_for_more_things(shelves: "Shelves", monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    lena = browser()
    shoes = shelves.url("RUN-BLUE-42")

    def count(path: str) -> int:
        ran.clear()
        sql.observers.append(ran.append)
        try:
            assert lena.get(path).status_code == 200
        finally:
            sql.observers.remove(ran.append)
        return len(ran)

    lena.get("/shop/")
    put(lena, "SOCKS-M")
    lena.get("/shop/cart/")
    few = {path: count(path) for path in ("/shop/", "/shop/catalogue/", shoes, "/shop/cart/")}
    for sku in ("RUN-BLUE-41", "RUN-BLUE-42", "RUN-RED-42", "CAP-1"):
        put(lena, sku)
    _more_things(shelves, 12)
    lena.get("/shop/cart/")
    assert {path: count(path) for path in few} == few
    assert max(few.values()) < 30, few


def _more_things(shelves: "Shelves", number: int) -> None:
    from edino.catalogue import api as catalogue  # Django is set up only after this file is loaded
    from edino.catalogue.types import ProductInput, VariantInput  # as above

    things = [
        ProductInput(f"t{n}", {"en": f"Thing {n}"}, categories=["small"], variants=[VariantInput(f"t{n}", f"T-{n}")])
        for n in range(number)
    ]
    catalogue.upsert_products(source=shelves.source, products=things)
    for n in range(number):
        shelves.price(f"T-{n}", 10_000 + n)
