"""Selling at the counter, from the shelf and from elsewhere; what comes back; counting."""

from types import SimpleNamespace
from typing import Any

import pytest

from edino.channels import api as channels
from edino.checkout.api import delivering
from edino.checkout.errors import NotPayable
from edino.checkout.types import DeliveryMethod, Hand, Tender, Zone
from edino.customers import api as customers
from edino.faces.errors import NoTill
from edino.inventory import api as inventory
from edino.inventory.api import counts
from edino.kernel import ids, sql
from edino.orders import api as orders
from edino.orders.api import returns
from edino.orders.errors import OverTheLimit
from edino.orders.types import ReturnLineInput
from edino.promotions import api as promotions
from edino.promotions.types import Action, Definition, PromotionInput
from edino.staff.types import Role
from tests.checkout import stage as shop
from tests.faces import stage
from tests.faces import store_stage as store

pytestmark = pytest.mark.django_db


def on_hand(sku: str, place: str) -> int:
    """How many lie there by the book."""
    return next(term.amount for term in inventory.trace(sku=sku, location=place).terms if term.word == "on_hand")


def test_a_sale_is_scanned_and_paid_by_two_means() -> None:
    shop.open_shop()
    anya = store.tablet()
    cart = anya.scan("/store/sell/", "SOCK-1").headers["Location"]
    assert "Dawn running shoes: 1 in the sale" in stage.text(anya.scan(cart, "DAWN-42"))
    answer = stage.text(
        anya.client.post(f"{cart}change/", {"do": "line", "sku": "SOCK-1", "quantity": "3"}, headers=store.SWAP)
    )
    assert "7,487 ₽" in answer
    page = anya.client.get(f"{cart}pay/")
    hidden = {name: page.context["form"][name].value() for name in ("key", "total", "version")}
    given = anya.client.post(f"{cart}pay/", hidden | {"cash": "1"})
    assert (given.status_code, "do not add up" in stage.text(given)) == (422, True)
    hidden = {name: given.context["form"][name].value() for name in ("key", "total", "version")}
    done = anya.client.post(f"{cart}pay/", hidden | {"cash": "8000"}, follow=True)
    text = stage.text(done)
    assert "Sold." in text
    assert "Change 513 ₽" in text
    order = orders.find(text=text.split("Order ")[1].split()[0])[0]
    assert [(one.tender, one.captured) for one in order.payments] == [("cash", 748_700)]
    assert order.state == "closed"
    assert [(one.role, one.name) for one in order.credits if one.role == "served"] == [("served", "Associate")]
    assert on_hand("DAWN-42", "TVER") == 4
    assert anya.client.get("/store/sell/").status_code == 200


def test_a_store_without_tills_sells_at_its_tablets_from_the_first_day() -> None:
    from edino.faces.screens.store import sales  # models must be loaded first

    shop.open_shop()
    sql.execute("UPDATE channels_source SET channel_id = 'kiosk' WHERE channel_id = 'store'")
    anya = store.tablet()
    carts = [anya.scan("/store/sell/", "SOCK-1").headers["Location"] for _ in range(2)]
    assert [anya.client.get(cart).status_code for cart in carts] == [200, 200]
    [system] = channels.list_sources(channel="store")
    assert (system.name, system.confirms) == ("Store tablets", [])
    sql.execute("UPDATE channels_source SET is_active = false WHERE channel_id = 'store'")
    request: Any = SimpleNamespace(store=SimpleNamespace(name="Tver", code="TVER"))
    with pytest.raises(NoTill, match="is off"):
        sales.source(request)


def test_a_card_at_the_counter_is_taken_by_its_terminal_and_by_nobody_else() -> None:
    opened = shop.open_shop()
    anya = store.tablet()
    cart = anya.scan("/store/sell/", "SOCK-1").headers["Location"]
    page = anya.client.get(f"{cart}pay/")
    hidden = {name: page.context["form"][name].value() for name in ("key", "total", "version")}
    text = stage.text(anya.client.post(f"{cart}pay/", hidden | {"all": "card"}, follow=True))
    order = orders.find(text=text.split("Order ")[1].split()[0])[0]
    assert [(one.tender, one.captured, one.provider) for one in order.payments] == [("card", 49_900, "terminal")]
    stranger = shop.cart_of(opened, {"SOCK-1": 1})
    with pytest.raises(NotPayable):
        shop.buy(stranger, tenders=(Tender("card", provider="terminal"),))
    assert on_hand("SOCK-1", "TVER") == 4


