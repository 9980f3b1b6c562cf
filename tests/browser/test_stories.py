"""Lena's shoes and Masha's card, each told whole in a browser: in both languages, on a phone and on a desk."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from tests.browser.windows import Windows, scan

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.faces.shop_stage import Shelves

EVERYWHERE = pytest.mark.parametrize(("language", "width"), [("ru", 390), ("ru", 1440), ("en", 390), ("en", 1440)])
LENA = ("Лена Бегун", "8 916 123-45-67", "lena@mail.ru")
CODE = re.compile(r"\b[0-9A-Z]{10}\b")
OURS = re.compile(r"[А-Яа-яЁё]")


@dataclass(slots=True)
class Day:
    """A day in the shop, in one language and at one width."""

    windows: Windows
    shelves: "Shelves"
    language: str
    width: int

    def window(self, session: str = "") -> "Page":
        """A window of a shopper, or of the staff whose log-in it is."""
        return self.windows.of(session).open(width=self.width, language=self.language)

    def judge(self, page: "Page", path: str = "") -> None:
        """Everybody can use this page."""
        self.windows.judge(page, path)

    def say(self, text: str) -> str:
        """A text of the source as this day's people read it; in Russian it is Russian."""
        from django.utils import translation  # Django is set up only after this file is loaded

        with translation.override(self.language):
            said = translation.gettext(text)
        assert self.language == "en" or OURS.search(said), f"{text!r} has no Russian"
        return said

    def press(self, within: "Page | Locator", text: str, *, role: str = "button") -> None:
        """Press what bears this text."""
        within.get_by_role(role, name=self.say(text)).first.click()  # type: ignore[arg-type]  # two roles

    def log_in(self, page: "Page", contact: str) -> None:
        """Log a shopper in, from the page that asks for it: by the code that comes to the contact."""
        page.keyboard.type(contact)  # the field has the focus
        page.keyboard.press("Enter")
        page.locator("#id_code").wait_for()
        self.judge(page)
        page.keyboard.type(self.shelves.post.code())
        page.keyboard.press("Enter")


@pytest.fixture
def day(windows: Windows, shelves: "Shelves", language: str, width: int) -> Day:
    """The shop is open; 43 lies not in this store, but in one nearby and in the warehouse; 44 is on its way."""
    from edino.channels import api as channels  # Django is set up only after this file is loaded
    from edino.inventory.api import waiting  # as above
    from edino.inventory.types import Inbound  # as above
    from edino.kernel import clock  # as above
    from tests.faces.shop_stage import HOUSE  # as above

    shelves.stock("RUN-BLUE-43", "ARBAT3", 2)
    shelves.stock("SOCKS-M", "ARBAT3", 5)
    tomorrow = timezone.localdate(clock.now()) + timedelta(days=1)
    assert waiting.expect(rows=[Inbound("RUN-BLUE-44", "WH", 5, tomorrow, "PO-1")]) == []
    channels.create_source(name="Till", channel="store", by=HOUSE)
    return Day(windows, shelves, language, width)


@EVERYWHERE
def test_lena_and_her_running_shoes(day: Day, desk_of: Callable[..., Windows]) -> None:
    lena = day.window()
    _lena_scans_the_box_and_orders(day, lena)
    order = _the_courier_comes_in_two_days(lena)
    _lena_logs_in(day, lena, order)
    _she_asks_to_be_told(day, lena)
    session = desk_of("operator", day.language).session
    code = _support_keeps_a_pair_nearby_and_says_sorry(day, day.window(session), order)
    _she_sees_the_pair_and_the_coupon(day, lena, code)
    anya = day.window(_tablet(day))
    _anya_exchanges_the_pair(day, anya)
    _the_coupon_counts_online_and_at_the_till(day, lena, anya, code)
    _she_reviews_with_a_photo(day, lena, order)
    _support_reads_the_review(day, day.window(session))
    _everybody_reads_it(day)


