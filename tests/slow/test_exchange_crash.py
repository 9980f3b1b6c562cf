"""kill -9 of the real server at every numbered point of the session of 1C: it goes on, and nothing differs after."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.integrations.exchange_texts import catalog, goods, offer, offers
from tests.one_c import Broken, Failure, OneC, stubborn
from tests.serving import Served, serve, server_url, status, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
__all__ = ["serve", "server_url"]

DYING = """
import os, signal
import edino.integrations.exchange.points as points

def reached(point):
    told = os.environ["EXCHANGE_DIES_AT"]
    if os.path.exists(told) and open(told).read() == str(point):
        os.unlink(told)
        os.kill(os.getpid(), signal.SIGKILL)

points.reached = reached
"""
MAKE = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edino.site.settings")
import django
django.setup()
from edino.channels import api as channels
from edino.staff.types import Actor
source = channels.create_source(name=sys.argv[1], channel="erp", by=Actor("Igor"))
print(channels.issue_key(source=source, scopes=["exchange"], by=Actor("Igor")))
"""
ORDER = """
import os, sys
from uuid import uuid4
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edino.site.settings")
import django
django.setup()
from django.db import transaction
from edino.catalogue import api as catalogue
from edino.channels import api as channels
from edino.kernel import clock
from edino.orders import api as orders
from edino.orders.types import Contact, Delivery, LineInput, OrderInput
sku = sys.argv[1]
variant = catalogue.variants_by_sku(skus=[sku])[sku]
uid = uuid4()
source = channels.get_source(name=sys.argv[2]).id
line = LineInput("1", variant.id, sku, "Keds", 1, 199000, 199000, 0, 199000)
contact, delivery = Contact(name="Kolya"), Delivery("delivery", amount=0)
orders.draft(order=OrderInput(uid, source, "site", "RUB", (line,), contact=contact, delivery=delivery))
with transaction.atomic():
    orders.place(uid=uid, at=clock.now())
print(uid)
"""
STANDING = """
SELECT replace(variant.sku, %(mark)s, ''), variant.is_active, product.is_active,
       replace(product.names ->> 'ru', %(mark)s, ''),
       (SELECT array_agg(price.amount ORDER BY price.id) FROM catalogue_price AS price WHERE variant_id = variant.id),
       (SELECT array_agg(level.on_hand ORDER BY level.on_hand) FROM pub.inventory_level AS level
         WHERE level.variant_id = variant.id),
       (SELECT count(*) FROM pub.inventory_movement AS movement WHERE movement.variant_id = variant.id)
  FROM catalogue_variant AS variant JOIN catalogue_product AS product ON product.id = variant.product_id
 WHERE variant.sku LIKE %(mark)s || '%%'
 ORDER BY variant.sku"""


@dataclass
class Retrying(OneC):
    """1C on a bad line: it repeats the very request that broke, when the site is up again."""

    broke: int = 0

    def ask(self, step: str, query: Mapping[str, str], body: bytes | None = None) -> bytes:
        for _ in range(30):
            try:
                return super().ask(step, query, body)
            except Broken:
                self.broke += 1
                until(lambda: status(self.port) == 200)
        raise AssertionError("the site never came back")


class Site:
    """A served Edino that dies where it is told."""

    def __init__(self, served: Served, url: str, die: Path) -> None:
        self.served, self.url, self.die = served, url, die

    def run(self, program: str, *arguments: str) -> str:
        environment = {**os.environ, "EDINO_DATABASE_URL": self.url}
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip().splitlines()[-1]

    def ask(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query, values).fetchall()

    def one_c(self, name: str) -> Retrying:
        return Retrying("127.0.0.1", self.served.port, self.run(MAKE, name))

    def until_up(self) -> None:
        until(lambda: status(self.served.port) == 200)

    def killed(self, point: int) -> None:
        self.die.write_text(str(point))


@pytest.fixture
def site(serve: Callable[..., Served], server_url: str, tmp_path: Path) -> Site:
    (tmp_path / "customize").mkdir()
    (tmp_path / "customize" / "sitecustomize.py").write_text(DYING)
    die = tmp_path / "die-at"
    served = serve(
        "--no-worker",
        EDINO_DATABASE_URL=server_url,
        PYTHONPATH=str(tmp_path / "customize"),
        EXCHANGE_DIES_AT=str(die),
        EDINO_EXCHANGE_SECONDS="0.000001",
        EDINO_EXCHANGE_FILE_LIMIT="3000",
    )
    served.until_up()
    return Site(served, server_url, die)