def test_a_size_that_is_not_here_is_ordered_from_another_store() -> None:
    shop.open_shop()
    for _ in range(5):
        store.carried({"DAWN-41": 1})
    anya = store.tablet()
    goods = anya.text("/store/goods/DAWN-41/")
    assert "Here, Tver store none" in goods
    assert "Klin warehouse has it · 20" in goods
    cart = anya.client.post("/store/goods/DAWN-41/put/", {"way": "pickup"}).headers["Location"]
    page = anya.client.get(f"{cart}pay/")
    hidden = {name: page.context["form"][name].value() for name in ("key", "total", "version")}
    refused = anya.client.post(f"{cart}pay/", hidden | {"all": "later"})
    assert "Say a phone or an e-mail" in stage.text(refused)
    done = anya.client.post(
        f"{cart}pay/", hidden | {"all": "later", "name": "Lena", "phone": "+79161234567"}, follow=True
    )
    number = stage.text(done).split("Order ")[1].split()[0]
    order = orders.find(text=number)[0]
    assert (order.state, order.outstanding, order.delivery.location) == ("placed", order.total, "TVER")
    assert [(one.kind, one.pickup_location) for one in order.fulfilments] == [("transfer", "TVER")]
    assert on_hand("DAWN-41", "TVER") == 0
    assert {(one.role, one.name) for one in order.credits} >= {("served", "Associate")}


def test_what_another_place_has_is_brought_home_by_the_way_that_lena_chooses() -> None:
    shop.open_shop()
    near = Zone(35_000, cities=("Tver",), days=(1, 2))
    for method in (
        DeliveryMethod("courier", {"en": "Courier", "ru": "Курьер"}, shop.currency(), (near,), 1),
        DeliveryMethod("post", {"en": "Post"}, shop.currency(), (Zone(20_000, ("Tver", "Klin"), days=(5, 9)),), 2),
    ):
        delivering.save_delivery_method(method=method, by=shop.HOUSE)
    for _ in range(5):
        store.carried({"DAWN-41": 1})
    anya = store.tablet()
    cart = anya.client.post("/store/goods/DAWN-41/put/", {"way": "delivery"}).headers["Location"]
    # The city of the store is meant until another is said, and the first way there; its price is in the sum.
    page = anya.text(cart)
    for words in ("Courier in 1–2 days 350 ₽", "Post in 5–9 days 200 ₽", "Delivery 350 ₽", "To pay 6,340 ₽"):
        assert words in page
    # Without an address nothing is paid, and the page says so beside the field.
    refused = anya.press(f"{cart}pay/")
    assert "Say street, house and flat." in stage.text(refused)
    far = anya.client.post(f"{cart}change/", {"do": "way", "method": "delivery", "city": "Omsk"}, headers=store.SWAP)
    assert "We do not deliver there yet." in stage.text(far)
    assert "We do not deliver there yet." in stage.text(anya.press(f"{cart}pay/"))
    home = {"do": "way", "method": "delivery", "city": "Klin", "address": "Lenina 1", "postcode": "141600"}
    anya.client.post(f"{cart}change/", home | {"service": "courier"}, headers=store.SWAP)
    assert "To pay 6,190 ₽" in anya.text(cart)  # the courier does not go to Klin: the post does
    form = anya.client.get(f"{cart}pay/").context["form"]
    hidden = {name: form[name].value() for name in ("key", "total", "version")}
    done = anya.press(f"{cart}pay/", **hidden, all="card", name="Lena", phone="+79161234567")
    order = orders.find(text=stage.text(done).split("Order ")[1].split()[0])[0]
    assert (order.total, order.outstanding, order.delivery.amount) == (619_000, 0, 20_000)
    assert order.delivery.address == {"text": "Lenina 1", "postcode": "141600", "service": "Post"}
    assert [(one.kind, one.location) for one in order.fulfilments] == [("delivery", "HUB")]
    assert "Delivery in it 200 ₽" in anya.text(f"/store/orders/{order.uid}/")