def _lena_scans_the_box_and_orders(day: Day, lena: "Page") -> None:
    day.windows.visit(lena, f"/q/{day.shelves.short('RUN-BLUE-41')}?at=TVER12")
    lena.wait_for_url("**/shop/p/**")
    lena.locator("[data-consent=yes]").click()
    lena.locator(".ask").wait_for(state="detached")
    cells = {
        cell.split("\n")[0]: cell.split("\n")[1]
        for cell in lena.locator(".picks").last.locator(".cell").all_inner_texts()
    }
    shops = {"ru": "в 1 магазине", "en": "in 1 shop"}[day.language]
    assert cells == {
        "41": day.say("here"),
        "42": day.say("here"),
        "43": shops,
        "44": day.say("by %(day)s") % {"day": day.say("tomorrow")},
    }
    day.judge(lena)
    lena.locator(".cell", has_text="43").click()
    lena.wait_for_url("**?v=RUN-BLUE-43")
    spots = lena.locator(".spot").all_inner_texts()
    assert any("Арбат, 3" in spot and day.say("the last few") in spot for spot in spots)
    assert any("Тверская, 12" in spot and day.say("not here now") in spot for spot in spots)
    lena.locator("[name=add]").click()
    lena.locator("#added .notice").wait_for()
    day.judge(lena)
    lena.locator("#added a").click()
    lena.wait_for_url("**/shop/cart/")
    day.judge(lena)
    lena.locator(".sum a.button-primary").click()
    lena.wait_for_url("**/shop/checkout/")
    for field, value in zip(("name", "phone", "email"), LENA, strict=True):
        lena.locator(f"#{field}").fill(value)
    with lena.expect_response("**/shop/checkout/"):
        lena.locator("#way-delivery").check()
    lena.locator("#city").fill("Москва")
    lena.locator("#address").fill("Лесная, 5, кв. 7")
    lena.locator("[name=pay][value=cod]").check()
    day.judge(lena)
    lena.locator("#checkout .sum button").click()
    lena.wait_for_url("**/shop/orders/**")
    day.judge(lena)


def _the_courier_comes_in_two_days(lena: "Page") -> str:
    """The warehouse and the courier are systems of their own; they tell it by the same door as their API."""
    from uuid import UUID

    from edino.orders import api as orders  # Django is set up only after this file is loaded
    from tests.faces.shop_stage import HOUSE  # as above

    uid = lena.url.rstrip("/").rpartition("/")[2]
    parcel = orders.order(uid=UUID(uid)).fulfilments[0].uid
    orders.ready(uid=UUID(uid), parcel=parcel, by=HOUSE)
    orders.ship(uid=UUID(uid), parcel=parcel, by=HOUSE, carrier="Courier")
    orders.hand_over(uid=UUID(uid), parcel=parcel, by=HOUSE, tender="cash")
    return uid


def _lena_logs_in(day: Day, lena: "Page", order: str) -> None:
    day.judge(lena, "/shop/log-in/")
    day.log_in(lena, LENA[1])
    lena.wait_for_url("**/shop/account/")
    lena.locator("#orders .spot a").click()
    lena.wait_for_url(f"**/shop/orders/{order}/")
    lena.get_by_text(day.say("delivered")).first.wait_for()
    day.judge(lena)
    lena.get_by_role("link", name=day.say("Give something back")).click()
    lena.wait_for_url("**/return/")
    day.judge(lena)


def _she_asks_to_be_told(day: Day, lena: "Page") -> None:
    """Red ones she would like too; there are none, so we tell her when there are."""
    from edino.kernel import sql  # Django is set up only after this file is loaded

    day.windows.visit(lena, f"{day.shelves.url('RUN-RED-41')}?v=RUN-RED-41")
    assert day.say("tell me") in lena.locator(".cell", has_text="41").inner_text()
    day.press(lena, "Tell me when it is back")
    lena.locator("#added .notice", has_text="+79161234567").wait_for()
    day.judge(lena)
    assert sql.tuples("SELECT body->>'sku' FROM kernel_log WHERE type = 'stock.wanted'") == [("RUN-RED-41",)]


