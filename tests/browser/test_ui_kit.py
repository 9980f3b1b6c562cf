"""The kit in a real browser: accessible in every state, and quick under the fingers."""

from collections.abc import Callable
from typing import Any, Literal

import pytest

from tests.browser.windows import Windows, faults, scan

PAGES = ["/ui/", "/ui/list/", "/ui/detail/", "/ui/form/", "/ui/plain/"]


@pytest.fixture
def tabs(desk_of: Callable[..., Windows]) -> Windows:
    """The windows of Oleg the operator."""
    return desk_of("operator")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing(tabs: Windows, width: int, scheme: Literal["light", "dark"]) -> None:
    page = tabs.open(PAGES[0], width=width, scheme=scheme)
    for path in PAGES:
        tabs.judge(page, path)


def test_open_states_are_accessible_too(tabs: Windows) -> None:
    desk = tabs.open("/ui/")
    for why in desk.locator("details.why > summary").all():
        why.click()
    desk.get_by_text("push is her cheapest channel").first.wait_for()
    desk.get_by_role("button", name="Say something").click()
    desk.locator(".toast").wait_for()
    desk.locator("button[data-open=split]").click()
    assert faults(desk) == []


def test_slash_arrows_and_enter(tabs: Windows) -> None:
    desk = tabs.open("/ui/list/")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowDown")
    second = desk.locator(".row-link").nth(1)
    assert second.evaluate("row => row === document.activeElement")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/ui/detail/?source=*")


def test_typing_a_filter_answers_in_place_and_keeps_the_cursor(tabs: Windows) -> None:
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


def test_what_is_typed_while_an_answer_is_on_its_way_is_kept_and_asked_for(tabs: Windows) -> None:
    desk = tabs.open("/ui/list/")
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    desk.route(lambda url: url.endswith("?q=ki"), hold)
    with desk.expect_request(lambda request: request.url.endswith("?q=ki")):
        desk.locator("#filter-q").press_sequentially("ki", delay=20)
    desk.keyboard.type("osk")
    held[0].continue_()
    desk.wait_for_url("**/ui/list/?q=kiosk")
    assert desk.locator("#filter-q").evaluate("field => field === document.activeElement && field.value") == "kiosk"


def test_choosing_rows_shows_what_can_be_done_with_them(tabs: Windows) -> None:
    desk = tabs.open("/ui/list/")
    assert not desk.locator(".bulk").is_visible()
    desk.locator(".row-check[name=ids]").nth(1).check()
    assert desk.locator(".bulk output").inner_text() == "1"
    desk.locator(".row-check[data-all]").check()
    assert desk.locator(".bulk output").inner_text() == "12"


def test_a_scanner_is_heard_anywhere_and_a_hand_is_not(tabs: Windows) -> None:
    desk = tabs.open("/ui/form/")
    desk.evaluate("Object.assign(document.body.dataset, {scanUrl: '/ui/list/', scanMethod: 'get'})")
    name = desk.locator("[name=name]")
    name.press_sequentially("Till 3", delay=90)
    desk.wait_for_timeout(100)
    desk.evaluate("window.addEventListener('beforeunload', event => event.stopImmediatePropagation(), true)")
    scan(desk, "4600682000013")
    desk.wait_for_url("**/ui/list/?q=4600682000013&scan=1")
    desk.goto(tabs.url + "/ui/list/")
    desk.evaluate("Object.assign(document.body.dataset, {scanUrl: '/ui/list/', scanMethod: 'get'})")
    desk.keyboard.type("460068200", delay=90)
    desk.keyboard.press("Enter")
    desk.wait_for_timeout(200)
    assert "scan=1" not in desk.url


def test_a_key_presses_its_button(tabs: Windows) -> None:
    desk = tabs.open("/ui/")
    desk.evaluate("document.querySelector('[data-key=\"2\"]').addEventListener('click', () => { window.pressed = 2 })")
    desk.keyboard.press("2")
    desk.wait_for_timeout(300)
    assert desk.evaluate("window.pressed") == 2


def test_new_things_wait_while_one_reads(tabs: Windows) -> None:
    desk = tabs.open("/ui/")
    region = desk.locator(".live")
    desk.evaluate("() => { const range = new Range(); range.selectNodeContents(document.querySelector('.live p'));"
                  " getSelection().addRange(range) }")  # fmt: skip
    desk.locator(".live .fresh").wait_for(timeout=20_000)
    assert "Waiting for the first answer" in region.inner_text()
    desk.locator(".live .fresh").click()
    assert "Last event" in region.inner_text()


def test_a_phone_raises_the_whole_navigation(tabs: Windows) -> None:
    page = tabs.open("/ui/list/", width=390)
    account = page.locator(".account summary")
    assert not account.is_visible()
    page.locator(".nav-more").click()
    assert account.is_visible()
    page.keyboard.press("Escape")
    assert not account.is_visible()


def test_times_are_the_readers_own(tabs: Windows) -> None:
    desk = tabs.open("/ui/list/?sort=-seen_at")
    assert desk.locator("time").first.inner_text() == "1 min ago"


def test_back_after_errors_sends_nothing_again(tabs: Windows) -> None:
    desk = tabs.open("/ui/list/")
    desk.goto(tabs.url + "/ui/form/")
    sent: list[str] = []
    desk.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
    desk.locator("[name=phone]").fill("many")
    desk.locator("main .button-primary").click()
    summary = desk.locator(".summary")
    summary.wait_for()
    assert summary.evaluate("one => one === document.activeElement")
    assert desk.locator("[name=phone]").input_value() == "many"
    assert desk.evaluate("history.length") == 3, "what was wrong is no place of its own"
    assert faults(desk) == []
    desk.locator("main .button-primary").click()
    desk.locator(".summary").wait_for()
    assert sent == ["POST", "POST"]
    desk.go_back()
    desk.wait_for_url("**/ui/list/")
    desk.go_forward()
    desk.wait_for_url("**/ui/form/")
    desk.locator("main .button-primary").wait_for()
    assert sent == ["POST", "POST"]
    tabs.complaints[:] = [one for one in tabs.complaints if "422" not in one]


def test_what_is_typed_outlives_a_lost_line(tabs: Windows) -> None:
    desk = tabs.open("/ui/form/")
    desk.locator("[name=name]").fill("Till 3")
    desk.context.set_offline(True)
    desk.locator("main .button-primary").click()
    desk.locator(".toast", has_text="No connection").wait_for()
    assert desk.locator("[name=name]").input_value() == "Till 3"
    desk.context.set_offline(False)
    desk.locator("main .button-primary").click()
    desk.locator(".summary").wait_for()
    assert desk.locator("[name=name]").input_value() == "Till 3"
    tabs.complaints[:] = [one for one in tabs.complaints if "DISCONNECTED" not in one and "422" not in one]