def test_without_ways_of_delivery_the_price_of_the_settings_counts_at_the_counter_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EDINO_DELIVERY_PRICE", "30000")
    shop.open_shop()
    anya = store.tablet()
    cart = anya.client.post("/store/goods/SOCK-1/put/", {"way": "delivery"}).headers["Location"]
    page = anya.text(cart)
    assert "To pay 799 ₽" in page
    assert "Postcode" not in page


def test_lena_brings_one_pair_of_two_back_and_the_money_is_shown_before() -> None:
    shop.open_shop()
    order = store.carried({"DAWN-41": 2, "SOCK-1": 1})
    anya = store.tablet()
    assert "now scan what comes back" in stage.text(anya.scan("/store/back/", order.number))
    assert "Dawn running shoes comes back" in stage.text(anya.scan("/store/back/", "DAWN-41"))
    page = anya.press("/store/back/begin/", reason="defect")
    text = stage.text(page)
    assert "Goes back 5,990 ₽" in text
    assert "cash 5,990 ₽" in text
    assert orders.order(uid=order.uid).refunds == ()
    path = page.redirect_chain[-1][0]
    line = page.context["looks"][0].name
    done = stage.text(anya.press(f"{path}settle/", **{line: "damaged", "to": "original"}))
    assert "Settled." in done
    found = orders.order(uid=order.uid)
    assert [(one.tender, one.amount) for one in found.refunds] == [("cash", 599_000)]
    assert on_hand("DAWN-41", "TVER") == 3


def test_a_pair_is_exchanged_for_one_that_another_store_sends() -> None:
    shop.open_shop()
    order = store.carried({"DAWN-41": 1})
    for _ in range(5):
        store.carried({"DAWN-42": 1})
    anya = store.tablet()
    anya.scan("/store/back/", order.number)
    anya.scan("/store/back/", "DAWN-41")
    page = anya.press("/store/back/begin/", reason="size")
    path = page.redirect_chain[-1][0]
    held = stage.text(anya.client.post(path, {"q": "DAWN-42"}, follow=True))
    assert "It comes from another place and is held" in held
    assert "Goes over to the exchange 5,990 ₽" in held
    assert "Goes back 0 ₽" in held
    done = stage.text(anya.press(f"{path}settle/", to="original"))
    assert "Went over to the exchange 5,990 ₽" in done
    back = returns.get_return(uid=page.resolver_match.kwargs["uid"])
    assert back.exchange_uid is not None
    new = orders.order(uid=back.exchange_uid)
    assert (new.state, new.outstanding, new.delivery.location) == ("placed", 0, "TVER")


def test_anya_counts_two_shelves_and_sees_the_difference_before_the_book_is_changed() -> None:
    shop.open_shop()
    anya = store.tablet()
    path = anya.client.post("/store/count/", {"area": "Shelf A"}).headers["Location"]
    for _ in range(3):
        anya.scan(path, "DAWN-42")
    anya.client.post(f"{path}area/", {"area": "Window"})
    assert "Dawn running shoes: 4" in stage.text(anya.scan(path, "DAWN-42"))
    shown = anya.text(path)
    assert "Shelf A: 3" in shown
    assert "Window: 1" in shown
    assert "Socks" not in anya.text(f"{path}close/")
    assert "Missing 1" in anya.text(f"{path}close/")
    assert on_hand("DAWN-42", "TVER") == 5
    assert "The book says what you counted" in stage.text(anya.press(f"{path}close/"))
    assert on_hand("DAWN-42", "TVER") == 4
    other = store.tablet(Role.ADMINISTRATOR, "KLIN")
    assert other.client.get(f"{path}close/").status_code == 404


