"""The storefront over HTTP: what a shopper finds, sees, puts into the cart and buys, and what a stranger never sees."""

import json
import re
from copy import copy
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.test import Client

from edino.kernel import clock, ids, sql

if TYPE_CHECKING:
    from tests.faces.shop_stage import Shelves

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "8 916 123-45-67"


def browser(language: str = "en") -> Client:
    """A fresh browser of somebody."""
    return Client(headers={"accept": "text/html", "accept-language": language})


def page(client: Client, path: str, status: int = 200, **more: Any) -> str:
    """The words of a page, without its markup."""
    from tests.faces import stage  # Django is set up only after this file is loaded

    answer = client.get(path, follow=True, **more)
    assert answer.status_code == status, (path, answer.status_code)
    return str(stage.text(answer))


def put(client: Client, sku: str, quantity: int = 1) -> None:
    assert client.post("/shop/cart/put/", {"sku": sku, "quantity": quantity}).status_code == 302


def enter(client: Client, shelves: "Shelves", contact: str = PHONE) -> None:
    """Log in by the code that comes."""
    asked = client.post("/shop/log-in/", {"contact": contact})
    proof = hidden(asked, "proof")
    answer = client.post("/shop/log-in/", {"contact": contact, "proof": proof, "code": shelves.post.code()})
    assert (answer.status_code, answer["Location"]) == (302, "/shop/account/")


def hidden(answer: Any, name: str) -> str:
    """The value of a hidden field."""
    found = re.findall(rf'name="{name}" value="([^"]*)"', answer.content.decode().partition("<main")[2])
    assert found, name
    return str(found[0])


def slot_of(client: Client, place: str) -> str:
    """The first free time at a place, as the page of checkout offers it."""
    answer = client.post("/shop/checkout/", {"look": "1", "method": "pickup", "location": place})
    return str(re.findall(r'name="slot" value="([^"]+)"', answer.content.decode())[0])


def buy(client: Client, place: str, **more: str) -> Any:
    """Order what is in the cart, to be picked up."""
    slot = slot_of(client, place)
    looked = client.get("/shop/checkout/")
    given = {
        "key": hidden(looked, "key"),
        "total": hidden(looked, "total"),
        "name": "Лена",
        "phone": PHONE,
        "method": "pickup",
        "location": place,
        "slot": slot,
        "pay": "cod",
        **more,
    }
    return client.post("/shop/checkout/", given), given


def test_lena_finds_her_shoes_by_category_by_words_and_on_the_wrong_keyboard(shelves: "Shelves") -> None:
    lena = browser()
    assert "Running shoes Strela" in page(lena, "/shop/catalogue/running/")
    assert "Socks" not in page(lena, "/shop/catalogue/running/")
    for words in ("кроссов", "shoes strela", "rhjccjdrb"):
        assert "Running shoes Strela" in page(lena, f"/shop/search/?q={words}")
    suggested = lena.get("/shop/search/suggest/?q=носк", headers={"hx-request": "true"}).content.decode()
    assert "Socks, three pairs" in suggested
    assert "Nothing fits" in page(lena, "/shop/search/?q=zzzz")
    found = page(lena, "/shop/catalogue/?option.size=M")
    assert "Socks, three pairs" in found
    assert "Strela" not in found
    assert "Кроссовки беговые «Стрела»" in page(browser("ru"), "/shop/catalogue/running/")
    assert "Not found" in page(lena, "/shop/catalogue/none/", 404)


def test_the_product_page_says_why_it_costs_that_and_where_each_size_is(shelves: "Shelves") -> None:
    url, lena = shelves.url("RUN-BLUE-42"), browser()
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        shelves.reduce("RUN-BLUE-42", 749_000)
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        said = page(lena, f"{url}?v=RUN-BLUE-42")
    assert "7,490 ₽ 8,990 ₽ −17 %" in said
    assert "Lowest price of the 30 days before: 8,990 ₽" in said
    assert "The same in every store" in said
    for cell in ("41 in 2 shops", "42 in 2 shops", "43 we deliver", "44 tell me"):
        assert cell in said
    assert "Тверская, 12" in said
    assert "Tell me when it is back" in page(lena, f"{url}?v=RUN-BLUE-44")
    red = page(lena, f"{url}?v=RUN-RED-42")
    assert "44" not in red.split("Size:")[1].split("Put into")[0], "this size was never made in red"


