"""The storefront in a real Chromium: on a phone and a desk, in Russian and English, accessible, light, installable."""

import re
import time
from typing import TYPE_CHECKING

import pytest

from tests.browser.windows import Windows

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.faces.shop_stage import Shelves

OFFLINE = "Нет связи"
KEPT = """caches.keys().then(async (names) => (await (await caches.open(names[0])).keys())
  .map((request) => new URL(request.url).pathname))"""


@pytest.mark.parametrize(("width", "language"), [(390, "en"), (1440, "ru")])
def test_every_page_beside_the_stories_is_accessible_too(
    shelves: "Shelves", windows: Windows, width: int, language: str
) -> None:
    lena = windows.open(width=width, language=language)
    shoes = shelves.url("RUN-BLUE-42")
    for path in (
        "/shop/",
        "/shop/catalogue/",
        "/shop/catalogue/running/",
        "/shop/search/?q=zzzz",
        f"/shop/search/?q={'щ' * 300}",
        f"{shoes}?v=RUN-BLUE-44",
        "/shop/cart/",
        "/shop/city/",
        "/shop/counting/",
        "/shop/offline/",
        "/shop/cart/join/",
        "/kiosk/TVER12/",
        shoes,
    ):
        windows.judge(lena, path)


def test_suggestions_come_while_typing(shelves: "Shelves", windows: Windows) -> None:
    lena = windows.open("/shop/", language="ru")
    lena.locator("[data-search]").press_sequentially("стрел", delay=60)
    lena.locator("#suggestions .product a").wait_for()
    windows.judge(lena)
    lena.locator("#suggestions .product a").click()
    lena.wait_for_url("**/shop/p/**")


def test_filters_narrow_the_shelf_in_place_and_keep_the_place(shelves: "Shelves", windows: Windows) -> None:
    lena = windows.open(width=1440)
    lena.goto(windows.url + "/shop/catalogue/")
    lena.get_by_role("checkbox", name="Ход").check()
    lena.locator(".shelf-head", has_text="2 things").wait_for()
    assert "brand=" in lena.url
    assert lena.get_by_role("checkbox", name="Ход").is_checked()
    assert lena.locator(".thing").count() == 2
    lena.get_by_role("link", name="Without Ход").click()
    lena.locator(".shelf-head", has_text="3 things").wait_for()