def test_two_count_one_store_each_sees_the_other_and_a_dead_battery_loses_nothing() -> None:
    shop.open_shop()
    anya, irina = store.tablet(), store.tablet(Role.ADMINISTRATOR)
    path = anya.client.post("/store/count/", {"area": "Shelf A"}).headers["Location"]
    assert irina.client.get("/store/count/").headers["Location"] == path
    irina.client.post(f"{path}area/", {"area": "Window"})
    anya.scan(path, "DAWN-42")
    irina.scan(path, "DAWN-42")
    page = stage.text(irina.scan(path, "SOCK-1"))
    assert "Shelf A: 1 · Associate" in page
    assert "Window: 2" in page
    anya.client.session.flush()
    fresh = store.tablet(language="ru")
    assert fresh.client.get("/store/count/").headers["Location"] == path
    assert "Shelf A: 1" in fresh.text(path)
    # A typed number is how many there are in all; where one stands gets the difference.
    typed = stage.text(irina.scan(path, "", sku="DAWN-42", quantity="5"))
    assert "Window: 5" in typed
    assert "Shelf A: 1" in typed
    found = counts.open_at(location="TVER")
    assert found is not None
    assert [(name, number) for name, number, _ in counts.areas(uid=found.uid)] == [
        ("Shelf A", 1),
        ("Window", 5),
    ]
    assert counts.open_at(location="KLIN") is None


def test_a_gift_card_pays_a_part_and_cash_the_rest() -> None:
    shop.open_shop()
    code = promotions.issue_gift_card(amount=300_000, currency=shop.currency(), by=shop.HOUSE).code
    anya = store.tablet()
    cart = anya.scan("/store/sell/", "DAWN-42").headers["Location"]
    page = anya.client.get(f"{cart}pay/")
    hidden = {name: page.context["form"][name].value() for name in ("key", "total", "version")}
    wanting = anya.client.post(f"{cart}pay/", hidden | {"gift_card": "3000", "cash": "2990"})
    assert "Scan or type the code of the gift card" in stage.text(wanting)
    text = stage.text(
        anya.client.post(f"{cart}pay/", hidden | {"gift_card": "3000", "code": code, "cash": "3000"}, follow=True)
    )
    assert "Change 10 ₽" in text
    order = orders.find(text=text.split("Order ")[1].split()[0])[0]
    assert sorted((one.tender, one.captured) for one in order.payments) == [("cash", 299_000), ("gift_card", 300_000)]
    assert promotions.gift_card(code=code).balance == 0


def test_a_price_that_changed_meanwhile_is_shown_before_it_is_charged() -> None:
    shop.open_shop()
    anya = store.tablet()
    cart = anya.scan("/store/sell/", "DAWN-42").headers["Location"]
    page = anya.client.get(f"{cart}pay/")
    hidden = {name: page.context["form"][name].value() for name in ("key", "total", "version")}
    shop.set_prices({"DAWN-42": 649_000})
    refused = anya.client.post(f"{cart}pay/", hidden | {"all": "cash"})
    assert refused.status_code == 422
    assert "6490" in stage.text(refused).replace(",", "").replace(" ", "")
    hidden = {name: refused.context["form"][name].value() for name in ("key", "total", "version")}
    assert hidden["total"] == "649000"
    assert "Sold." in stage.text(anya.client.post(f"{cart}pay/", hidden | {"all": "cash"}, follow=True))


def sorry(budget: int = 100_000) -> None:
    """Ten per cent for the trouble, of which a person gives away so much in a month."""
    action = Action("percent", percent=10)
    gift = Definition(
        "Sorry", action, currency=shop.currency(), needs_code=True, issue_budget=budget, issue_value=60_000
    )
    promotions.save_promotion(promotion=PromotionInput(gift, "sorry", "active"), by=shop.HOUSE)


