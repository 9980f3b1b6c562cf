"""The composite screens in a real browser: accessible, quiet, within their weight, and quick under the fingers."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import pytest

from tests.browser.windows import Windows, faults, scan

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

    from tests.faces.stage import Shop

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


@pytest.mark.parametrize(("width", "scheme", "language"), [(1440, "light", "en"), (390, "dark", "ru")])
def test_every_screen_is_accessible_and_light(
    shop: "Shop", desk_of: Callable[..., Windows], width: int, scheme: Literal["light", "dark"], language: str
) -> None:
    desk = desk_of("administrator", language)
    uid = shop.who_is("phone", ANNA["phone"])
    page = desk.open("/", width=width, scheme=scheme)
    developer = str(page.locator("#list-sources-in .row-link").first.get_attribute("href"))
    for path in ("/", "/customers/", f"/customers/{uid}/", "/review/", developer, "/policy/", "/policy/new/"):
        desk.judge(page, path)


def test_oleg_types_a_phone_and_stands_before_the_card(shop: "Shop", desk_of: Callable[..., Windows]) -> None:
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
    assert faults(page) == []


def test_results_come_while_typing_and_open_with_enter(shop: "Shop", desk_of: Callable[..., Windows]) -> None:
    page = desk_of("associate").open("/customers/")
    page.locator("main input[type=search]").press_sequentially("kuzn", delay=80)
    page.locator("#found .row-link").wait_for()
    assert page.url.endswith("/customers/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{shop.who_is('phone', ANNA['phone'])}/")


def test_a_scanned_card_opens_from_anywhere(shop: "Shop", desk_of: Callable[..., Windows]) -> None:
    page = desk_of("associate").open("/")
    scan(page, "29000017")
    page.wait_for_url(f"**/customers/{shop.who_is('loyalty_card', '29000017')}/")


def test_the_timeline_is_filtered_in_place_and_goes_on(shop: "Shop", desk_of: Callable[..., Windows]) -> None:
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
    page.locator("#timeline .moment").nth(1).wait_for(state="detached")
    assert page.locator("#timeline .moment").count() == 1


def test_a_split_says_what_it_does_while_one_chooses(shop: "Shop", desk_of: Callable[..., Windows]) -> None:
    page = desk_of("operator").open(f"/customers/{shop.who_is('phone', ANNA['phone'])}/")
    page.get_by_role("button", name="Split…").click()
    page.locator("dialog[open] label", has_text="Card").click()
    page.locator("#told", has_text="1 order").wait_for()
    assert faults(page) == []
    page.get_by_label("Why").fill("the card is her mother's")
    page.locator("dialog[open]").get_by_role("button", name="Split").click()
    page.locator(".notice", has_text="Another customer").wait_for()
    assert shop.who_is("loyalty_card", "29000017") != shop.who_is("phone", ANNA["phone"])
    page.get_by_role("button", name="Undo").click()
    page.locator(".toast", has_text="Taken back").wait_for()
    assert shop.who_is("loyalty_card", "29000017") == shop.who_is("phone", ANNA["phone"])


def test_a_case_is_judged_by_one_key(shop: "Shop", desk_of: Callable[..., Windows]) -> None:
    page = desk_of("operator").open("/review/")
    page.keyboard.press("2")
    page.get_by_role("heading", name="No cases wait").wait_for()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    page.locator(".toast", has_text="Taken back").wait_for()