def _support_keeps_a_pair_nearby_and_says_sorry(day: Day, oleg: "Page", order: str) -> str:
    """Oleg types the number that calls; before he hangs up, a pair is kept nearby and a coupon is hers."""
    _a_promotion_for_sorry()
    day.judge(oleg, "/customers/")
    oleg.locator("main input[type=search]").fill(LENA[1])
    oleg.keyboard.press("Enter")
    oleg.locator("h1", has_text="Лена").wait_for()
    day.judge(oleg)
    oleg.locator(f"main a[href='/orders/{order}/']").click()
    oleg.wait_for_url(f"**/orders/{order}/")
    day.judge(oleg)
    day.press(oleg, "Take back…", role="link")
    oleg.wait_for_url("**/returns/new/**")
    oleg.locator("main input[type=number]").fill("1")
    oleg.locator("[name=reason]").select_option("defect")
    oleg.locator("[name=way][value=store]").check()
    day.judge(oleg)
    day.press(oleg, "Open the return")
    oleg.wait_for_url(re.compile(r"/returns/[0-9a-f-]{36}/$"))
    day.judge(oleg)
    day.press(oleg, "Exchange…", role="link")
    oleg.wait_for_url("**/instead/")
    day.judge(oleg)
    assert "Арбат, 3" in oleg.locator("main label", has=oleg.locator("[name=location]")).first.inner_text()
    day.press(oleg, "Keep it there")
    oleg.wait_for_url(re.compile(r"/returns/[0-9a-f-]{36}/$"))
    oleg.locator("#trouble").fill("the sole came off")
    day.press(oleg, "Give the coupon")
    said = oleg.get_by_text(CODE).first.inner_text()
    day.judge(oleg)
    return str(CODE.findall(said)[0])


def _a_promotion_for_sorry() -> None:
    from edino.promotions import api as promotions  # Django is set up only after this file is loaded
    from edino.promotions.types import Action, Definition, PromotionInput  # as above
    from tests.faces.shop_stage import HOUSE  # as above

    definition = Definition(
        name="Sorry: 10 %", needs_code=True, action=Action("percent", percent=1000),
        issue_budget=100_000, issue_value=1000, currency="RUB",
    )  # fmt: skip
    promotions.save_promotion(promotion=PromotionInput(definition, "sorry-10", "active"), by=HOUSE)


def _she_sees_the_pair_and_the_coupon(day: Day, lena: "Page", code: str) -> None:
    """The call is not over yet: both are on her phone."""
    day.windows.visit(lena, "/shop/account/")
    assert "Арбат, 3" in lena.locator("#returns").inner_text()
    assert code in lena.locator("#coupons").inner_text()
    lena.locator("#coupons summary").click()
    day.judge(lena)


def _tablet(day: Day) -> str:
    """Anya's log-in; her tablet stands in the store nearby."""
    from edino.staff.types import Role  # Django is set up only after this file is loaded
    from tests.faces import store_stage  # as above

    client = store_stage.tablet(Role.ASSOCIATE, "ARBAT3", day.language).client
    return str(client.cookies["sessionid"].value)


def _anya_exchanges_the_pair(day: Day, anya: "Page") -> None:
    from edino.inventory import api as inventory  # Django is set up only after this file is loaded

    day.judge(anya, "/store/")
    anya.locator("main a[href^='/store/returns/']").click()
    anya.wait_for_url("**/store/returns/**")
    day.judge(anya)
    with anya.expect_navigation():
        anya.get_by_role("button", name=day.say("Take it back and exchange")).click()
    day.judge(anya)
    day.press(anya, "Go on with the exchange", role="link")
    anya.wait_for_url("**/store/orders/**")
    assert inventory.trace(sku="RUN-BLUE-43", location="ARBAT3").free == 1
    day.judge(anya)


def _the_coupon_counts_online_and_at_the_till(day: Day, lena: "Page", anya: "Page", code: str) -> None:
    day.windows.visit(lena, day.shelves.url("SOCKS-M"))
    lena.locator("[name=add]").click()
    lena.locator("#added .notice").wait_for()
    day.windows.visit(lena, "/shop/cart/")
    whole, less = "490\xa0₽", "441\xa0₽"
    assert lena.locator(".sum dd.total").inner_text() == whole
    lena.locator(".sum form.actions .button").click()
    lena.locator(".sum dd.total", has_text=less).wait_for()
    day.judge(lena)
    lena.locator(".sum [name=drop]").click()
    lena.locator(".sum dd.total", has_text=whole).wait_for()

    day.windows.visit(anya, "/store/find/")
    scan(anya, "+79161234567")
    anya.wait_for_url("**/store/people/**")
    day.judge(anya)
    anya.get_by_role("button", name=day.say("Sell"), exact=True).click()
    anya.wait_for_url("**/store/sell/**")
    scan(anya, code)
    anya.locator("main b.mono", has_text=code).wait_for()
    assert less in anya.locator("main").inner_text()
    day.judge(anya)
    day.press(anya, "Take the payment", role="link")
    anya.wait_for_url("**/pay/")
    day.judge(anya)
    day.press(anya, "Bank card")
    anya.get_by_text(day.say("Sold.")).wait_for()