def test_anya_gives_a_coupon_for_the_trouble_from_the_page_of_the_return_within_her_budget() -> None:
    opened = shop.open_shop()
    sorry()
    lena = checkout_profile(opened)
    anya, vera = store.tablet(), stage.log_in(Role.MARKETER)
    made = []
    for _ in range(2):
        sold = store.carried({"DAWN-41": 1})
        ask = returns.request_return(
            uid=ids.uuid7(),
            lines=[ReturnLineInput(1, sold.lines[0].id)],
            by=shop.HOUSE,
            location="TVER",
            reason="defect",
            profile_id=lena,
        )
        made.append(ask.uid)
    path = f"/store/returns/{made[0]}/"
    assert "A coupon for the trouble" in anya.text(path)
    page = stage.text(anya.press(f"{path}sorry/", promotion="sorry", reason="a torn seam"))
    code = returns.get_return(uid=made[0]).compensation
    assert code
    assert f"The coupon is {code}" in page
    anya.press(f"{path}sorry/", promotion="sorry", reason="a torn seam")  # twice is once
    assert [one.code for one in promotions.coupons(limit=10).rows] == [code]
    # A second one would be over what she may give this month, and nothing is given.
    assert "is given" in stage.text(anya.press(f"/store/returns/{made[1]}/sorry/", promotion="sorry", reason="late"))
    assert returns.get_return(uid=made[1]).compensation == ""
    # Whoever may not, sees no such thing, and an associate makes no other coupons.
    assert vera.post(f"/store/returns/{made[1]}/sorry/", {"promotion": "sorry", "reason": "x"}).status_code == 403
    assert anya.client.get("/promotions/coupons/").status_code == 403
    assert len(promotions.coupons(limit=10).rows) == 1


def test_the_limit_without_a_receipt_is_a_setting_and_stands_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = shop.open_shop()
    monkeypatch.setenv("EDINO_RECEIPTLESS_TIMES", "2")
    monkeypatch.setenv("EDINO_RECEIPTLESS_AMOUNTS", "EUR:5, RUB:7000")
    anya = store.tablet()
    anya.scan("/store/back/", "DAWN-41")
    assert "at most 2 returns for 7,000 ₽ in 90 days" in anya.text("/store/back/")
    lena = checkout_profile(opened)
    lines = [ReturnLineInput(1, None, "DAWN-41", "size")]
    ask: dict[str, Any] = {"lines": lines, "profile_id": lena, "currency": "RUB"}
    returns.request_return(uid=ids.uuid7(), **ask, by=shop.HOUSE)
    left = returns.allowance(currency="RUB", customer_id=customers.lookup(kind="phone", value="+79161234567").id)
    assert (left.times, left.amount) == (1, 101_000)
    with pytest.raises(OverTheLimit):
        returns.request_return(uid=ids.uuid7(), **ask, by=shop.HOUSE)
    assert returns.allowance(currency="USD").amount == 0


def test_whoever_serves_a_cart_of_the_site_to_its_end_gets_the_credit_for_his_store() -> None:
    opened = shop.open_shop()
    view = shop.cart_of(opened, {"SOCK-1": 1})
    anya = store.tablet()
    place = inventory.location(code="TVER").id
    by = Hand("staff", "Anya", "store TVER 1", "TVER", 7)
    order = store.order_of(shop.buy(view, delivery=shop.pickup(), by=by))
    assert [(one.role, one.location_id, one.staff_id, one.name) for one in order.credits] == [
        ("served", place, 7, "Anya")
    ]
    cart = anya.scan("/store/sell/", "SOCK-1").headers["Location"]
    page = anya.client.get(f"{cart}pay/")
    hidden = {name: page.context["form"][name].value() for name in ("key", "total", "version")}
    text = stage.text(anya.client.post(f"{cart}pay/", hidden | {"all": "cash"}, follow=True))
    sold = orders.find(text=text.split("Order ")[1].split()[0])[0]
    assert {(one.role, one.location_id) for one in sold.credits} == {
        ("started", place),
        ("served", place),
        ("handed", place),
    }
    assert all(one.staff_id for one in sold.credits if one.role != "handed")


def checkout_profile(opened: shop.Shop) -> int:
    """Lena, known by her phone."""
    return customers.identify(source=opened.site, identifiers=[("phone", "+79161234567")]).profile_id
