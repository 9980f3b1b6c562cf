"""The composite screens in a real browser: accessible, quiet, within their weight, and quick under the fingers."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import pytest
from axe_core_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from pytest_django.live_server_helper import LiveServer
    from tests.faces.stage import Shop

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
HEAVIEST = 60 * 1024
HOUR = timedelta(hours=1)
ANNA = {"user_id": "anna-1", "phone": "+79161234512", "email": "anna@mail.ru"}


@pytest.fixture
def shop(live_server: "LiveServer") -> "Shop":
    """Anna with a cart, a missed call and an order; Olga beside her; one case between them."""
    from tests.faces import stage  # Django is set up only after this file is loaded

    shop = stage.open_shop()
    shop.introduce("App", 90 * HOUR, ANNA, first_name="Анна", last_name="Кузнецова")
    shop.tell("Tverskaya 12", "Order Completed", 30 * HOUR, {"phone": ANNA["phone"], "loyalty_card": "29000017"},
              **stage.pizza("88-1", 700, "Napoli"))  # fmt: skip
    shop.tell("Site", "Product Viewed", 2 * HOUR, ANNA, sku="RUN", name="Running shoes", price=7480, currency="RUB")
    shop.tell("Site", "Product Added", HOUR, ANNA, sku="RUN", name="Running shoes", price=7480, currency="RUB")
    shop.tell("Call centre", "Call Missed", HOUR / 5, {"phone": ANNA["phone"]})
    shop.introduce("Site", 9 * HOUR, {"user_id": "olga-1", "email": "olga@mail.ru"}, first_name="Ольга")
    shop.introduce("Site", 8 * HOUR, {"user_id": "anna-1", "email": "olga@mail.ru"})
    for number in range(45):
        shop.tell("App", "Order Completed", (200 + number) * HOUR, ANNA, **stage.pizza(f"N-{number}", 100, "Pizza"))
    return shop


@dataclass(slots=True)
class Desk:
    """Opens tabs of one person, and keeps what the browser complains about."""

    browser: "Browser"
    url: str
    session_id: str
    complaints: list[str] = field(default_factory=list)
    contexts: "list[BrowserContext]" = field(default_factory=list)

    def open(self, path: str, *, width: int = 1440, scheme: Literal["light", "dark"] = "light") -> "Page":
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, has_touch=width < 600, locale="en-GB"
        )
        self.contexts.append(context)
        context.add_cookies([{"name": "sessionid", "value": self.session_id, "url": self.url}])
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.url + path)
        return page


@pytest.fixture
def desk_of(chromium: "Browser", live_server: "LiveServer") -> Iterator[Callable[..., Desk]]:
    """The desk of somebody of a role; at the end nobody's browser has complained."""
    from tests.faces import stage  # as above

    from edino.staff.types import Role  # Django is set up only after this file is loaded

    desks: list[Desk] = []

    def sit_down(role: str, language: str = "en") -> Desk:
        client = stage.log_in(Role(role), language)
        desks.append(Desk(chromium, live_server.url, client.cookies["sessionid"].value))
        return desks[-1]

    yield sit_down
    for desk in desks:
        for context in desk.contexts:
            context.close()
        assert desk.complaints == []


