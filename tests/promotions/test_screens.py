"""Vera writes a promotion, tries it, hands out codes; others of the staff see what their role lets them."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from edino.catalogue import api as catalogue
from edino.kernel import clock, sql
from edino.promotions import api
from edino.promotions.types import Goods, PastBasket, past_baskets
from edino.staff import api as staff
from edino.staff.models import User
from edino.staff.types import Role
from tests.catalogue.price_shop import price, price_list, told, variant
from tests.promotions.till import VERA, action, basket, made, quoted, shoes

pytestmark = pytest.mark.django_db
LogIn = Callable[..., Client]
PROMOTION = {
    "name": "Shoes for spring",
    "kind": "percent",
    "percent": "12.5",
    "currency": "RUB",
    "skus": "SHOE-42, SOCKS\nHAT",
    "min_subtotal": "5000",
    "base": "net",
    "priority": "3",
    "weekdays": ["6", "7"],
    "since": "10:00",
    "until": "22:00",
    "budget": "100000.50",
    "per_customer": "2",
}


@pytest.fixture
def as_role() -> LogIn:
    def log_in(role: Role, language: str = "en") -> Client:
        person, _ = staff.create_user(
            email=f"{role}-{language}@shop.example", name=role.title(), role=role, language=language, by=VERA
        )
        client = Client(headers={"accept": "text/html"})
        client.force_login(User.objects.get(pk=person.id))
        return client

    return log_in


def test_vera_writes_a_promotion_reads_it_in_words_and_lets_it_run(as_role: LogIn) -> None:
    vera = as_role(Role.MARKETER)
    answer = vera.post("/promotions/new/", PROMOTION)
    [found] = api.promotions()
    assert (answer.status_code, answer["Location"]) == (302, f"/promotions/{found.uid}/")
    definition = found.definition
    assert (definition.action.percent, definition.min_subtotal, definition.budget) == (1250, 500_000, 10_000_050)
    assert definition.counted == Goods(skus=frozenset({"SHOE-42", "SOCKS", "HAT"}))
    assert (definition.from_minute, definition.until_minute, definition.weekdays) == (600, 1320, frozenset({6, 7}))
    page = vera.get(f"/promotions/{found.uid}/").content.decode()
    for sentence in ("12.5 % off: HAT, SHOE-42, SOCKS.", "On these days: Saturday, Sunday.", "Between 10:00 and 22:00"):
        assert sentence in page
    assert found.state == "draft"
    assert vera.post(f"/promotions/{found.uid}/state/active/").status_code == 302
    assert api.promotion(uid=found.uid).state == "active"
    form = vera.get(f"/promotions/{found.uid}/change/").content.decode()
    assert 'value="12.5' in form
    assert 'value="100000.5' in form
    changed = vera.post(f"/promotions/{found.uid}/change/", {**PROMOTION, "percent": "10"})
    assert changed.status_code == 302
    assert [(api.promotion(uid=found.uid).version, api.promotion(uid=found.uid).state)] == [(2, "active")]


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(as_role: LogIn) -> None:
    vera = as_role(Role.MARKETER, "ru")
    answer = vera.post("/promotions/new/", {**PROMOTION, "percent": "130", "channels": ["app"]})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Процент больше 0 и не больше 100." in page
    assert "Цена не зависит от канала: укажите, почему здесь зависит." in page
    assert "Shoes for spring" in page
    assert api.promotions() == []


def test_a_rehearsal_on_last_month(as_role: LogIn) -> None:
    sale = made("Shoes −10 %", action("percent", 10), state="draft")
    vera = as_role(Role.MARKETER)
    empty = vera.get(f"/promotions/{sale.uid}/rehearsal/").content.decode()
    assert "No baskets in this time" in empty
    at = clock.now() - timedelta(days=3)
    offer = past_baskets.register(
        "test", lambda since, until: iter([PastBasket(UUID(int=1), basket(shoes(), at=at), {"shoes": 600_000})])
    )
    try:
        page = vera.get(f"/promotions/{sale.uid}/rehearsal/?days=7").content.decode()
    finally:
        past_baskets._offers.pop("test")
    assert offer is not None
    plain = re.sub(r"[\s\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]|<[^>]+>", "", page)
    assert "7,191" in plain
    assert "Margin" in plain
    assert "1,191" in plain
    assert api.promotion(uid=sale.uid).redemptions == 0


def test_a_basket_is_tried_and_says_why(as_role: LogIn) -> None:
    price_list()
    variant("SHOE-42")
    told(price("SHOE-42", 799_000))
    made("Ten", action("percent", 10))
    made("Many", action("percent", 50), min_quantity=5)
    boris = as_role(Role.ANALYST)
    answer = boris.post("/promotions/try/", {"goods": "SHOE-42 2", "currency": "RUB", "channel": "site"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "14,382" in page
    assert "It needs 5 such items, the basket has 2." in page
    wrong = boris.post("/promotions/try/", {"goods": "NOBODY", "currency": "RUB", "channel": "site"})
    assert wrong.status_code == 422
    assert "NOBODY" in wrong.content.decode()


def test_oleg_makes_coupons_takes_them_as_a_file_and_ends_one(as_role: LogIn) -> None:
    spring = made("Spring", action("percent", 10), needs_code=True)
    oleg = as_role(Role.OPERATOR)
    form = {"count": "3", "uses": "1", "reason": "late", "code": "", "card": ""}
    assert oleg.post(f"/promotions/{spring.uid}/coupons/new/", form).status_code == 302
    [batch] = api.batches()
    codes = api.codes_of(batch=batch.uid)
    answer = oleg.get(f"/promotions/batches/{batch.uid}/codes.csv")
    assert b"".join(answer).decode().split() == ["code", *codes]
    assert "no-store" in answer["Cache-Control"]
    assert "Spring" in oleg.get(f"/promotions/coupons/?batch={batch.uid}").content.decode()
    number = api.coupons(code=codes[0]).rows[0].id
    assert codes[0] in oleg.get(f"/promotions/coupons/{number}/").content.decode()
    assert oleg.post(f"/promotions/coupons/{number}/void/").status_code == 302
    assert quoted(codes=[codes[0]]).codes[0].reason == "void"
    nobody = oleg.post(f"/promotions/{spring.uid}/coupons/new/", {**form, "count": "1", "card": "+79160000000"})
    assert (nobody.status_code, "Nobody is known by this." in nobody.content.decode()) == (422, True)
    assert api.coupons().total == 3


def test_a_code_without_a_limit_stays_valid_in_the_list(as_role: LogIn) -> None:
    spring = made("Spring", action("percent", 10), needs_code=True)
    api.issue_coupons(promotion_code=spring.code, code="SPRING", uses=None, by=VERA)
    [shown] = api.coupons().rows
    assert (shown.uses, shown.left) == (None, None)
    page = as_role(Role.OPERATOR).get("/promotions/coupons/").content.decode()
    assert "∞" in page
    assert ">used<" not in page


def test_lists_ask_the_same_number_of_statements_however_long_they_are(as_role: LogIn) -> None:
    price_list()
    vera, merchandiser = as_role(Role.MARKETER), as_role(Role.MERCHANDISER)

    def asked() -> list[int]:
        counts = []
        for client, address in [
            (vera, "/promotions/"),
            (merchandiser, "/promotions/coupons/"),
            (merchandiser, "/promotions/gift-cards/"),
            (merchandiser, "/prices/"),
            (merchandiser, "/prices/parity/"),
            (merchandiser, "/prices/lists/"),
        ]:
            seen: list[str] = []
            sql.observers.append(seen.append)
            try:
                assert client.get(address).status_code == 200
            finally:
                sql.observers.remove(seen.append)
            counts.append(len(seen))
        return counts

    def more(start: int) -> None:
        for number in range(start, start + 5):
            variant(f"V-{number}")
            promotion = made(f"Promotion {number}", action("percent", 10), needs_code=True)
            api.issue_coupons(promotion_code=promotion.code, by=VERA)
            api.issue_gift_card(amount=100, currency="RUB", by=VERA)
            price_list(f"list-{number}")
            told(price(f"V-{number}", 100))
            catalogue.record_price_exception(
                channel="app", sku=f"V-{number}", amount=90, currency="RUB", reason="why not", by=VERA
            )

    more(0)
    asked()
    before = asked()
    more(10)
    assert asked() == before


def test_a_gift_card_is_made_and_its_code_shown_once(as_role: LogIn) -> None:
    merchandiser = as_role(Role.MERCHANDISER)
    answer = merchandiser.post("/promotions/gift-cards/new/", {"amount": "3000", "currency": "RUB"})
    code = re.search(r"(?:[2-9A-Z]{4}-){3}[2-9A-Z]{4}", answer.content.decode())
    assert code is not None
    assert "no-store" in answer["Cache-Control"]
    card = api.gift_card(code=code[0])
    assert card.balance == 300_000
    page = merchandiser.get(f"/promotions/gift-cards/{card.id}/").content.decode()
    assert code[0] not in page
    assert code[0][-4:] in page
    assert code[0][-4:] in merchandiser.get(f"/promotions/gift-cards/?masked={code[0][-4:]}").content.decode()


def test_prices_are_seen_set_and_excepted_on_the_screen(as_role: LogIn) -> None:
    price_list()
    number = variant("SHOE-42")
    told(price("SHOE-42", 799_000))
    merchandiser = as_role(Role.MERCHANDISER)
    page = merchandiser.get("/prices/").content.decode()
    assert "the same everywhere" in page
    given = {"price_list": "base", "amount": "6990", "starts_at": "", "ends_at": ""}
    assert merchandiser.post(f"/prices/{number}/set/", given).status_code == 302
    assert catalogue.prices(variant_ids=[number], currency="RUB")[number].unit == 699_000
    form = {"channel": "marketplace", "sku": "SHOE-42", "amount": "7990", "currency": "RUB", "reason": " "}
    assert merchandiser.post("/prices/exceptions/new/", form).status_code == 422
    assert merchandiser.post("/prices/exceptions/new/", {**form, "reason": "Their fee"}).status_code == 302
    for address in ("/prices/parity/", f"/prices/{number}/"):
        page = merchandiser.get(address).content.decode()
        assert "Their fee" in page
        assert "nobody said why" not in page
    assert "differs by an exception" in merchandiser.get("/prices/?excepted=1").content.decode()
    [exception] = catalogue.parity(currency="RUB")
    assert exception.author == "Merchandiser"
    boris = as_role(Role.ANALYST)
    assert boris.get("/prices/parity/").status_code == 200
    assert boris.post("/prices/exceptions/new/", form).status_code == 403
    assert "/prices/exceptions/new/" not in boris.get("/prices/parity/").content.decode()
    listed = {"code": "club", "name": "Club", "currency": "RUB", "priority": "5", "active": "on"}
    assert merchandiser.post("/prices/lists/new/", listed).status_code == 302
    assert [one.code for one in catalogue.price_lists()] == ["club", "base"]
    assert merchandiser.get("/prices/lists/club/").status_code == 200


def test_the_parity_report_shows_promotions_of_some_channels_too(as_role: LogIn) -> None:
    made(
        "First steps in the app",
        action("percent", 5),
        channels=frozenset({"app"}),
        channel_reason="To make the app known",
    )
    page = as_role(Role.MERCHANDISER).get("/prices/parity/").content.decode()
    assert "First steps in the app" in page
    assert "To make the app known" in page


def test_anya_sees_no_prices_of_the_office(as_role: LogIn) -> None:
    anya = as_role(Role.ASSOCIATE)
    for address in ("/prices/", "/promotions/", "/promotions/try/", "/promotions/coupons/", "/promotions/gift-cards/"):
        assert anya.get(address).status_code == 403