def _she_reviews_with_a_photo(day: Day, lena: "Page", order: str) -> None:
    from tests.faces import shop_stage  # Django is set up only after this file is loaded

    day.windows.visit(lena, f"/shop/orders/{order}/")
    day.judge(lena)
    day.press(lena, "Write a review", role="link")
    lena.wait_for_url("**/shop/p/**")
    lena.locator("#reviews .segments label", has_text="5").click()
    assert lena.locator("#id_author").input_value() == "Лена"
    lena.locator("#id_text").fill("Лёгкие, как ветер; брак обменяли сразу.")
    photo = {"name": "shoes.jpg", "mimeType": "image/jpeg", "buffer": shop_stage.picture((40, 90, 160))}
    lena.locator("#id_photo").set_input_files(photo)  # type: ignore[arg-type]  # what a picker of files gives
    day.judge(lena)
    day.press(lena.locator("#reviews"), "Send")
    lena.wait_for_url("**sent=1**")
    lena.get_by_text(day.say("Thank you. We read it first, then it appears here.")).wait_for()
    assert lena.locator(".quote").count() == 0


def _support_reads_the_review(day: Day, oleg: "Page") -> None:
    day.judge(oleg, "/reviews/")
    oleg.locator("main .row-link").first.click()
    oleg.locator("main img").first.wait_for()
    day.judge(oleg)
    day.press(oleg, "Publish")
    oleg.wait_for_url("**state=pending**")


def _everybody_reads_it(day: Day) -> None:
    stranger = day.window()
    day.windows.visit(stranger, day.shelves.url("RUN-BLUE-43"))
    quote = stranger.locator(".quote")
    assert "Лёгкие, как ветер" in quote.inner_text()
    assert day.say("bought here") in quote.inner_text()
    quote.locator("img").scroll_into_view_if_needed()
    stranger.locator(".quote img").evaluate("img => img.decode()")  # refuses where it cannot be shown
    day.judge(stranger)


@EVERYWHERE
def test_masha_and_her_paper_card(day: Day) -> None:
    _a_paper_form_in_a_store()
    site, app = day.window(), day.window()
    day.judge(site, "/shop/account/")
    day.log_in(site, "masha-site@mail.ru")
    site.wait_for_url("**/shop/account/")
    assert "Мария" not in site.content()
    day.judge(site)
    site.locator("a[href='/shop/account/card/']").click()
    site.locator("[name=card]").fill("4276 001")
    day.judge(site)
    site.keyboard.press("Enter")
    site.locator("#id_code").wait_for()
    assert "Мария" not in site.content()
    day.judge(site)
    site.locator("#id_code").fill(day.shelves.post.code())
    assert day.shelves.post.brought[-1][1] == "+79165550000"
    site.keyboard.press("Enter")
    site.wait_for_url("**/shop/account/?saved=1")
    assert site.locator("#id_first_name").input_value() == "Мария"
    assert site.locator("#id_city").input_value() == "Казань"
    assert "masha@mail.ru" in site.locator("main").inner_text()
    assert "4276001" in site.locator("main").inner_text()
    day.judge(site)
    day.windows.visit(site, f"{day.shelves.url('RUN-BLUE-42')}?v=RUN-BLUE-42")
    site.locator("[name=add]").click()
    site.locator("#place-cart .place-count", has_text="1").wait_for()

    day.windows.visit(app, "/shop/log-in/")
    day.log_in(app, "8 916 555-00-00")
    app.wait_for_url("**/shop/account/")
    app.locator("#place-cart .place-count", has_text="1").wait_for()
    day.judge(app, "/shop/cart/")
    app.locator(".stepper button").nth(1).click()
    app.locator("#place-cart .place-count", has_text="2").wait_for()
    day.windows.visit(site, "/shop/cart/")
    assert site.locator(".stepper .count").inner_text() == "2"
    day.judge(site)


def _a_paper_form_in_a_store() -> None:
    from edino.channels import api as channels  # Django is set up only after this file is loaded
    from edino.customers import api as customers  # as above

    customers.identify(
        source=channels.get_source(name="Till"),
        identifiers=[("loyalty_card", "4276001"), ("phone", "+79165550000"), ("email", "masha@mail.ru")],
        traits={"first_name": "Мария", "city": "Казань"},
    )
