"""edino.js in a real Chromium, on a shop's page of another origin than the collector."""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page

from edino.channels import api as channels
from edino.staff.types import Actor

SCRIPT = Path(__file__).resolve().parents[2] / "src/edino/activity/static/activity/edino.js"
STORED = "Object.entries(localStorage).map(([name, value]) => name + '=' + value)"


@dataclass(slots=True)
class Shop:
    """A shop's page (on localhost) and a collector (on 127.0.0.1) that keeps what it is sent."""

    port: int = 0
    status: int = 200
    calls: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    tried: int = 0

    @property
    def page(self) -> str:
        return f"http://localhost:{self.port}/shop"

    @property
    def collector(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def events(self) -> list[dict[str, Any]]:
        """What arrived, each message once, as the collector counts it."""
        seen: dict[str, dict[str, Any]] = {}
        for body in self.bodies:
            for event in body["batch"]:
                seen.setdefault(event["messageId"], event)
        return list(seen.values())

    @property
    def names(self) -> list[str]:
        return [event.get("event", event["type"]) for event in self.events]


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script = self.path.endswith(".js")
            body = (
                SCRIPT.read_bytes() if script else b"<!doctype html><title>Shop</title><script src=/edino.js></script>"
            )
            self._answer(200, body, "text/javascript" if script else "text/html")

        def do_OPTIONS(self) -> None:
            shop.calls.append(("OPTIONS", self.path))
            self._answer(204, b"", "text/plain")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            shop.tried += 1
            if shop.status == 200:
                shop.calls.append(("POST", self.path))
                shop.bodies.append(json.loads(body))
            self._answer(shop.status, b"{}", "application/json")

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *values: object) -> None:  # noqa: A002 - the library's name
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shop.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield shop
    server.shutdown()
    thread.join()
    server.server_close()


def _load(page: Page, shop: Shop, options: str = "{}", query: str = "") -> None:
    page.goto(shop.page + query)
    page.evaluate(f"edino.load('KEY', {{url: '{shop.collector}', ...{options}}})")