def test_chromium_would_install_it_and_it_says_so_when_the_line_is_gone(shelves: "Shelves", windows: Windows) -> None:
    phone = windows.open(width=390, language="ru")
    phone.goto(windows.url + "/shop/")
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    session = phone.context.new_cdp_session(phone)
    told = session.send("Page.getAppManifest")
    assert told["errors"] == []
    trouble = [one["errorId"] for one in session.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert [one for one in trouble if one != "in-incognito"] == []  # a test's window is always a private one
    phone.reload()
    phone.context.set_offline(True)
    phone.goto(windows.url + "/shop/catalogue/")
    phone.get_by_role("heading", name=OFFLINE).wait_for()
    colour = phone.evaluate("getComputedStyle(document.querySelector('.button-primary')).backgroundColor")
    assert colour != "rgba(0, 0, 0, 0)", "the page has its look without a line too"
    kept = phone.evaluate(KEPT)
    assert [path for path in kept if path.startswith("/shop/")] == ["/shop/offline/"]
    phone.context.set_offline(False)
    phone.locator(".button-primary").click()
    phone.locator(".things").first.wait_for()
    windows.complaints[:] = [one for one in windows.complaints if "ERR_INTERNET_DISCONNECTED" not in one]


def test_a_kiosk_hands_its_cart_to_a_phone_and_forgets(shelves: "Shelves", windows: Windows) -> None:
    screen, phone = windows.open(width=1440), windows.open(width=390)
    screen.goto(windows.url + "/kiosk/TVER12/")
    screen.goto(windows.url + shelves.url("RUN-BLUE-42") + "?v=RUN-BLUE-42")
    box = screen.locator("[name=add]").bounding_box()
    assert box is not None
    assert box["height"] >= 60, "a hand in a glove finds it"
    screen.locator("[name=add]").click()
    screen.locator("#added .notice").wait_for()
    screen.goto(windows.url + "/shop/cart/")
    with screen.expect_response("**/shop/cart/share/") as shared:
        screen.locator(".sum .button-primary").click()
    screen.locator("#dialog[open] svg.qr").wait_for()
    assert shared.value.status == 200
    token = _token(screen)
    phone.goto(f"{windows.url}/shop/cart/join/#{token}")
    phone.wait_for_url("**/shop/cart/")
    phone.locator(".good", has_text="Strela").wait_for()
    assert token not in phone.evaluate("JSON.stringify(performance.getEntriesByType('navigation').map((e) => e.name))")
    screen.keyboard.press("Escape")
    screen.locator("#leave button").click()
    screen.wait_for_url("**/kiosk/TVER12/")
    assert screen.locator("#place-cart .place-count").count() == 0
    assert screen.evaluate("Object.keys(localStorage).length") == 0


def test_a_cart_goes_to_another_device_by_a_button_like_any_other(shelves: "Shelves", windows: Windows) -> None:
    lena = windows.open(width=390, language="ru")
    lena.goto(windows.url + shelves.url("SOCKS-M"))
    lena.locator("[name=add]").click()
    lena.locator("#added .notice").wait_for()
    lena.goto(windows.url + "/shop/cart/")
    lena.locator("form[action$='/share/'] button").click()
    lena.locator("#dialog[open] svg.qr").wait_for()
    drawn = lena.locator("#dialog [data-copy] svg").bounding_box()
    assert drawn is not None
    assert drawn["height"] <= 24, "only the code is large"
    windows.judge(lena)


def test_who_counts_with_the_keyboard_stays_on_the_button(shelves: "Shelves", windows: Windows) -> None:
    lena = windows.open(width=1440)
    for sku in ("SOCKS-M", "RUN-BLUE-42"):
        lena.goto(f"{windows.url}{shelves.url(sku)}?v={sku}")
        lena.locator("[name=add]").click()
        lena.locator("#added .notice").wait_for()
    lena.goto(windows.url + "/shop/cart/")
    more = lena.get_by_role("button", name="One more: Socks, three pairs")
    more.focus()
    for count in ("2", "3"):
        lena.keyboard.press("Enter")
        lena.locator(".stepper .count", has_text=count).wait_for()
        lena.locator('[aria-label="One more: Socks, three pairs"]:focus').wait_for()
    assert lena.locator(".stepper .count").all_inner_texts() == ["3", "1"]


def test_a_kiosk_that_is_left_alone_asks_and_then_begins_anew(shelves: "Shelves", windows: Windows) -> None:
    screen = windows.open(width=1440)
    screen.clock.install()
    screen.goto(windows.url + "/kiosk/TVER12/")
    screen.goto(windows.url + shelves.url("SOCKS-M"))
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


def test_what_is_looked_at_is_counted_only_with_consent(shelves: "Shelves", windows: Windows) -> None:
    from edino.kernel import sql  # Django is set up only after this file is loaded

    shy, open_ = windows.open(width=1440), windows.open(width=1440)
    told: list[str] = []
    shy.on("request", lambda request: told.append(request.url) if "/v1/" in request.url else None)
    for shopper, choice in ((shy, "no"), (open_, "yes")):
        shopper.goto(windows.url + "/shop/")
        shopper.locator(f"[data-consent={choice}]").click()
        shopper.locator(".ask").wait_for(state="detached")
    open_.goto(windows.url + shelves.url("SOCKS-M"))
    viewed = "SELECT body->'properties'->>'sku' FROM kernel_log WHERE type = 'Product Viewed'"
    until = time.monotonic() + 10
    while not (seen := sql.tuples(viewed)) and time.monotonic() < until:
        open_.wait_for_timeout(50)
    assert seen == [("SOCKS-M",)]
    shy.goto(windows.url + shelves.url("SOCKS-M"))
    shy.goto(windows.url + "/shop/cart/")  # what was to be told would be told when the page is left
    assert told == []
    assert shy.evaluate("Object.keys(localStorage).filter((name) => name !== 'edino.consent')") == []
    assert sql.tuples(viewed) == seen
    devices = "SELECT count(DISTINCT customer_id) FROM customers_identifier WHERE kind = 'device'"
    assert sql.scalar(devices) == 1, "the tracker's name and the cart's are one visitor"


def test_the_whole_way_by_keyboard_alone(shelves: "Shelves", windows: Windows) -> None:
    lena = windows.open(width=1440)
    lena.goto(windows.url + shelves.url("SOCKS-M"))
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