def files(mark: str, *, first: bool) -> dict[str, bytes]:
    """Twelve products with two variants each; the second exchange changes some and leaves others out."""
    numbers = range(12) if first else range(3, 12)
    cents = 0 if first else 7
    at = "2026-03-01T10:00:00" if first else "2026-03-02T10:00:00"
    told = [goods(f"{mark}g{n}", f"{mark}Кеды {n}", f"{mark}K{n}") for n in numbers]
    sold = [
        offer(f"{mark}g{n}#{size}", f"{mark}Кеды {n} ({size})", f"{1000 + n + cents}", stores={"w1": str(n + cents)})
        for n in numbers
        for size in (41, 42)
    ]
    return {"import0_1.xml": catalog(*told, at=at).encode(), "offers0_1.xml": offers(*sold, at=at).encode()}


def exchanged(one_c: OneC, mark: str) -> None:
    one_c.catalogue(files(mark, first=True))
    one_c.catalogue(files(mark, first=False))


def test_wherever_it_dies_the_session_goes_on_and_comes_to_the_same(site: Site) -> None:
    calm = site.one_c("calm")
    exchanged(calm, "calm-")
    expected = site.ask(STANDING, mark="calm-")
    assert [row[2] for row in expected].count(False) == 6
    assert len(expected) == 24
    for point in (1, 2, 3, 4, 5, 6, 7, 9, 10):
        mark = f"p{point}-"
        one_c = site.one_c(mark)
        one_c.catalogue(files(mark, first=True))
        site.killed(point)
        one_c.catalogue(files(mark, first=False))
        assert (point, one_c.broke > 0) == (point, True)
        assert (point, site.ask(STANDING, mark=mark)) == (point, expected)
    assert site.ask("SELECT count(*) FROM integrations_staged") == [(0,)]
    assert site.ask("SELECT DISTINCT state FROM integrations_run") == [("done",)]


def test_starting_the_whole_exchange_over_after_each_death_comes_to_the_same(site: Site) -> None:
    calm = site.one_c("calm")
    exchanged(calm, "calm-")
    expected = site.ask(STANDING, mark="calm-")
    for point in (2, 5, 7, 10):
        mark = f"p{point}-"
        key = site.one_c(mark).key
        one_c = OneC("127.0.0.1", site.served.port, key)
        site.killed(point)
        told = files(mark, first=True)
        broken = stubborn(one_c, partial(OneC.catalogue, files=told), site.until_up)
        assert (point, broken > 0 or point == 10) == (point, True)
        site.die.unlink(missing_ok=True)
        one_c.catalogue(files(mark, first=False))
        assert (point, site.ask(STANDING, mark=mark)) == (point, expected)


def test_orders_are_offered_and_confirmed_once_wherever_it_dies(site: Site) -> None:
    one_c = site.one_c("1C")
    one_c.catalogue(files("o-", first=True))
    for point in (11, 12, 8):
        uid = site.run(ORDER, f"o-K5-{'41' if point == 11 else '42'}", "1C")
        one_c.begin("sale")
        site.killed(point)
        document = one_c.orders().decode()
        assert uid in document
        paid = (
            "<КоммерческаяИнформация><Документ>"
            f"<Ид>{uid}</Ид><ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>Заказ оплачен</Наименование>"
            "<Значение>true</Значение></ЗначениеРеквизита></ЗначенияРеквизитов></Документ></КоммерческаяИнформация>"
        )
        one_c.tell_orders(paid.encode(), f"orders-{point}.xml")
        assert site.ask("SELECT captured FROM pub.orders_payment") == [(199000,)] * (1 + [11, 12, 8].index(point))
        again = one_c.orders().decode()
        assert again.count("<Документ>") == 1
        assert "<Документ>" not in one_c.orders().decode()
        assert not site.die.exists()
    assert one_c.broke == 3


def test_the_server_itself_may_be_killed_and_started_again(
    serve: Callable[..., Served], server_url: str, tmp_path: Path
) -> None:
    settings = {"EDINO_DATABASE_URL": server_url, "EDINO_EXCHANGE_SECONDS": "0.000001"}
    first = serve("--no-worker", **settings)
    first.until_up()
    site = Site(first, server_url, tmp_path / "never")
    one_c = site.one_c("1C")
    one_c.begin("catalog")
    told = files("s-", first=True)
    for name, data in told.items():
        one_c.send("catalog", name, data)
    one_c.ask("import", {"type": "catalog", "mode": "import", "filename": "import0_1.xml"})
    for child in [first.process.pid]:
        os.kill(child, 9)
    first.process.wait()
    time.sleep(1)
    second = serve("--no-worker", **settings)
    second.until_up()
    one_c.port = second.port
    for name in told:
        one_c.load("catalog", name)
    assert len(site.ask(STANDING, mark="s-")) == 24
    with pytest.raises(Failure):
        one_c.load("catalog", "gone.xml")