def test_a_code_scanned_in_a_store_says_what_is_here_and_tells_nobody_who_scanned_it(shelves: "Shelves") -> None:
    lena = browser()
    answer = lena.get(f"/q/{shelves.short('RUN-BLUE-42')}?at=TVER12")
    assert (answer.status_code, answer["Location"]) == (302, shelves.url("RUN-BLUE-42") + "?v=RUN-BLUE-42")
    said = page(lena, answer["Location"])
    assert "42 here" in said
    assert "Тверская, 12 you are here" in said
    assert "it is here" in said
    assert "mistyped" in page(lena, "/q/v0000", 404)
    lena.get(f"/q/{shelves.short('RUN-BLUE-42')}?at=NOWHERE")
    assert "you are here" not in page(lena, shelves.url("RUN-BLUE-42"))


def test_the_city_orders_the_stores(shelves: "Shelves") -> None:
    lena, url = browser(), shelves.url("RUN-BLUE-41") + "?v=RUN-BLUE-41"
    assert "Казань" in page(lena, "/shop/city/")
    assert lena.post("/shop/city/", {"city": "Казань", "next": url})["Location"] == url
    said = page(lena, url)
    assert said.index("Баумана, 7") < said.index("Тверская, 12")
    assert "719 km" in said
    lena.post("/shop/city/", {"city": "Atlantis"})
    assert "Choose your city" in page(lena, "/shop/")


def test_the_cart_counts_tells_coupons_that_are_none_and_lets_nobody_guess_for_long(shelves: "Shelves") -> None:
    lena = browser()
    assert "Your cart is empty" in page(lena, "/shop/cart/")
    put(lena, "RUN-BLUE-42")
    put(lena, "SOCKS-M", 2)
    said = page(lena, "/shop/cart/")
    assert "3 things 9,970 ₽" in said
    wrong = lena.post("/shop/cart/code/", {"code": "NOPE"})
    assert wrong.status_code == 422
    answers = [lena.post("/shop/cart/code/", {"code": f"GUESS{n}"}).content.decode() for n in range(12)]
    assert "Too many codes" not in answers[0]
    assert "Too many codes" in answers[-1]
    assert lena.post("/shop/cart/put/", {"sku": "RUN-BLUE-42", "quantity": 0}).status_code == 302
    assert "Running" not in page(lena, "/shop/cart/")
    assert "not sold here" in lena.post("/shop/cart/put/", {"sku": "NONE"}).content.decode()


def test_a_price_that_rose_is_shown_before_it_can_be_charged(shelves: "Shelves") -> None:
    from tests.faces.shop_stage import TVERSKAYA  # Django is set up only after this file is loaded

    lena = browser()
    put(lena, "SOCKS-M")
    slot = slot_of(lena, TVERSKAYA)
    looked = lena.get("/shop/checkout/")
    shelves.price("SOCKS-M", 59_000)
    given = {"key": hidden(looked, "key"), "total": hidden(looked, "total"), "name": "Лена", "phone": PHONE}
    given |= {"method": "pickup", "location": TVERSKAYA, "slot": slot, "pay": "cod"}
    refused = lena.post("/shop/checkout/", given)
    assert refused.status_code == 422
    assert "590" in refused.content.decode()
    assert sql.scalar("SELECT count(*) FROM orders_order WHERE state <> 'draft'") == 0
    given |= {"key": hidden(refused, "key"), "total": hidden(refused, "total")}
    assert lena.post("/shop/checkout/", given).status_code == 302


