"""Fixtures of the tests in a real browser; the stages are loaded once Django is set up."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

pytest.register_assert_rewrite("tests.browser.windows")

from tests.browser.windows import Windows  # noqa: E402 - only now its assertions tell what they saw

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django.live_server_helper import LiveServer

    from tests.faces.shop_stage import Shelves


@pytest.fixture
def windows(chromium: "Browser", live_server: "LiveServer") -> Iterator[Windows]:
    """Windows on the running server; at the end none has complained."""
    windows = Windows(chromium, live_server.url)
    yield windows
    windows.close()


@pytest.fixture
def desk_of(windows: Windows) -> Callable[..., Windows]:
    """The windows of somebody of a role: `desk_of("operator", "ru")`."""
    from edino.staff.types import Role  # as above
    from tests.faces import stage  # Django is set up only after this file is loaded

    def sit_down(role: str, language: str = "en") -> Windows:
        return windows.of(stage.log_in(Role(role), language).cookies["sessionid"].value)

    return sit_down


@pytest.fixture
def shelves(live_server: "LiveServer") -> "Iterator[Shelves]":
    """A shop with shelves, whose messages to shoppers are kept."""
    from tests.faces import shop_stage  # as above

    with shop_stage.hearing(shop_stage.open_shelves()) as shelves:
        yield shelves
