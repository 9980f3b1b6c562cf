"""Windows of a real Chromium: opened for a shopper or for somebody of the staff, and judged alike."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from axe_core_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
HEAVIEST = 60 * 1024
SECONDS = 15_000
# A scanner's keys arrive a millisecond apart, which a test's keyboard cannot promise on a busy machine.
_SCAN = """code => {
  for (const key of [...code, "Enter"]) {
    const pressed = new KeyboardEvent("keydown", { key, code: "", bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(pressed);
  }
}"""
# What a thumb would miss on a page for everybody: lower than 44 px.
_SMALL = """() => ["main", ".places"].flatMap((place) => [...document.querySelectorAll(`.public ${place} :is(
    .button, .cell, .door, .place, .way, .segments label, select,
    input:not([type=hidden], [type=radio], [type=checkbox])
  )`)])
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
  .map((one) => one.outerHTML.slice(0, 160))"""


@dataclass(slots=True)
class Windows:
    """Opens windows, each a browser of its own, and keeps what browsers complain about.

    `session` is the log-in of somebody of the staff; without one it is a shopper's.
    """

    browser: "Browser"
    url: str
    session: str = ""
    complaints: list[str] = field(default_factory=list)
    contexts: "list[BrowserContext]" = field(default_factory=list)

    def of(self, session: str) -> "Windows":
        """Windows of somebody of the staff, among the same complaints."""
        return replace(self, session=session)

    def open(
        self,
        path: str = "",
        *,
        width: int = 1440,
        language: str = "en",
        scheme: Literal["light", "dark"] = "light",
        touch: bool = False,
    ) -> "Page":
        """A fresh window, with `path` opened in it if one is given."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 844 if width < 600 else 900},
            has_touch=touch or width < 600,
            locale="ru-RU" if language == "ru" else "en-GB",
            timezone_id="Europe/Moscow",
            color_scheme=scheme,
        )
        self.contexts.append(context)
        if self.session:
            context.add_cookies([{"name": "sessionid", "value": self.session, "url": self.url}])
        context.set_default_timeout(SECONDS)
        page = context.new_page()
        # By lambdas: playwright wants to write on what holds a method, and slots forbid it.
        page.on("console", lambda message: self._heard(message))  # noqa: PLW0108 - as said
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", lambda request: self._failed(request))  # noqa: PLW0108 - as said
        if path:
            page.goto(self.url + path)
        return page

    def visit(self, page: "Page", path: str) -> None:
        """Open a page in a window: it is there, and light."""
        answer = page.goto(self.url + path)
        assert answer is not None
        assert (path, answer.status) == (path, 200)
        assert len(zlib.compress(answer.body())) < HEAVIEST, path

    def judge(self, page: "Page", path: str = "") -> None:
        """The page is accessible and fits its screen; with `path` it is opened first."""
        if path:
            self.visit(page, path)
        page.wait_for_load_state()
        # A page that took another's place is no load of its own to the driver: its looks may still be on their way.
        while page.evaluate("document.readyState") != "complete":
            page.wait_for_timeout(20)
        assert faults(page) == []
        width = page.viewport_size["width"] if page.viewport_size else 0
        assert (page.url, page.evaluate("document.documentElement.scrollWidth") <= width) == (page.url, True)
        assert (page.url, page.evaluate(_SMALL)) == (page.url, [])

    def close(self) -> None:
        """The end of the day: no browser has complained."""
        for context in self.contexts:
            context.close()
        assert self.complaints == []

    def _heard(self, message: "ConsoleMessage") -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def _failed(self, request: "Request") -> None:
        # What a page asked for is dropped by the browser when one leaves the page.
        if request.failure not in {None, "net::ERR_ABORTED", "net::ERR_INTERNET_DISCONNECTED"}:
            self.complaints.append(f"{request.failure}: {request.url}")


def faults(page: "Page") -> Sequence[Any]:
    """What axe-core finds on a page: the address, the rule, the first place."""
    found = Axe().run(page, options=RULES)["violations"]
    return [(page.url, rule["id"], rule["nodes"][0]["html"]) for rule in found]


def scan(page: "Page", code: str) -> None:
    """A burst of keys, as a scanner types them."""
    page.evaluate(_SCAN, code)