def test_a_guest_orders_once_however_often_she_presses_and_only_she_sees_it(shelves: "Shelves") -> None:
    from tests.faces.shop_stage import TVERSKAYA  # Django is set up only after this file is loaded

    lena = browser()
    put(lena, "RUN-BLUE-42")
    twin = browser()
    twin.cookies = copy(lena.cookies)
    bought, given = buy(lena, TVERSKAYA)
    assert bought.status_code == 302
    assert twin.post("/shop/checkout/", given)["Location"] == bought["Location"]
    assert sql.scalar("SELECT count(*) FROM orders_order") == 1
    said = page(lena, bought["Location"])
    code = sql.scalar("SELECT pickup_code FROM orders_order")
    assert code in said
    assert "To pay on receipt 8,990 ₽" in said
    assert "10:00–14:00" in said
    assert "Your cart is empty" in page(lena, "/shop/cart/")
    for stranger in (browser(), browser()):
        refused = page(stranger, bought["Location"], 404)
        assert "There is no such order" in refused
        assert code not in refused
        assert stranger.post(bought["Location"] + "cancel/").status_code == 404
    # Who proves the phone of the order sees it in any browser; another phone shows nothing.
    phone, other = browser(), browser()
    enter(phone, shelves)
    enter(other, shelves, "8 916 999-99-99")
    assert code in page(phone, bought["Location"])
    assert "8,990 ₽" in page(phone, "/shop/account/")
    assert "There is no such order" in page(other, bought["Location"], 404)
    assert "No orders yet" in page(other, "/shop/account/")
    assert phone.post(bought["Location"] + "cancel/").status_code == 302
    assert "cancelled" in page(lena, bought["Location"])


def test_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(shelves: "Shelves") -> None:
    lena = browser()
    put(lena, "SOCKS-M")
    looked = lena.get("/shop/checkout/")
    given = {"key": hidden(looked, "key"), "total": hidden(looked, "total"), "method": "delivery", "city": "Тула"}
    answer = lena.post("/shop/checkout/", given | {"email": "lena@mail.ru", "address": ""})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#name"' in text
    assert 'href="#address"' in text
    assert 'value="Тула"' in text
    assert 'value="lena@mail.ru"' in text
    wrong = lena.post("/shop/checkout/", given | {"name": "Лена", "phone": "12", "address": "Ленина, 1"})
    assert 'id="phone-error"' in wrong.content.decode()
    all_at_once = lena.post("/shop/checkout/", given | {"phone": "12", "email": "лена", "address": ""}).content.decode()
    for field in ("name", "phone", "email", "address"):
        assert f'href="#{field}"' in all_at_once, "she mends the form once, not four times"


def test_a_number_that_is_none_changes_nothing_and_breaks_nothing(shelves: "Shelves") -> None:
    lena = browser()
    put(lena, "SOCKS-M", 2)
    for odd in ("²", "①", "-1", "1e3", "9" * 5000):
        lena.post("/shop/cart/put/", {"sku": "SOCKS-M", "quantity": odd, "add": "1"})
        looked = lena.get("/shop/checkout/")
        told = lena.post(
            "/shop/checkout/", {"key": hidden(looked, "key"), "total": odd, "name": "Лена", "phone": PHONE}
        )
        assert told.status_code == 422
    assert "2 things 980 ₽" in page(lena, "/shop/cart/")


def test_two_devices_have_one_cart_by_a_link_that_names_nobody(shelves: "Shelves") -> None:
    from edino.checkout import api as checkout  # Django is set up only after this file is loaded

    desk, phone, stranger = browser(), browser(), browser()
    put(desk, "RUN-BLUE-42")
    shared = desk.post("/shop/cart/share/").content.decode()
    link = re.search(r'data-copy="http://testserver(/shop/cart/join/)#([\w-]+)"', shared)
    assert link, "the token stands after the #, where no server's log sees it"
    assert "Open the cart" in page(phone, link[1])
    assert phone.post(link[1], {"token": link[2]})["Location"] == "/shop/cart/"
    put(phone, "SOCKS-M")
    said = page(desk, "/shop/cart/")
    assert "Socks, three pairs" in said
    assert "another device" in said
    assert stranger.post(link[1], {"token": "x" * 43}).status_code == 422
    assert "Your cart is empty" in page(stranger, "/shop/cart/")
    assert checkout.history.__doc__ is not None


