"""The store and the office in a real browser: Anya's scanner, her tablet, and pages that everybody can use."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.browser.windows import Windows, faults, scan

if TYPE_CHECKING:
    from playwright.sync_api import Page


@dataclass(slots=True)
class Tablet:
    """A tablet in a hand: one page."""

    page: "Page"
    windows: Windows

    def go(self, path: str) -> None:
        self.windows.visit(self.page, path)

    def scan(self, code: str, then: str = "") -> None:
        """A burst of keys; waits until the page says `then`."""
        scan(self.page, code)
        if then:
            self.page.get_by_text(then).first.wait_for()


@pytest.fixture
def tablet(windows: Windows) -> Callable[..., Tablet]:
    """A tablet in the store of Tver."""
    from edino.staff.types import Role  # as above
    from tests.faces import store_stage  # Django is set up only after this file is loaded

    def take(role: str = "associate", language: str = "en", width: int = 1024) -> Tablet:
        session = store_stage.tablet(Role(role), language=language).client.cookies["sessionid"].value
        return Tablet(windows.of(session).open(width=width, touch=True), windows)

    return take


def test_anya_picks_for_a_slot_with_her_scanner_and_hands_over_by_the_code_on_a_phone(
    tablet: Callable[..., Tablet],
) -> None:
    from edino.orders import api as orders  # as above
    from tests.checkout import stage as shop  # Django is set up only after this file is loaded
    from tests.faces import store_stage as store  # as above

    shop.open_shop()
    slot = shop.slots(1)[0]
    order = store.ordered({"DAWN-42": 2, "SOCK-1": 1}, delivery=shop.pickup(slot.uid))
    anya = tablet()
    anya.go("/store/")
    anya.page.get_by_role("link", name=f"Order {order.number}").click()
    anya.page.wait_for_url("**/store/pick/**")
    anya.page.get_by_role("button", name="Something is not here…").click()
    anya.page.get_by_text("How many of each are not here").wait_for()
    assert faults(anya.page) == []
    anya.page.get_by_role("button", name="Cancel").click()
    # Three bursts as fast as a hand can: none is lost.
    for code in ("DAWN-42", "DAWN-42", "SOCK-1"):
        anya.scan(code)
    anya.page.get_by_text("3 of 3").wait_for()
    anya.page.get_by_role("button", name="Ready").click()
    anya.page.get_by_text(f"Order {order.number} is ready").wait_for()
    assert orders.order(uid=order.uid).fulfilments[0].state == "ready"
    anya.scan(orders.pickup_qr(order=order))
    anya.page.wait_for_url("**/store/hand/**")
    anya.page.get_by_text("The code is right.").wait_for()
    anya.page.get_by_role("radio", name="cash").check()
    anya.page.get_by_role("button", name="Take the money and hand over").click()
    anya.page.get_by_text(f"Order {order.number} is handed over").wait_for()
    done = orders.order(uid=order.uid)
    assert (done.state, done.outstanding) == ("closed", 0)
    assert "Nobody is expected" in anya.page.inner_text("main")


def test_lena_gives_a_defective_pair_back_and_takes_another_size_from_the_next_store(
    tablet: Callable[..., Tablet],
) -> None:
    from edino.orders import api as orders  # as above
    from tests.checkout import stage as shop  # as above
    from tests.faces import store_stage as store  # as above

    shop.open_shop()
    bought = store.carried({"DAWN-41": 1, "SOCK-1": 1}, "KLIN")
    for _ in range(5):
        store.carried({"DAWN-42": 1})
    anya = tablet()
    anya.go("/store/back/")
    anya.scan(bought.number, f"Order {bought.number}: now scan")
    anya.scan("DAWN-41", "Dawn running shoes comes back")
    anya.page.get_by_label("a defect").check()
    anya.page.get_by_role("button", name="Next: what goes back").click()
    anya.page.wait_for_url("**/store/returns/**")
    assert "Goes back\n5,990 ₽" in anya.page.inner_text("#goes-back").replace("\xa0", " ")
    anya.page.get_by_label("to a new gift card").check()
    anya.page.locator("#goes-back dt", has_text="gift card").wait_for()
    anya.page.get_by_label("back the way it was paid").check()
    anya.page.locator("#goes-back dt", has_text="cash").wait_for()
    assert faults(anya.page) == []
    anya.scan("DAWN-42", "It comes from another place and is held from now on.")
    anya.page.get_by_text("Goes over to the exchange").wait_for()
    anya.page.get_by_role("button", name="Take it back and exchange").click()
    anya.page.get_by_text("Settled.").first.wait_for()
    anya.page.get_by_role("link", name="Go on with the exchange").click()
    anya.page.wait_for_url("**/store/orders/**")
    number = anya.page.locator("h1").inner_text().removeprefix("Order ")
    new = orders.find(text=number)[0]
    assert (new.total, new.outstanding) == (599_000, 0)
    assert [(one.kind, one.pickup_location) for one in new.fulfilments] == [("transfer", "TVER")]


def test_a_sale_needs_no_hand_on_the_keyboard(tablet: Callable[..., Tablet]) -> None:
    from edino.inventory import api as inventory  # as above
    from tests.checkout import stage as shop  # as above

    shop.open_shop()
    anya = tablet()
    anya.go("/store/sell/")
    anya.scan("DAWN-42")
    anya.page.wait_for_url("**/store/sell/*-*/")
    anya.scan("SOCK-1", "Socks: 1 in the sale")
    anya.page.get_by_role("link", name="Take the payment").click()
    anya.page.wait_for_url("**/pay/")
    assert faults(anya.page) == []
    anya.page.get_by_role("button", name="Bank card").click()
    anya.page.get_by_text("Sold.").wait_for()
    assert inventory.trace(sku="DAWN-42", location="TVER").free == 4


def test_what_a_page_does_not_know_is_found_all_the_same(tablet: Callable[..., Tablet]) -> None:
    from tests.checkout import stage as shop  # as above
    from tests.faces import store_stage as store  # as above

    shop.open_shop()
    order = store.ordered({"DAWN-42": 1})
    anya = tablet()
    anya.go("/store/count/")
    anya.page.get_by_role("button", name="Begin to count").click()
    anya.page.wait_for_url("**/store/count/*/")
    anya.scan("DAWN-42", "Dawn running shoes: 1")
    anya.scan("SOCK-1", "Socks: 1")
    anya.scan(order.number)
    anya.page.wait_for_url(f"**/store/pick/{store.parcel(order)}/")
    anya.scan("BOTTLE", "Not in this order: Bottle")
    anya.go("/store/")
    anya.scan("BOTTLE")
    anya.page.wait_for_url("**/store/goods/BOTTLE/")
    anya.go("/customers/")
    anya.scan(order.number)
    anya.page.wait_for_url(f"**/orders/{order.uid}/")


@pytest.mark.parametrize(("widths", "language"), [((1024, 1440), "en"), ((390,), "ru")])
def test_every_page_is_accessible_and_fits(
    tablet: Callable[..., Tablet], widths: tuple[int, ...], language: str
) -> None:
    from tests.faces import store_stage as store  # as above

    pages = store.every_page()
    anya = tablet("administrator", language, widths[0])
    for path in pages:
        anya.page.set_viewport_size({"width": widths[0], "height": 768})
        anya.go(path)
        assert faults(anya.page) == []
        small = anya.page.evaluate(SMALL) if path.startswith("/store/") else []
        assert (path, small) == (path, [])
        for width in widths:
            anya.page.set_viewport_size({"width": width, "height": 768})
            assert anya.page.evaluate("document.documentElement.scrollWidth") <= width, path


# Buttons and fields of the store that a thumb would miss: lower than 44 px.
SMALL = """() => [...document.querySelectorAll("main .button, main .select, main .input:not([type=hidden])")]
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
  .map(one => one.outerHTML.slice(0, 120))"""
