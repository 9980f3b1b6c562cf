"""Who sees what on the card: Oleg in full when he asks, Vera masked, the Stranger nothing."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from edino.channels import api as channels
from edino.customers import api as customers
from edino.kernel import paging, sql
from edino.staff.types import Role
from tests.faces.stage import HOUSE, Shop, pizza, text

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
PHONE = "+79161234512"
ANNA = {"user_id": "anna-1", "phone": PHONE, "email": "anna@mail.ru"}
AsRole = Callable[..., Client]
FORGED = [("2026-01-01T00:00:00+00:00", float("inf")), ("2026-01-01T00:00:00+00:00", 2**70), ("2026-01-01T00:00:00", 1)]


@pytest.fixture
def anna(shop: Shop) -> str:
    """Anna put shoes into the cart an hour ago; her call was missed. The id of her card."""
    shop.introduce("App", 48 * HOUR, ANNA, first_name="Анна", last_name="Кузнецова", city="Тула")
    shop.tell("Site", "Product Added", HOUR, ANNA, sku="RUN-42", name="Running shoes", price=7480, currency="RUB")
    shop.tell("Call centre", "Call Missed", timedelta(minutes=12), {"phone": PHONE})
    return shop.who_is("phone", PHONE)


def trail(operation: str) -> list[tuple[str, str, bool]]:
    """(who, to what, refused) of the lines of an operation."""
    found = "SELECT actor, subject_id, refused FROM staff_audit WHERE operation = %(operation)s ORDER BY id"
    return sql.tuples(found, {"operation": operation})


def test_oleg_sees_the_cart_and_the_missed_call_first(anna: str, as_role: AsRole) -> None:
    page = text(as_role(Role.OPERATOR).get(f"/customers/{anna}/"))
    now, timeline = page.split(" Timeline ")
    assert "Cart: 1 item · 7,480 ₽ · Site" in now
    assert "Last contact called, nobody answered Call centre" in now
    assert "put Running shoes into the cart · 7,480 ₽" in timeline
    assert trail("customers.see") == [("Operator", anna, False)]


def test_nobody_sees_more_than_the_mask_before_asking(anna: str, as_role: AsRole) -> None:
    for role in (Role.OPERATOR, Role.MARKETER):
        page = as_role(role).get(f"/customers/{anna}/")
        told = page.content.decode()
        assert "+7 ••• 12" in told
        assert "Анна К." in told
        for secret in ("6123451", "anna@mail.ru", "Кузнецова", "Тула"):
            assert secret not in told
        assert "no-store" in page["Cache-Control"]
    assert trail("customers.see_personal") == []


def test_oleg_asks_and_it_is_noted(anna: str, as_role: AsRole) -> None:
    oleg = as_role(Role.OPERATOR)
    shown = oleg.post(f"/customers/{anna}/show/", headers={"hx-request": "true"})
    told = text(shown)
    assert PHONE in told
    assert "anna@mail.ru" in told
    assert "Анна Кузнецова" in told
    assert "no-store" in shown["Cache-Control"]
    assert trail("customers.see_personal") == [("Operator", anna, False)]


def test_vera_may_not_ask(anna: str, as_role: AsRole) -> None:
    vera = as_role(Role.MARKETER)
    assert "Show in full" not in text(vera.get(f"/customers/{anna}/"))
    assert vera.post(f"/customers/{anna}/show/").status_code == 403
    assert trail("customers.see_personal") == [("Marketer", "customers/<uuid:uid>/show/", True)]


def test_the_stranger_sees_nothing(anna: str) -> None:
    stranger = Client(headers={"accept": "text/html"})
    for address in (f"/customers/{anna}/", f"/customers/{anna}/why/", "/customers/", "/review/", "/"):
        answer = stranger.get(address)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/login/")
    assert stranger.post("/customers/", {"q": PHONE}).status_code == 302
    assert stranger.get(f"/api/v1/customers/{anna}").status_code == 401


def test_what_came_from_outside_stays_text(shop: Shop, as_role: AsRole) -> None:
    evil = "<script>alert(1)</script>"
    who = {"user_id": "evil-1"}
    shop.introduce("Site", HOUR, who, first_name=evil, city=evil)
    shop.tell("Site", "Product Added", HOUR, who, sku=evil, name=evil, price="1e400", quantity="NaN", currency=evil)
    shop.tell(
        "Site", "Order Completed", 2 * HOUR, who, order_id=evil, products=[{"name": evil, "price": []}, 7], total={}
    )
    shop.tell("Site", evil, HOUR, who, query=[evil], products="none")
    shop.tell("Site", "Products Searched", 3 * HOUR, who, query=evil)
    page = as_role(Role.OPERATOR).get(f"/customers/{shop.who_is('user_id', 'evil-1')}/")
    assert page.status_code == 200
    assert evil not in page.content.decode()
    assert "&lt;script&gt;" in page.content.decode()


def test_the_timeline_is_filtered_and_goes_on(shop: Shop, anna: str, as_role: AsRole) -> None:
    for number in range(45):
        shop.tell("App", "Order Completed", (100 + number) * HOUR, ANNA, **pizza(f"N-{number}", 100 + number, "Pizza"))
    oleg = as_role(Role.OPERATOR)
    swap = {"hx-request": "true", "hx-target": "timeline"}
    orders = text(oleg.get(f"/customers/{anna}/?group=orders", headers=swap))
    assert "order N-0," in orders
    assert "Running shoes" not in orders
    assert "Reach" not in orders
    more = oleg.get(f"/customers/{anna}/?group=orders", headers=swap).context["more"]
    rest = text(oleg.get(more, headers={"hx-request": "true", "hx-target": "timeline-more"}))
    assert "order N-44," in rest
    assert "order N-39," not in rest
    assert "order N-0," not in text(oleg.get(f"/customers/{anna}/?channel=site", headers=swap))
    assert oleg.get(f"/customers/{anna}/?cursor=nonsense", headers=swap).status_code == 422


def test_a_split_is_told_in_numbers_done_and_taken_back(shop: Shop, anna: str, as_role: AsRole) -> None:
    mother = {"phone": PHONE, "loyalty_card": "29000055"}
    shop.tell("Tverskaya 12", "Order Completed", HOUR, mother, **pizza("88-9", 700, "Napoli"))
    oleg = as_role(Role.OPERATOR)
    card = next(one.id for one in customers.person(uid=customers.lookup(kind="phone", value=PHONE).uid).identifiers
                if one.kind == "loyalty_card")  # fmt: skip
    dialog = text(oleg.get(f"/customers/{anna}/split/", headers={"hx-request": "true"}))
    assert "Card ••• 0055" in dialog
    told = text(oleg.post(f"/customers/{anna}/split/told/", {"part": [card]}))
    assert "1 of 4 fragments leaves, with 1 order, 1 event in all. 2 customers come out of it." in told
    answer = oleg.post(f"/customers/{anna}/split/", {"part": [card], "reason": "the card is her mother's"}, follow=True)
    assert "Split. Another customer:" in text(answer)
    hers = shop.who_is("loyalty_card", "29000055")
    assert hers != anna
    assert "order 88-9" in text(oleg.get(f"/customers/{hers}/"))
    assert "order 88-9" not in text(oleg.get(f"/customers/{anna}/"))
    why = oleg.get(f"/customers/{anna}/why/")
    assert "“the card is her mother's”" in text(why)
    (undo,) = {line.undo.url for line in why.context["history"] if line.undo}
    assert "Taken back." in text(oleg.post(undo, follow=True))
    assert shop.who_is("loyalty_card", "29000055") == anna


def test_an_associate_may_not_split(anna: str, as_role: AsRole) -> None:
    anya = as_role(Role.ASSOCIATE)
    assert "Split" not in text(anya.get(f"/customers/{anna}/"))
    assert anya.post(f"/customers/{anna}/split/", {"part": ["1"], "reason": "x"}).status_code == 403
    assert len(customers.person(uid=customers.lookup(kind="phone", value=PHONE).uid).identifiers) == 3


def test_the_api_gives_the_same_customer_masked_unless_the_key_may(anna: str) -> None:
    source = channels.get_source(name="Site")
    answers = {}
    for scopes in (["customers:read"], ["customers:read", "customers:personal"]):
        key = channels.issue_key(source=source, scopes=scopes, by=HOUSE)
        answers[len(scopes)] = Client().get(f"/api/v1/customers/{anna}", headers={"Authorization": f"Bearer {key}"})
    masked, full = answers[1].json(), answers[2].json()
    assert (masked["masked"], full["masked"]) == (True, False)
    assert PHONE not in answers[1].content.decode()
    assert {one["value"] for one in full["identifiers"] if one["kind"] == "phone"} == {PHONE}
    assert {one["value"] for one in masked["identifiers"]} == {None}
    assert full["id"] == masked["id"] == anna
    assert (full["cart"], full["points"]) == (None, None)
    assert trail("customers.see_personal") == [("Site", anna, False)]


def test_the_api_tells_the_timeline_page_by_page(shop: Shop, anna: str) -> None:
    key = channels.issue_key(source=channels.get_source(name="Site"), scopes=["customers:read"], by=HOUSE)
    headers = {"Authorization": f"Bearer {key}"}
    seen: list[str] = []
    cursor = ""
    while True:
        page = Client().get(f"/api/v1/customers/{anna}/timeline?limit=1{cursor}", headers=headers).json()
        seen += [item["type"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == ["Call Missed", "Product Added", "identify"]
    calls = Client().get(f"/api/v1/customers/{anna}/timeline?group=calls", headers=headers).json()
    assert [item["class"] for item in calls["items"]] == ["behaviour"]
    far, huge, naive = (paging.encode(*place) for place in FORGED)
    forged = [f"cursor={one}" for one in (far, huge, naive)]
    for wrong in ("limit=0", "limit=1000", "cursor=x", "limit=a", *forged):
        answer = Client().get(f"/api/v1/customers/{anna}/timeline?{wrong}", headers=headers)
        assert answer.status_code == 422
        assert json.loads(answer.content)["errors"]
    assert Client().get(f"/api/v1/customers/{anna}/timeline?group=%00", headers=headers).status_code == 400