def test_a_log_in_brings_the_cart_along_and_finds_the_one_of_the_other_device(shelves: "Shelves") -> None:
    desk, phone = browser(), browser()
    put(desk, "RUN-BLUE-42")
    enter(desk, shelves)
    assert "Running shoes Strela" in page(desk, "/shop/cart/")
    put(phone, "SOCKS-M")
    enter(phone, shelves)
    both = page(phone, "/shop/cart/")
    assert "Running shoes Strela" in both
    assert "Socks, three pairs" in both
    assert "Socks, three pairs" in page(desk, "/shop/cart/")
    phone.post("/shop/log-out/")
    assert "Your cart is empty" in page(phone, "/shop/cart/")
    assert "Log in" in page(phone, "/shop/account/")
    assert "Running shoes Strela" in page(desk, "/shop/cart/")


def test_masha_adds_her_paper_card_and_her_name_is_there(shelves: "Shelves") -> None:
    from edino.channels import api as channels  # Django is set up only after this file is loaded
    from edino.customers import api as customers  # as above
    from tests.faces.shop_stage import HOUSE  # as above

    till = channels.create_source(name="Till", channel="store", by=HOUSE)
    form = customers.identify(
        source=till,
        identifiers=[("loyalty_card", "4276001"), ("phone", "+79165550000"), ("email", "masha@mail.ru")],
        traits={"first_name": "Мария", "city": "Казань"},
    )
    masha = browser()
    enter(masha, shelves, "masha-site@mail.ru")
    assert "Мария" not in page(masha, "/shop/account/")
    for card in ("4276 001", "0000 999"):  # one that is known and one that is not answer alike
        asked = masha.post("/shop/account/card/", {"card": card})
        assert "If a phone or an e-mail stands on the form of this card" in asked.content.decode()
    asked = masha.post("/shop/account/card/", {"card": "4276 001"})
    wrong = masha.post("/shop/account/card/", {"card": "4276 001", "proof": hidden(asked, "proof"), "code": "000000"})
    assert wrong.status_code == 422
    code = shelves.post.code()
    assert shelves.post.brought[-1][1] == "+79165550000", "to the contact on the form, not to the one who asks"
    done = masha.post("/shop/account/card/", {"card": "4276 001", "proof": hidden(asked, "proof"), "code": code})
    assert done["Location"] == "/shop/account/?saved=1"
    answer = masha.get("/shop/account/").content.decode()
    for known in ("Мария", "Казань", "4276001", "masha@mail.ru"):
        assert known in answer
    assert form.created is True


def test_permissions_are_the_shoppers_and_of_no_contact_but_a_proved_one(shelves: "Shelves") -> None:
    lena, stranger = browser(), browser()
    enter(lena, shelves)
    point = sql.scalar("SELECT id FROM customers_identifier WHERE kind = 'phone'")
    given = {"point": point, "purpose": "marketing", "allowed": "1"}
    assert lena.post("/shop/account/permissions/", given).status_code == 302
    assert sql.tuples("SELECT state, verified FROM customers_consent") == [("granted", True)]
    enter(stranger, shelves, "8 916 999-99-99")
    assert stranger.post("/shop/account/permissions/", given | {"allowed": "0"}).status_code == 404
    assert browser().post("/shop/account/permissions/", given)["Location"] == "/shop/log-in/"
    assert sql.scalar("SELECT count(*) FROM customers_consent") == 1
    assert lena.post("/shop/account/details/", {"first_name": "Лена"}).status_code == 302
    assert "Hello, Лена" in page(lena, "/shop/account/")


