"""The kit in a real browser: accessible in every state, and quick under the fingers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pytest
from axe_core_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from django.test import Client

from edino.staff import api as staff
from edino.staff.types import Actor

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from pytest_django.live_server_helper import LiveServer

PAGES = ["/ui/", "/ui/list/", "/ui/detail/", "/ui/form/", "/ui/plain/"]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def session_id(live_server: "LiveServer") -> str:
    """Oleg the operator is logged in."""
    person, _password = staff.create_user(email="oleg@example.com", name="Oleg", role="operator", by=Actor("test"))
    client = Client()
    client.force_login(get_user_model().objects.get(pk=person.id))
    return client.cookies["sessionid"].value


@dataclass(slots=True)
class Tabs:
    """Opens tabs of Oleg's, and keeps what the browser complains about."""

    browser: "Browser"
    url: str
    session_id: str
    complaints: list[str] = field(default_factory=list)
    contexts: "list[BrowserContext]" = field(default_factory=list)

    def open(self, path: str, *, width: int = 1440, scheme: Literal["light", "dark"] = "light") -> "Page":
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            has_touch=width < 600,
            locale="en-GB",
            timezone_id="Europe/Moscow",
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
def tabs(chromium: "Browser", live_server: "LiveServer", session_id: str) -> Iterator[Tabs]:
    opened = Tabs(chromium, live_server.url, session_id)
    yield opened
    for context in opened.contexts:
        context.close()
    assert opened.complaints == []


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing(tabs: Tabs, width: int, scheme: Literal["light", "dark"]) -> None:
    page = tabs.open(PAGES[0], width=width, scheme=scheme)
    for path in PAGES:
        page.goto(tabs.url + path)
        found = Axe().run(page, options=RULES)["violations"]
        assert [(path, rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_open_states_are_accessible_too(tabs: Tabs) -> None:
    desk = tabs.open("/ui/")
    for why in desk.locator("details.why > summary").all():
        why.click()
    desk.get_by_text("push is her cheapest channel").first.wait_for()
    desk.get_by_role("button", name="Say something").click()
    desk.locator(".toast").wait_for()
    desk.locator("button[data-open=split]").click()
    assert Axe().run(desk, options=RULES)["violations"] == []


def test_slash_arrows_and_enter(tabs: Tabs) -> None:
    desk = tabs.open("/ui/list/")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowDown")
    second = desk.locator(".row-link").nth(1)
    assert second.evaluate("row => row === document.activeElement")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/ui/detail/?source=*")


def test_typing_a_filter_answers_in_place_and_keeps_the_cursor(tabs: Tabs) -> None:
    desk = tabs.open("/ui/list/")
    desk.locator("#filter-q").press_sequentially("kiosk", delay=80)
    desk.wait_for_url("**/ui/list/?q=kiosk")
    desk.locator(".chip").wait_for()
    assert desk.locator("#filter-q").evaluate("field => field === document.activeElement && field.value") == "kiosk"
    assert desk.locator("tbody tr").count() == 6
    desk.locator(".chip").click()
    desk.wait_for_url(lambda url: url.rstrip("?").endswith("/ui/list/"))
    desk.locator(".chip").wait_for(state="detached")
    assert desk.locator("tbody tr").count() == 12


def test_choosing_rows_shows_what_can_be_done_with_them(tabs: Tabs) -> None:
    desk = tabs.open("/ui/list/")
    assert not desk.locator(".bulk").is_visible()
    desk.locator(".row-check[name=ids]").nth(1).check()
    assert desk.locator(".bulk output").inner_text() == "1"
    desk.locator(".row-check[data-all]").check()
    assert desk.locator(".bulk output").inner_text() == "12"


def test_a_scanner_is_heard_anywhere_and_a_hand_is_not(tabs: Tabs) -> None:
    desk = tabs.open("/ui/form/")
    desk.evaluate("Object.assign(document.body.dataset, {scanUrl: '/ui/list/', scanMethod: 'get'})")
    name = desk.locator("[name=name]")
    name.press_sequentially("Till 3", delay=90)
    desk.wait_for_timeout(100)
    desk.evaluate("window.addEventListener('beforeunload', event => event.stopImmediatePropagation(), true)")
    desk.evaluate(SCAN, "4600682000013")
    desk.wait_for_url("**/ui/list/?q=4600682000013&scan=1")
    desk.goto(tabs.url + "/ui/list/")
    desk.evaluate("Object.assign(document.body.dataset, {scanUrl: '/ui/list/', scanMethod: 'get'})")
    desk.keyboard.type("460068200", delay=90)
    desk.keyboard.press("Enter")
    desk.wait_for_timeout(200)
    assert "scan=1" not in desk.url


# A scanner's keys arrive a millisecond apart, which a test's keyboard cannot promise on a busy machine.
SCAN = """code => {
  for (const key of [...code, "Enter"]) {
    const pressed = new KeyboardEvent("keydown", { key, code: "", bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(pressed);
  }
}"""


def test_a_key_presses_its_button(tabs: Tabs) -> None:
    desk = tabs.open("/ui/")
    desk.evaluate("document.querySelector('[data-key=\"2\"]').addEventListener('click', () => { window.pressed = 2 })")
    desk.keyboard.press("2")
    desk.wait_for_timeout(300)
    assert desk.evaluate("window.pressed") == 2


def test_new_things_wait_while_one_reads(tabs: Tabs) -> None:
    desk = tabs.open("/ui/")
    region = desk.locator(".live")
    desk.evaluate("() => { const range = new Range(); range.selectNodeContents(document.querySelector('.live p'));"
                  " getSelection().addRange(range) }")  # fmt: skip
    desk.locator(".live .fresh").wait_for(timeout=20_000)
    assert "Waiting for the first answer" in region.inner_text()
    desk.locator(".live .fresh").click()
    assert "Last event" in region.inner_text()


def test_a_phone_raises_the_whole_navigation(tabs: Tabs) -> None:
    page = tabs.open("/ui/list/", width=390)
    account = page.locator(".account summary")
    assert not account.is_visible()
    page.locator(".nav-more").click()
    assert account.is_visible()
    page.keyboard.press("Escape")
    assert not account.is_visible()


def test_times_are_the_readers_own(tabs: Tabs) -> None:
    desk = tabs.open("/ui/list/?sort=-seen_at")
    assert desk.locator("time").first.inner_text() == "1 min ago"