@pytest.mark.parametrize(("width", "scheme", "language"), [(1440, "light", "en"), (390, "dark", "ru")])
def test_every_screen_is_accessible_and_light(
    shop: "Shop", desk_of: Callable[..., Desk], width: int, scheme: Literal["light", "dark"], language: str
) -> None:
    desk = desk_of("administrator", language)
    uid = shop.who_is("phone", ANNA["phone"])
    page = desk.open("/", width=width, scheme=scheme)
    developer = str(page.locator("#list-sources-in .row-link").first.get_attribute("href"))
    for path in ("/", "/customers/", f"/customers/{uid}/", "/review/", developer, "/policy/", "/policy/new/"):
        answer = page.goto(desk.url + path)
        assert answer is not None
        assert len(zlib.compress(answer.body())) < HEAVIEST
        found = Axe().run(page, options=RULES)["violations"]
        assert [(path, rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_oleg_types_a_phone_and_stands_before_the_card(shop: "Shop", desk_of: Callable[..., Desk]) -> None:
    page = desk_of("operator").open("/")
    page.keyboard.press("/")
    page.keyboard.type("8 916 123-45-12", delay=80)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{shop.who_is('phone', ANNA['phone'])}/")
    assert page.locator("h1").inner_text() == "Анна К."
    assert "916" not in page.url
    page.get_by_role("button", name="Show in full").click()
    page.get_by_text("+79161234512").wait_for()
    page.locator("#who .why > summary").click()
    page.locator("#who .why-answer b", has_text="Phone").wait_for()
    assert Axe().run(page, options=RULES)["violations"] == []


def test_results_come_while_typing_and_open_with_enter(shop: "Shop", desk_of: Callable[..., Desk]) -> None:
    page = desk_of("associate").open("/customers/")
    page.locator("main input[type=search]").press_sequentially("kuzn", delay=80)
    page.locator("#found .row-link").wait_for()
    assert page.url.endswith("/customers/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{shop.who_is('phone', ANNA['phone'])}/")


def test_a_scanned_card_opens_from_anywhere(shop: "Shop", desk_of: Callable[..., Desk]) -> None:
    page = desk_of("associate").open("/")
    page.evaluate(SCAN, "29000017")
    page.wait_for_url(f"**/customers/{shop.who_is('loyalty_card', '29000017')}/")


# A scanner's keys arrive a millisecond apart, which a test's keyboard cannot promise on a busy machine.
SCAN = """code => {
  for (const key of [...code, "Enter"]) {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, code: "", bubbles: true, cancelable: true }));
  }
}"""


def test_the_timeline_is_filtered_in_place_and_goes_on(shop: "Shop", desk_of: Callable[..., Desk]) -> None:
    page = desk_of("operator").open(f"/customers/{shop.who_is('phone', ANNA['phone'])}/")
    page.locator(".tab", has_text="Orders").click()
    page.wait_for_url("**/?group=orders")
    page.locator("#timeline .moment", has_text="order 88-1").wait_for()
    assert page.locator("#timeline .moment", has_text="Running shoes").count() == 0
    page.get_by_role("button", name="Show older").click()
    page.locator("#timeline .moment", has_text="order N-44,").wait_for()
    assert page.locator("#timeline .moment").count() == 46
    page.locator("#timeline select").select_option("store")
    page.wait_for_url("**/?group=orders&channel=store")
    page.wait_for_function("document.querySelectorAll('#timeline .moment').length === 1")


def test_a_split_says_what_it_does_while_one_chooses(shop: "Shop", desk_of: Callable[..., Desk]) -> None:
    page = desk_of("operator").open(f"/customers/{shop.who_is('phone', ANNA['phone'])}/")
    page.get_by_role("button", name="Split…").click()
    page.locator("dialog[open] label", has_text="Card").click()
    page.locator("#told", has_text="1 order").wait_for()
    assert Axe().run(page, options=RULES)["violations"] == []
    page.get_by_label("Why").fill("the card is her mother's")
    page.locator("dialog[open]").get_by_role("button", name="Split").click()
    page.locator(".notice", has_text="Another customer").wait_for()
    assert shop.who_is("loyalty_card", "29000017") != shop.who_is("phone", ANNA["phone"])
    page.get_by_role("button", name="Undo").click()
    page.locator(".toast", has_text="Taken back").wait_for()
    assert shop.who_is("loyalty_card", "29000017") == shop.who_is("phone", ANNA["phone"])


def test_a_case_is_judged_by_one_key(shop: "Shop", desk_of: Callable[..., Desk]) -> None:
    page = desk_of("operator").open("/review/")
    page.keyboard.press("2")
    page.get_by_role("heading", name="No cases wait").wait_for()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    page.locator(".toast", has_text="Taken back").wait_for()