def test_tell_me_needs_a_contact_and_then_waits_once(shelves: "Shelves") -> None:
    lena = browser()
    wish = {"sku": "RUN-BLUE-44", "kind": "back_in_stock"}
    assert lena.post("/shop/tell/", wish)["Location"].startswith("/shop/log-in/?next=")
    enter(lena, shelves)
    for _ in range(2):
        assert "+79161234567" in lena.post("/shop/tell/", wish).content.decode()
    assert sql.scalar("SELECT count(*) FROM inventory_subscription") == 1
    assert lena.post("/shop/tell/", wish | {"sku": "SOCKS-M"}).status_code == 422, "it is there now"
    assert "+79161234567" in lena.post("/shop/tell/", {"sku": "SOCKS-M", "kind": "price_drop"}).content.decode()
    assert lena.post("/shop/tell/", {"sku": "NONE", "kind": "price_drop"}).status_code == 404


def test_a_review_is_written_by_who_proved_a_contact_and_waits_to_be_read(shelves: "Shelves") -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile  # Django is set up only after this file is loaded

    from tests.faces.shop_stage import picture  # as above

    lena, url = browser(), shelves.url("SOCKS-M")
    uid = sql.scalar("SELECT product_uid FROM pub.catalogue_variant WHERE sku = 'SOCKS-M'")
    given = {"rating": "5", "author": "Лена", "text": "Тёплые."}
    assert lena.post(f"/shop/p/{uid}/review/", given)["Location"].startswith("/shop/log-in/")
    enter(lena, shelves)
    assert lena.post(f"/shop/p/{uid}/review/", {"text": "x"}).status_code == 422
    no_photo = SimpleUploadedFile("x.jpg", b"not a picture", "image/jpeg")
    assert lena.post(f"/shop/p/{uid}/review/", {**given, "photo": no_photo}).status_code == 422
    photo = SimpleUploadedFile("shoe.jpg", picture((20, 90, 120)), "image/jpeg")
    sent = lena.post(f"/shop/p/{uid}/review/", {**given, "photo": photo})
    assert sent["Location"] == f"{url}?sent=1#reviews"
    assert "We read it first" in page(lena, sent["Location"])
    assert "Тёплые." not in page(browser(), url)
    assert sql.tuples("SELECT rating, verified FROM catalogue_review") == [(5, False)]


def test_a_kiosk_knows_its_store_and_forgets_who_walked_away(shelves: "Shelves") -> None:
    screen, phone = browser(), browser()
    assert "Start again" in page(screen, "/kiosk/TVER12/")
    assert "42 here" in page(screen, shelves.url("RUN-BLUE-42"))
    put(screen, "RUN-BLUE-42")
    assert screen.get("/shop/checkout/")["Location"] == "/shop/cart/"
    assert screen.get("/shop/account/")["Location"] == "/kiosk/TVER12/"
    shared = screen.post("/shop/cart/share/").content.decode()
    assert "data-copy" not in shared, "a kiosk has nowhere to copy a link to"
    assert screen.post("/kiosk/TVER12/leave/")["Location"] == "/kiosk/TVER12/"
    assert "Your cart is empty" in page(screen, "/shop/cart/")
    assert "you are here" in page(screen, shelves.url("RUN-BLUE-42"))
    assert "Not found" in page(phone, "/kiosk/NONE/", 404)
    put(phone, "SOCKS-M")
    assert "Make it a kiosk" in page(phone, "/kiosk/TVER12/"), "a shopper's own browser is asked first"
    assert "Socks" in page(phone, "/shop/cart/")


def test_no_address_leads_out_of_the_shop_and_none_names_a_person(shelves: "Shelves") -> None:
    lena = browser()
    for evil in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        lena.get(f"/shop/log-in/?next={evil}")
        asked = lena.post("/shop/log-in/", {"contact": PHONE, "next": evil})
        assert hidden(asked, "next") == "/shop/account/"
    enter(lena, shelves, "8 916 123-45-68")
    put(lena, "SOCKS-M")
    seen = "".join(lena.get(path).content.decode() for path in ("/shop/account/", "/shop/cart/", "/shop/checkout/"))
    addresses = re.findall(r'(?:href|action|hx-get|hx-post|data-live)="([^"]*)"', seen)
    named = re.compile(r"@|%40|916.?123")
    assert [one for one in addresses if named.search(one)] == []


