"""kill -9 of a real web process at every numbered point of checkout: after the sweeper money = order = stock, once."""

import http.client
import json
import os
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.integrations.yookassa_emulator import SECRET, SHOP, YooKassaEmulator
from tests.serving import EDINO, Served, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200), pytest.mark.enable_socket]
ROOT = Path(__file__).resolve().parents[2]
STOCK, PRICE = 50, 49_900
PREPARE, ALL = (1, 2, 3), range(1, 13)


@pytest.fixture
def bank() -> Iterator[YooKassaEmulator]:
    emulator = YooKassaEmulator()
    yield emulator
    emulator.close()


class Site:
    """A shop's site that talks to a real `edino serve`, which dies where it is told to."""

    def __init__(self, serve: Callable[..., Served], url: str, bank: YooKassaEmulator, folder: Path) -> None:
        self.url, self.bank, self.crash_file = url, bank, folder / "crash"
        self.environment = {
            "EDINO_DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "tests.checkout.crashing",
            "PYTHONPATH": str(ROOT),
            "CRASH_FILE": str(self.crash_file),
            "EDINO_YOOKASSA_SHOP": SHOP,
            "EDINO_YOOKASSA_KEY": SECRET,
            "EDINO_YOOKASSA_URL": bank.url,
            "EDINO_YOOKASSA_ADDRESSES": "127.0.0.0/8",
            "EDINO_LOG_LEVEL": "WARNING",
        }
        self.key = self.run("-c", _OPEN).strip().splitlines()[-1]
        self.served = serve("--no-worker", **self.environment)
        self.served.until_up()

    def run(self, *words: str) -> str:
        command = [EDINO[0], *words] if words[0] == "-c" else [*EDINO, *words]
        usual = {**self.environment, "DJANGO_SETTINGS_MODULE": "edino.site.settings"}
        done = subprocess.run(command, env={**os.environ, **usual}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def call(self, method: str, path: str, body: Any, key: str = "") -> tuple[int, Any]:
        """(0, None) when the server died under the call."""
        connection = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        try:
            connection.request(method, f"/api/v1{path}", json.dumps(body), {**headers, "Idempotency-Key": key})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()

    def cart(self) -> tuple[str, int]:
        until(lambda: self.call("POST", "/carts", {})[0] == 201)
        _, cart = self.call("POST", "/carts", {})
        _, shown = self.call("PUT", f"/carts/{cart['id']}/lines/SOCK-1", {"quantity": 2})
        return cart["id"], shown["total"]

    def buy(self, cart: str, total: int, tender: str) -> tuple[int, Any]:
        tenders = [{"kind": tender, "return_url": "https://shop.example/thanks"}]
        delivery = {"method": "pickup", "location": "STORE"}
        body = {"expected_total": total, "tenders": tenders, "delivery": delivery, "contact": {"phone": "+79161234567"}}
        return self.call("POST", f"/carts/{cart}/checkout", body, f"key {cart}")

    def die_at(self, point: int) -> None:
        self.crash_file.write_text(str(point))

    @property
    def died(self) -> bool:
        return not self.crash_file.exists()

    def sums(self) -> dict[str, int]:
        """What must agree: pieces ordered and promised, money of orders and at the bank, what is left in between."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(_SUMS).fetchone()
        assert row is not None
        names = ("placed", "drafts", "pieces", "used", "held", "total", "captured", "twice", "facts", "open_purchases")
        return dict(zip(names, map(int, row), strict=True))


_OPEN = f"""
import django; django.setup()
from bench.selling import shop
from pathlib import Path
from edino.kernel import views
views.migrate()
from edino.catalogue import api as catalogue
from edino.catalogue.types.prices import PriceInput
from edino.catalogue.types import ProductInput, VariantInput
from edino.inventory import api as inventory
from edino.inventory.types import Movement
from edino.kernel import clock
from edino.staff.types import Actor
from edino.channels import api as channels
opened = shop.open_shop(Path("."), "")
source = channels.get_source(name="bench")
catalogue.upsert_products(source=source, products=[
    ProductInput("socks", {{"en": "Socks"}}, variants=[VariantInput("socks#", "SOCK-1")])])
catalogue.set_prices(source=Actor("x"), rows=[PriceInput("SOCK-1", "base", {PRICE}, None, None)])
inventory.move(source=source, movements=[
    Movement("received", "SOCK-1", shop.STORE, {STOCK}, "socks", clock.now())])
print(opened.key)
"""

_SUMS = """
SELECT (SELECT count(*) FROM orders_order WHERE state = 'placed'),
       (SELECT count(*) FROM orders_order WHERE state = 'draft'),
       (SELECT coalesce(sum(l.quantity), 0) FROM orders_line l JOIN orders_order o ON o.id = l.order_id
         WHERE o.state = 'placed'),
       (SELECT coalesce(sum(used), 0) FROM kernel_capacity WHERE kind = 'stock'),
       (SELECT coalesce(sum(held), 0) FROM kernel_capacity),
       (SELECT coalesce(sum(total), 0) FROM orders_order o WHERE state = 'placed'
           AND EXISTS (SELECT FROM orders_payment p WHERE p.order_id = o.id AND p.tender = 'card')),
       (SELECT coalesce(sum(captured), 0) FROM orders_payment),
       (SELECT count(*) FROM (SELECT cart_uid FROM orders_order WHERE state <> 'dropped'
                               GROUP BY cart_uid HAVING count(*) > 1) AS doubled),
       (SELECT count(*) FROM kernel_log WHERE type = 'order.placed'),
       (SELECT count(*) FROM checkout_purchase WHERE state IN ('prepared', 'paying', 'parked'))
"""


def agree(site: Site, placed: int) -> None:
    """Money = order = stock, and nothing in between."""
    found = site.sums()
    pieces = 2 * placed
    assert found == {
        "placed": placed,
        "drafts": 0,
        "pieces": pieces,
        "used": pieces,
        "held": 0,
        "total": found["total"],
        "captured": found["total"],
        "twice": 0,
        "facts": placed,
        "open_purchases": 0,
    }
    assert site.bank.captured() == found["total"]


def pay_what_waits(bank: YooKassaEmulator) -> None:
    for ref, payment in list(bank.payments.items()):
        if payment["status"] == "pending":
            bank.pay(ref)


def test_killed_at_every_point_with_a_card(
    serve: Callable[..., Served], server_url: str, bank: YooKassaEmulator, tmp_path: Path
) -> None:
    """The shopper pays on the bank's page; nobody calls again: the sweeper alone ends it."""
    site = Site(serve, server_url, bank, tmp_path)
    bank.pays_at_once = True
    placed = 0
    for point in ALL:
        cart, total = site.cart()
        site.die_at(point)
        assert site.buy(cart, total, "card")[0] == 0
        assert site.died, f"point {point} was never reached"
        until(lambda: site.call("POST", "/carts", {})[0] == 201)
        for minutes in (5, 10, 15):
            site.run("checkout", "sweep", "--after", str(minutes))
        # Before the provider was asked nobody can have paid; from then on there is an order.
        placed += point >= 5
        agree(site, placed)


def test_killed_at_every_point_and_the_shopper_calls_again(
    serve: Callable[..., Served], server_url: str, bank: YooKassaEmulator, tmp_path: Path
) -> None:
    """The same call with the same key goes on where the dead process was; no sweeper is needed for the answer."""
    site = Site(serve, server_url, bank, tmp_path)
    bank.pays_at_once = True
    for number, point in enumerate(ALL, 1):
        cart, total = site.cart()
        site.die_at(point)
        assert site.buy(cart, total, "card")[0] == 0
        answers: list[tuple[int, Any]] = []

        def answered(cart: str = cart, total: int = total, answers: list[tuple[int, Any]] = answers) -> bool:
            answers.append(site.buy(cart, total, "card"))
            return answers[-1][0] == 200

        until(answered)
        assert answers[-1][1]["state"] == "placed", f"point {point}"
        assert site.buy(cart, total, "card")[1]["order"] == answers[-1][1]["order"]
        site.run("checkout", "sweep", "--after", "5")
        agree(site, number)


def test_killed_while_everything_is_one_step(
    serve: Callable[..., Served], server_url: str, bank: YooKassaEmulator, tmp_path: Path
) -> None:
    """With cash at pickup there is no state in between: all or nothing."""
    site = Site(serve, server_url, bank, tmp_path)
    for point in (*PREPARE, 12):
        cart, total = site.cart()
        site.die_at(point)
        assert site.buy(cart, total, "cod")[0] == 0
        assert site.died
        until(lambda: site.call("POST", "/carts", {})[0] == 201)
        found = site.sums()
        assert (found["held"], found["drafts"], found["used"], found["twice"]) == (0, 0, 2 * found["placed"], 0)
        status, answer = site.buy(cart, total, "cod")
        assert (status, answer["state"], answer["replayed"]) == (200, "placed", point == 12)
        assert site.sums()["placed"] == found["placed"] + (point != 12)


def test_killed_under_the_webhook(
    serve: Callable[..., Served], server_url: str, bank: YooKassaEmulator, tmp_path: Path
) -> None:
    """The notification's process dies at each of its points; the bank tells again, as it does."""
    site = Site(serve, server_url, bank, tmp_path)
    for number, point in enumerate((8, 9, 10, 11), 1):
        cart, total = site.cart()
        status, answer = site.buy(cart, total, "card")
        assert (status, answer["next"]) == (200, "pay")
        ref = answer["url"].rpartition("/")[2]
        bank.pay(ref)
        site.die_at(point)
        with pytest.raises((OSError, http.client.HTTPException)):
            bank.notify(site.served.port, ref)
        assert site.died
        until(lambda: site.call("POST", "/carts", {})[0] == 201)
        assert bank.notify(site.served.port, ref) == 200
        assert bank.notify(site.served.port, ref) == 200
        agree(site, number)
    assert {uuid.UUID(one["metadata"]["order"]).version for one in bank.payments.values()} == {7}