def _until(page: Page, true: Callable[[], bool], seconds: float = 8.0) -> None:
    """Wait, letting the browser work, until something is so."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not come to pass"
        page.wait_for_timeout(50)


def test_the_script_is_small_enough_for_a_phone_in_a_lift() -> None:
    assert len(gzip.compress(SCRIPT.read_bytes(), 9)) <= 4096


def test_kolya_looks_at_a_page_and_the_collector_hears_of_it(page: Page, shop: Shop) -> None:
    _load(page, shop, query="?utm_source=vk&utm_campaign=may&email=kolya@example.com&yclid=77#kolya")
    page.evaluate("edino.page('Home')")
    page.evaluate("edino.track('Product Viewed', {sku: 'P1'})")
    _until(page, lambda: len(shop.events) == 2)

    home, viewed = shop.events
    assert (home["type"], home["name"]) == ("page", "Home")
    assert (viewed["event"], viewed["properties"]) == ("Product Viewed", {"sku": "P1"})
    assert home["anonymousId"] == viewed["anonymousId"]
    assert home["messageId"] != viewed["messageId"]
    assert "userId" not in home
    assert home["context"]["campaign"] == {"source": "vk", "name": "may"}
    assert home["context"]["page"] == {
        "path": "/shop", "url": shop.page, "search": "yclid=77", "title": "Shop", "referrer": "",
    }  # fmt: skip
    assert {body["writeKey"] for body in shop.bodies} == {"KEY"}
    assert set(shop.calls) == {("POST", "/v1/batch")}, "no preflight, and nothing of him in an address"
    assert "kolya" not in json.dumps(shop.bodies)

    _load(page, shop)
    page.evaluate("edino.page()")
    _until(page, lambda: len(shop.events) == 3)
    assert shop.events[2]["anonymousId"] == home["anonymousId"]
    assert page.context.cookies() == []


def test_what_he_did_last_is_sent_when_he_leaves(page: Page, shop: Shop) -> None:
    _load(page, shop)
    page.evaluate("edino.track('Product Added')")
    assert shop.events == []
    page.goto("about:blank")
    _until(page, lambda: shop.names == ["Product Added"])


def test_a_lift_without_a_line_loses_nothing(page: Page, shop: Shop) -> None:
    _load(page, shop)
    page.context.set_offline(True)
    page.evaluate("edino.track('Product Viewed'); edino.track('Checkout Started')")
    page.wait_for_timeout(1500)
    assert shop.events == []
    page.context.set_offline(False)
    _until(page, lambda: shop.names == ["Product Viewed", "Checkout Started"])
    _until(page, lambda: not [name for name in page.evaluate(STORED) if name.startswith("edino.q.")])


def test_a_collector_in_trouble_is_tried_again_more_slowly_and_over_page_loads(page: Page, shop: Shop) -> None:
    shop.status = 503
    _load(page, shop)
    page.evaluate("edino.track('Product Viewed')")
    _until(page, lambda: shop.tried >= 2)
    assert shop.tried <= 3
    page.goto("about:blank")
    shop.status = 200
    _load(page, shop)
    _until(page, lambda: shop.names == ["Product Viewed"])
    sent = {event["messageId"] for body in shop.bodies for event in body["batch"]}
    assert len(sent) == 1, "a page that is left may send once more, but never under another id"


def test_what_is_refused_for_good_is_not_sent_for_ever(page: Page, shop: Shop) -> None:
    warnings: list[str] = []
    page.on("console", lambda message: warnings.append(message.text))
    shop.status = 401
    _load(page, shop)
    page.evaluate("edino.track('Product Viewed')")
    _until(page, lambda: "edino: refused with 401" in warnings)
    assert [name for name in page.evaluate(STORED) if name.startswith("edino.q.")] == []
    page.wait_for_timeout(2500)
    assert shop.tried == 1


def test_nothing_is_kept_or_sent_before_consent(page: Page, shop: Shop) -> None:
    _load(page, shop, "{consent: false}")
    page.evaluate("edino.page('Home'); edino.identify('u1', {email: 'lena@example.com'})")
    page.wait_for_timeout(1500)
    assert page.evaluate(STORED) == []
    assert (shop.tried, page.context.cookies()) == (0, [])

    page.evaluate("edino.consent({analytics: true, advertising: false})")
    _until(page, lambda: shop.names == ["page", "identify"])
    preferences = {"categoryPreferences": {"analytics": True, "advertising": False}}
    assert shop.events[0]["context"]["consent"] == preferences
    assert shop.events[1]["userId"] == "u1"

    _load(page, shop, "{consent: false}")
    page.evaluate("edino.page('Second')")
    _until(page, lambda: len(shop.events) == 3)
    assert shop.events[2]["anonymousId"] == shop.events[0]["anonymousId"]


def test_who_leaves_without_having_consented_was_never_there(page: Page, shop: Shop) -> None:
    _load(page, shop, "{consent: false}")
    page.evaluate("edino.page('Home')")
    page.goto("about:blank")
    _load(page, shop, "{consent: {analytics: false}}")
    page.evaluate("edino.page('Home')")
    page.goto(shop.page)
    assert page.evaluate(STORED) == []
    assert shop.tried == 0


def test_a_withdrawal_deletes_what_was_kept(page: Page, shop: Shop) -> None:
    _load(page, shop, "{consent: false}")
    page.evaluate("edino.consent(true); edino.identify('u1')")
    _until(page, lambda: shop.names == ["identify"])
    page.evaluate("edino.track('Product Viewed'); edino.consent(false); edino.track('Product Added')")
    assert page.evaluate(STORED) == []
    page.wait_for_timeout(1500)
    page.goto(shop.page)
    assert shop.names == ["identify"]


def test_a_shop_that_does_not_ask_remembers_a_refusal(page: Page, shop: Shop) -> None:
    _load(page, shop)
    page.evaluate("edino.consent(false)")
    _load(page, shop)
    page.evaluate("edino.page()")
    page.wait_for_timeout(1500)
    assert page.evaluate(STORED) == ["edino.consent=no"]
    assert shop.tried == 0
    page.evaluate("edino.consent(true); edino.page('Back')")
    _until(page, lambda: [event["name"] for event in shop.events] == ["Back"])


def test_two_tabs_are_one_visitor_and_send_each_event_once(page: Page, shop: Shop) -> None:
    other = page.context.new_page()
    _load(page, shop)
    _load(other, shop)
    for number in range(10):
        for tab in (page, other):
            tab.evaluate(f"edino.track('Product Viewed', {{sku: '{number}'}})")
    _until(page, lambda: len(shop.events) == 20)
    assert len({event["anonymousId"] for event in shop.events}) == 1
    assert len([event for body in shop.bodies for event in body["batch"]]) == 20


def test_a_withdrawal_in_one_tab_silences_the_other(page: Page, shop: Shop) -> None:
    other = page.context.new_page()
    _load(page, shop, "{consent: true}")
    _load(other, shop, "{consent: true}")
    other.evaluate("edino.consent(false)")
    page.wait_for_timeout(200)
    page.evaluate("edino.track('Product Viewed')")
    page.wait_for_timeout(1500)
    assert shop.tried == 0
    assert not [name for name in page.evaluate(STORED) if name.startswith("edino.q.")]


def test_a_family_tablet_changes_hands_and_does_not_join_two(page: Page, shop: Shop) -> None:
    _load(page, shop)
    page.evaluate("edino.identify('kolya'); edino.page(); edino.identify('lena'); edino.page()")
    page.evaluate("edino.reset(); edino.page(); edino.identify(null, {city: 'Tver'})")
    _until(page, lambda: len(shop.events) == 6)
    users = [event.get("userId") for event in shop.events]
    assert users == ["kolya", "kolya", "lena", "lena", None, None]
    devices = [event["anonymousId"] for event in shop.events]
    assert devices[0] == devices[1] != devices[2] == devices[3] != devices[4] == devices[5]
    assert devices[0] != devices[4]


def test_many_events_go_in_batches_that_outlive_a_page(page: Page, shop: Shop) -> None:
    _load(page, shop)
    page.evaluate("for (let i = 0; i < 300; i++) edino.track('Product Viewed', {sku: 'P' + i, name: 'я'.repeat(50)})")
    _until(page, lambda: len(shop.events) == 300)
    assert [event["properties"]["sku"] for event in shop.events] == [f"P{number}" for number in range(300)]
    assert max(len(json.dumps(body, ensure_ascii=False).encode()) for body in shop.bodies) < 64_000


@pytest.mark.django_db(transaction=True)
def test_edino_serves_the_script_and_takes_what_it_sends(page: Page, shop: Shop, live_server: Any) -> None:
    """The whole way: the script from Edino's static files, the events onto Edino's log, one customer known."""
    source = channels.create_source(name="Shop", channel="site", by=Actor("test"))
    key = channels.issue_key(source=source, scopes=["events:write"], by=Actor("test"))
    page.goto(shop.page)
    page.add_script_tag(url=f"{live_server.url}/static/activity/edino.js")
    page.evaluate(f"edino.load('{key}', {{url: '{live_server.url}'}})")
    page.evaluate("edino.page('Home'); edino.identify('u1', {email: 'lena@mail.example', first_name: 'Lena'})")
    device = page.evaluate("localStorage.getItem('edino.id')")
    _until(page, lambda: not [name for name in page.evaluate(STORED) if name.startswith("edino.q.")])
    page.evaluate("edino.track('Product Viewed', {sku: 'P1'})")
    page.goto("about:blank")
    _until(page, lambda: _logged() == ["identify", "page", "Product Viewed"])
    assert len(_rows("SELECT DISTINCT customer_id FROM customers_identifier WHERE value IN ('u1', %s)", device)) == 1


def _logged() -> list[str]:
    return sorted((row[0] for row in _rows("SELECT type FROM kernel_log WHERE source_id IS NOT NULL")), key=str.lower)


def _rows(statement: str, *values: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