def test_cookies_are_out_of_reach_of_scripts_and_cannot_be_forged(shelves: "Shelves") -> None:
    lena = browser()
    assert lena.get("/shop/").cookies.keys() == {"csrftoken"}, "looking around leaves nothing"
    put(lena, "SOCKS-M")
    enter(lena, shelves)
    for name in ("edino_visit", "edino_shopper"):
        assert lena.cookies[name]["httponly"] is True
        assert lena.cookies[name]["samesite"] == "Lax"
    stranger = browser()
    stranger.cookies["edino_shopper"] = str(uuid4())
    stranger.cookies["edino_visit"] = lena.cookies["edino_visit"].value[:-3] + "abc"
    assert "Log in" in page(stranger, "/shop/account/")
    assert "Your cart is empty" in page(stranger, "/shop/cart/")
    assert lena.get("/shop/account/")["Cache-Control"] == "private, no-store"
    guarded = Client(enforce_csrf_checks=True, headers={"accept": "text/html"})
    for path in ("cart/put/", "log-in/", "log-out/", "account/permissions/", "checkout/"):
        assert guarded.post(f"/shop/{path}", {"sku": "SOCKS-M"}).status_code == 403


def test_asking_for_codes_is_limited_by_the_page_too(shelves: "Shelves") -> None:
    lena = browser()
    answers = [lena.post("/shop/log-in/", {"contact": PHONE}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [422]
    assert "Too many codes" in answers[-1].content.decode()
    assert lena.post("/shop/log-in/", {"contact": "12"}).status_code == 422


def test_the_shop_is_an_application_that_keeps_nothing_personal(shelves: "Shelves") -> None:
    lena = browser("ru")
    manifest = json.loads(lena.get("/shop/manifest.webmanifest").content)
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/shop/", "/shop/", "standalone")
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}
    assert "maskable" in {icon["purpose"] for icon in manifest["icons"]}
    worker = lena.get("/shop/worker.js")
    assert worker["Content-Type"] == "text/javascript"
    kept = re.findall(r'"(/[^"]+)"', worker.content.decode())
    assert "/shop/offline/" in kept
    assert [path for path in kept if path.startswith("/shop/") and path != "/shop/offline/"] == []
    for path in kept:
        answer = lena.get(path)
        assert answer.status_code == 200
        answer.close()
    put(lena, "SOCKS-M")
    enter(lena, shelves)
    offline = lena.get("/shop/offline/").content.decode()
    assert "Нет связи" in offline
    assert "place-count" not in offline


def test_consent_joins_the_trackers_name_and_a_refusal_nothing(shelves: "Shelves") -> None:
    lena = browser()
    assert "May we count" in page(lena, "/shop/")
    tracker = str(ids.uuid7())
    lena.post("/shop/counting/", {"given": "no", "tracker": tracker})
    assert "May we count" not in page(lena, "/shop/")
    assert sql.scalar("SELECT count(*) FROM customers_identifier") == 0
    lena.post("/shop/counting/", {"given": "yes", "tracker": tracker})
    assert sql.scalar("SELECT count(DISTINCT customer_id) FROM customers_identifier WHERE kind = 'device'") == 1
    assert sql.scalar("SELECT count(*) FROM customers_identifier WHERE kind = 'device'") == 2
    page_key = re.search(r'data-key="(edino_[^"]+)"', lena.get("/shop/").content.decode())
    assert page_key
    forged = Client().get("/api/v1/customers/lookup", headers={"authorization": f"Bearer {page_key[1]}"})
    assert forged.status_code in {401, 403, 405}, "the key in the page can only send"
