"""The storefront in a real Chromium: on a phone and a desk, in Russian and English, accessible, light, installable."""

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from axe_core_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from pytest_django.live_server_helper import LiveServer
    from tests.faces.shop_stage import Shelves

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
HEAVIEST = 60 * 1024
WORDS = {
    "en": {"order": "Order", "code": "Your pickup code", "cart": "In your cart", "offline": "No connection"},
    "ru": {"order": "Заказ", "code": "Ваш код получения", "cart": "Добавлено в корзину", "offline": "Нет связи"},
}
KEPT = """caches.keys().then(async (names) => (await (await caches.open(names[0])).keys())
  .map((request) => new URL(request.url).pathname))"""


@pytest.fixture
def shelves(live_server: "LiveServer") -> "Iterator[Shelves]":
    """A shop with shelves, whose messages to shoppers are kept."""
    from tests.faces import shop_stage  # Django is set up only after this file is loaded

    with shop_stage.hearing(shop_stage.open_shelves()) as shelves:
        yield shelves


@dataclass(slots=True)
class Street:
    """Where shoppers come from, each with a browser of their own; what browsers complain about is kept."""

    browser: "Browser"
    url: str
    complaints: list[str] = field(default_factory=list)
    contexts: "list[BrowserContext]" = field(default_factory=list)

    def shopper(self, *, width: int = 390, language: str = "en") -> "Page":
        """A fresh browser."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 844 if width < 600 else 900},
            has_touch=width < 600,
            locale="ru-RU" if language == "ru" else "en-GB",
        )
        self.contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page


@pytest.fixture
def street(chromium: "Browser", live_server: "LiveServer") -> Iterator[Street]:
    """At the end no browser has complained."""
    street = Street(chromium, live_server.url)
    yield street
    for context in street.contexts:
        context.close()
    assert street.complaints == []


@pytest.fixture
def look(street: Street) -> Callable[..., None]:
    """A page is accessible, fits its screen and is light."""

    def judge(page: "Page", path: str = "") -> None:
        if path:
            answer = page.goto(street.url + path)
            assert answer is not None
            assert answer.status == 200, path
            assert len(zlib.compress(answer.body())) < HEAVIEST, path
        page.wait_for_load_state()
        found = Axe().run(page, options=RULES)["violations"]
        assert [(page.url, rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
        width = page.viewport_size["width"] if page.viewport_size else 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url

    return judge


@pytest.mark.parametrize(("width", "language"), [(390, "ru"), (1440, "en")])
def test_lena_finds_shoes_buys_them_and_logs_in_to_see_the_order(
    shelves: "Shelves", street: Street, look: Callable[..., None], width: int, language: str
) -> None:
    words, lena = WORDS[language], street.shopper(width=width, language=language)
    look(lena, "/shop/")
    lena.locator("[data-consent=yes]").click()
    lena.locator(".ask").wait_for(state="detached")
    lena.locator("[data-search]").press_sequentially("стрел", delay=60)
    lena.locator("#suggestions .product a").wait_for()
    look(lena)
    lena.locator("#suggestions .product a").click()
    lena.wait_for_url("**/shop/p/**")
    look(lena)
    lena.locator(".cell", has_text="42").click()
    lena.wait_for_url("**?v=RUN-BLUE-42")
    lena.locator("[name=add]").click()
    lena.locator("#added .notice", has_text=words["cart"]).wait_for()
    look(lena)
    assert lena.locator("#place-cart .place-count").inner_text() == "1"
    look(lena, "/shop/cart/")
    lena.locator(".stepper button").nth(1).click()
    lena.locator("#place-cart .place-count", has_text="2").wait_for()
    lena.locator(".stepper button").nth(0).click()
    lena.locator("#place-cart .place-count", has_text="1").wait_for()
    look(lena, "/shop/checkout/")
    lena.locator("#name").fill("Лена Бегун")
    lena.locator("#phone").fill("8 916 123-45-67")
    lena.locator("[name=location][value=TVER12]").check()
    lena.locator("[name=slot]").first.check()
    lena.wait_for_load_state("networkidle")
    look(lena)
    lena.locator("#checkout .sum button").click()
    lena.wait_for_url("**/shop/orders/**")
    order = lena.url
    lena.get_by_text(words["code"]).wait_for()
    look(lena)
    assert not re.search(r"916|%40|@", order)

    home = street.shopper(width=width, language=language)
    home.goto(street.url + "/shop/account/")
    look(home)
    home.keyboard.type("8 916 123-45-67")  # the field has the focus
    home.keyboard.press("Enter")
    home.locator("#id_code").wait_for()
    look(home)
    home.keyboard.type(shelves.post.code())
    home.keyboard.press("Enter")
    home.wait_for_url("**/shop/account/")
    look(home)
    home.locator("#orders a", has_text=words["order"]).click()
    home.wait_for_url(order)


@pytest.mark.parametrize(("width", "language"), [(390, "en"), (1440, "ru")])
def test_every_other_page_is_accessible_too(
    shelves: "Shelves", street: Street, look: Callable[..., None], width: int, language: str
) -> None:
    lena = street.shopper(width=width, language=language)
    shoes = shelves.url("RUN-BLUE-42")
    for path in (
        "/shop/catalogue/",
        "/shop/catalogue/running/",
        "/shop/search/?q=zzzz",
        f"{shoes}?v=RUN-BLUE-44",
        "/shop/cart/",
        "/shop/city/",
        "/shop/counting/",
        "/shop/offline/",
        "/shop/log-in/",
        "/shop/cart/join/",
        "/kiosk/TVER12/",
        shoes,
    ):
        look(lena, path)


def test_filters_narrow_the_shelf_in_place_and_keep_the_place(shelves: "Shelves", street: Street) -> None:
    lena = street.shopper(width=1440)
    lena.goto(street.url + "/shop/catalogue/")
    lena.get_by_role("checkbox", name="Ход").check()
    lena.locator(".shelf-head", has_text="2 things").wait_for()
    assert "brand=" in lena.url
    assert lena.get_by_role("checkbox", name="Ход").is_checked()
    assert lena.locator(".thing").count() == 2
    lena.get_by_role("link", name="Without Ход").click()
    lena.locator(".shelf-head", has_text="3 things").wait_for()


def test_chromium_would_install_it_and_it_says_so_when_the_line_is_gone(shelves: "Shelves", street: Street) -> None:
    phone = street.shopper(language="ru")
    phone.goto(street.url + "/shop/")
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    session = phone.context.new_cdp_session(phone)
    told = session.send("Page.getAppManifest")
    assert told["errors"] == []
    trouble = [one["errorId"] for one in session.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert [one for one in trouble if one != "in-incognito"] == []  # a test's window is always a private one
    phone.reload()
    phone.context.set_offline(True)
    phone.goto(street.url + "/shop/catalogue/")
    phone.get_by_role("heading", name=WORDS["ru"]["offline"]).wait_for()
    colour = phone.evaluate("getComputedStyle(document.querySelector('.button-primary')).backgroundColor")
    assert colour != "rgba(0, 0, 0, 0)", "the page has its look without a line too"
    kept = phone.evaluate(KEPT)
    assert [path for path in kept if path.startswith("/shop/")] == ["/shop/offline/"]
    phone.context.set_offline(False)
    phone.locator(".button-primary").click()
    phone.locator(".things").first.wait_for()
    street.complaints[:] = [one for one in street.complaints if "ERR_INTERNET_DISCONNECTED" not in one]


def test_a_kiosk_hands_its_cart_to_a_phone_and_forgets(shelves: "Shelves", street: Street) -> None:
    screen, phone = street.shopper(width=1440), street.shopper()
    screen.goto(street.url + "/kiosk/TVER12/")
    screen.goto(street.url + shelves.url("RUN-BLUE-42") + "?v=RUN-BLUE-42")
    box = screen.locator("[name=add]").bounding_box()
    assert box is not None
    assert box["height"] >= 60, "a hand in a glove finds it"
    screen.locator("[name=add]").click()
    screen.locator("#added .notice").wait_for()
    screen.goto(street.url + "/shop/cart/")
    with screen.expect_response("**/shop/cart/share/") as shared:
        screen.locator(".sum .button-primary").click()
    screen.locator("#dialog[open] svg.qr").wait_for()
    assert shared.value.status == 200
    token = _token(screen)
    phone.goto(f"{street.url}/shop/cart/join/#{token}")
    phone.wait_for_url("**/shop/cart/")
    phone.locator(".good", has_text="Strela").wait_for()
    assert token not in phone.evaluate("JSON.stringify(performance.getEntriesByType('navigation').map((e) => e.name))")
    screen.keyboard.press("Escape")
    screen.locator("#leave button").click()
    screen.wait_for_url("**/kiosk/TVER12/")
    assert screen.locator("#place-cart .place-count").count() == 0
    assert screen.evaluate("Object.keys(localStorage).length") == 0


def test_a_kiosk_that_is_left_alone_asks_and_then_begins_anew(shelves: "Shelves", street: Street) -> None:
    screen = street.shopper(width=1440)
    screen.clock.install()
    screen.goto(street.url + "/kiosk/TVER12/")
    screen.goto(street.url + shelves.url("SOCKS-M"))
    screen.locator("[name=add]").click()
    screen.locator("#added .notice").wait_for()
    screen.clock.run_for(76_000)
    screen.locator("#still-there[open]").wait_for()
    screen.get_by_role("button", name="Go on").click()
    screen.clock.run_for(30_000)
    assert screen.locator("#still-there[open]").count() == 0
    screen.clock.run_for(60_000)
    screen.wait_for_url("**/kiosk/TVER12/")
    assert screen.locator("#place-cart .place-count").count() == 0


def test_what_is_looked_at_is_counted_only_with_consent(shelves: "Shelves", street: Street) -> None:
    from edino.kernel import sql  # Django is set up only after this file is loaded

    shy, open_ = street.shopper(width=1440), street.shopper(width=1440)
    for shopper, choice in ((shy, "no"), (open_, "yes")):
        shopper.goto(street.url + "/shop/")
        shopper.locator(f"[data-consent={choice}]").click()
        shopper.locator(".ask").wait_for(state="detached")
        shopper.goto(street.url + shelves.url("SOCKS-M"))
        shopper.wait_for_timeout(1500)
        shopper.goto(street.url + "/shop/cart/")
    open_.wait_for_timeout(1500)
    assert shy.evaluate("Object.keys(localStorage).filter((name) => name !== 'edino.consent')") == []
    seen = sql.tuples("SELECT body->'properties'->>'sku' FROM kernel_log WHERE type = 'Product Viewed'")
    assert seen == [("SOCKS-M",)]
    devices = "SELECT count(DISTINCT customer_id) FROM customers_identifier WHERE kind = 'device'"
    assert sql.scalar(devices) == 1, "the tracker's name and the cart's are one visitor"


def test_the_whole_way_by_keyboard_alone(shelves: "Shelves", street: Street) -> None:
    lena = street.shopper(width=1440)
    lena.goto(street.url + shelves.url("SOCKS-M"))
    lena.keyboard.press("/")
    assert lena.evaluate("document.activeElement.name") == "q"
    lena.keyboard.press("Escape")
    _tab_to(lena, "[name=add]")
    lena.keyboard.press("Enter")
    lena.locator("#added a").wait_for()
    _tab_to(lena, "#added a")
    lena.keyboard.press("Enter")
    lena.wait_for_url("**/shop/cart/")
    _tab_to(lena, ".sum a.button-primary")
    lena.keyboard.press("Enter")
    lena.wait_for_url("**/shop/checkout/")
    _tab_to(lena, "#name")
    lena.keyboard.type("Лена")
    lena.keyboard.press("Tab")
    lena.keyboard.type("+79161234567")
    _tab_to(lena, "[name=location]")
    lena.keyboard.press("Space")
    lena.locator("[name=slot]").first.wait_for()
    lena.wait_for_load_state("networkidle")
    _tab_to(lena, "[name=slot]")
    lena.keyboard.press("Space")
    lena.wait_for_load_state("networkidle")
    _tab_to(lena, "#checkout .sum button")
    lena.keyboard.press("Enter")
    lena.wait_for_url("**/shop/orders/**")


def _tab_to(page: "Page", selector: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by Tab")


def _token(screen: "Page") -> str:
    """The token of the link on the screen, once the code is seen to be the code of that link."""
    from edino.faces.screens.shop import wording  # Django is set up only after this file is loaded

    link = str(screen.locator("#dialog .code-card").get_attribute("data-link"))
    drawn = re.search(r' d="([^"]+)"', wording.qr(link))
    assert drawn
    assert screen.locator("#dialog svg.qr path").get_attribute("d") == drawn[1]
    return link.partition("#")[2]


@pytest.mark.parametrize(("width", "language"), [(390, "en"), (1440, "ru")])
def test_masha_proves_her_paper_card_and_has_one_cart_on_two_devices(
    shelves: "Shelves", street: Street, look: Callable[..., None], width: int, language: str
) -> None:
    from tests.faces.shop_stage import HOUSE  # as above

    from edino.channels import api as channels  # Django is set up only after this file is loaded
    from edino.customers import api as customers  # as above

    customers.identify(
        source=channels.create_source(name="Till", channel="store", by=HOUSE),
        identifiers=[("loyalty_card", "4276001"), ("phone", "+79165550000"), ("email", "masha@mail.ru")],
        traits={"first_name": "Мария", "city": "Казань"},
    )
    site, app = (street.shopper(width=width, language=language) for _ in range(2))
    _log_in(site, street, shelves, "masha-site@mail.ru")
    assert "Мария" not in site.content()
    look(site, "/shop/account/card/")
    site.locator("[name=card]").fill("4276 001")
    site.keyboard.press("Enter")
    site.locator("#id_code").wait_for()
    assert "Мария" not in site.content()
    assert shelves.post.brought[-1][1] == "+79165550000"
    look(site)
    site.locator("#id_code").fill(shelves.post.code())
    site.keyboard.press("Enter")
    site.wait_for_url("**/shop/account/?saved=1")
    for known in ("Мария", "Казань", "4276001", "masha@mail.ru"):
        assert known in site.content()
    look(site)
    look(site, "/shop/search/?q=стрела")
    site.locator("main a[href*='/shop/p/']").first.click()
    site.locator(".cell", has_text="42").click()
    site.wait_for_url("**?v=RUN-BLUE-42")
    site.locator("[name=add]").click()
    site.locator("#place-cart .place-count", has_text="1").wait_for()
    _log_in(app, street, shelves, "8 916 555-00-00")
    app.locator("#place-cart .place-count", has_text="1").wait_for()
    look(app, "/shop/cart/")
    assert "42" in app.locator("main").inner_text()


def _log_in(page: "Page", street: Street, shelves: "Shelves", contact: str) -> None:
    page.goto(street.url + "/shop/account/")
    page.keyboard.type(contact)  # the field has the focus
    page.keyboard.press("Enter")
    page.locator("#id_code").wait_for()
    page.keyboard.type(shelves.post.code())
    page.keyboard.press("Enter")
    page.wait_for_url("**/shop/account/")
